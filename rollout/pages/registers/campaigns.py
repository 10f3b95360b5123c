"""Campaigns: opened by the Department, followed by it and by each facility, closed."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.urls import reverse

from facilities.as_of import AsOf, FacilityOnDay
from facilities.models import Facility, LogEntry
from facilities.permissions import Access
from rollout.day import Day
from rollout.pages.actions import Action, Sent
from rollout.pages.forms.campaigns import CloseCampaignForm, OpenCampaignForm
from rollout.pages.page import Page, SignedIn, outside_the_area, page
from signatures.campaigns import (
    OPEN,
    OUTCOMES,
    Standing,
    campaigns,
    close_campaign,
    open_campaign,
    standings,
    targets,
)
from signatures.models import Campaign
from signatures.names import note

ROWS_A_PAGE = 50
CAMPAIGNS_A_PAGE = 20
FORMS = {Campaign.Act.CHANGED: "04", Campaign.Act.REVOKED: "05"}  # of the Committee


class Line(NamedTuple):
    """A campaign, or one facility of it, with how many are meant, done and left."""

    campaign: Campaign
    of: list[Standing]
    on: date

    @property
    def total(self) -> int:
        return sum(one.total for one in self.of)

    @property
    def done(self) -> int:
        return sum(one.done for one in self.of)

    @property
    def over(self) -> int:
        return sum(one.over for one in self.of)

    @property
    def left(self) -> int:
        return sum(one.open for one in self.of)

    @property
    def is_closed(self) -> bool:
        return self.campaign.closed_on is not None and self.campaign.closed_on <= self.on

    @property
    def is_late(self) -> bool:
        return bool(self.left) and not self.is_closed and self.campaign.due_on < self.on


def _lines(found: Iterable[Campaign], access: Access, on: date) -> list[Line]:
    """With the facilities whose rows the reader sees."""
    found = list(found)
    told = standings(found, on)
    return [
        Line(one, [of for of in told[one.pk] if access.sees_rows_of(of.facility_id)], on)
        for one in found
    ]


@page(lambda access: access.sees_summary, section="campaigns", stored=False)
def campaign_list(request: SignedIn, day: Day, access: Access) -> Page:
    """Those about a facility whose rows the reader sees."""
    if access.readable is not None and not access.readable:
        raise PermissionDenied
    found = campaigns(day.on, access.readable)
    rows = Paginator(found, CAMPAIGNS_A_PAGE).get_page(request.GET.get("page"))
    context = {"rows": rows, "lines": _lines(rows, access, day.on)}
    return "registers/campaign_list.html", context


@page(lambda access: access.keeps_somewhere, section="campaigns", stored=False)
def campaign_new(request: SignedIn, day: Day, access: Access) -> Page:
    """Facilities that have merged into others are chosen too: it is their certificates that must change."""
    places = AsOf(day.today).so_far(day.today).values()
    choices = [(one.id, one.name) for one in places if access.keeps_of(one.id)]
    form = OpenCampaignForm(
        request.POST or None,
        initial={"opened_on": day.today},
        facilities=sorted(choices, key=lambda one: one[1]),
        auto_id="open-%s",
    )
    status = 200
    if request.method == "POST":
        opened: list[Campaign] = []

        def write(given: dict, _change_set: object) -> None:
            chosen = Facility.objects.filter(pk__in=given["facilities"])
            opened.append(
                open_campaign(
                    title=given["title"],
                    act=given["act"],
                    unit=given["unit"],
                    facilities=chosen,
                    opened_on=given["opened_on"],
                    due_on=given["due_on"],
                    by=request.user,
                )
            )

        sent = Sent(request)
        sent.do = "open"
        action = Action(form, write)
        if done := sent.carry_out({"open": action}, here=reverse("rollout:campaign-list")):
            if opened:
                done["Location"] = reverse("rollout:campaign", args=[opened[0].pk])
            return done
        status = 400
    return "registers/campaign_form.html", {"form": form}, status


@page(lambda access: access.sees_summary, section="campaigns", stored=False)
def campaign(request: SignedIn, day: Day, access: Access, pk: int) -> Page:
    """By facility, who is done; of one (`?facility=`) those that are left, by name for whom they concern."""
    found = Campaign.objects.standing().filter(pk=pk).first()
    if found is None:
        raise Http404
    facilities = list(found.facilities.values_list("pk", flat=True))
    if not any(access.sees_rows_of(facility) for facility in facilities):
        raise PermissionDenied
    keeps = all(access.keeps_of(facility) for facility in facilities)
    sent = Sent(request)
    form = sent.form("close", CloseCampaignForm)
    if request.method == "POST":
        if not keeps:
            raise PermissionDenied(outside_the_area() if access.is_of_an_area else "")
        action = Action(form, lambda given, _set: _close(found, given, request, day))
        if done := sent.carry_out({"close": action}, here=request.path):
            return done
    [line] = _lines([found], access, day.on)
    names = day.as_of().so_far(day.on)
    chosen = _chosen(request, line, names)
    context = {
        "line": line,
        "campaign": found,
        "facilities": [(names.get(one.facility_id), one) for one in line.of],
        "chosen": chosen,
        "outcomes": OUTCOMES,
        "committee_form": FORMS[Campaign.Act(found.act)],
        "form": form if keeps and found.closed_on is None else None,
    }
    if chosen is not None:
        context |= _left_in(request, found, chosen, access, day)
    return "registers/campaign.html", context, 400 if request.method == "POST" else 200


def _close(found: Campaign, given: dict, request: SignedIn, day: Day) -> None:
    close_campaign(campaign=found, on=day.today, because=given["because"], by=request.user)


def _chosen(request: SignedIn, line: Line, names: dict[int, FacilityOnDay]) -> FacilityOnDay | None:
    """The facility asked for; the only one, if there is but one."""
    code = request.GET.get("facility", "")
    seen = [names[one.facility_id] for one in line.of if one.facility_id in names]
    if len(seen) == 1 and not code:
        return seen[0]
    return next((facility for facility in seen if facility.code == code), None)


def _left_in(
    request: SignedIn, found: Campaign, chosen: FacilityOnDay, access: Access, day: Day
) -> dict:
    left = targets(found, day.on).filter(outcome=OPEN, facility=chosen.id)
    rows = Paginator(left.order_by("sort_key", "pk"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    with_names = access.sees_names_in(chosen.id)
    if with_names:
        note(
            counts=Counter({chosen.id: sum(bool(row.holder) for row in rows)}),
            register="certificates",
            by=request.user,
            how=LogEntry.Kind.PAGE,
        )
    return {"rows": rows, "with_names": with_names, "may_ask": access.records_for(chosen.id)}
