"""Campaigns: which certificates are meant, which are done, and which are left; computed from events.

Meant are those that were valid at the end of the day before the campaign opened, of its facilities and,
where it names one, of its unit. Whoever is done has the event of its act since that day; whoever ended
otherwise needs nothing more. Nobody ticks anything.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypedDict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, When
from django.db.models import Value as Literal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from facilities.as_of import AsOf
from facilities.lazy_texts import lazily
from facilities.models import Facility, User
from facilities.timeline import Deadline
from signatures.life import STANDING, State, state_of
from signatures.models import Campaign, Certificate, CertificateEvent
from signatures.normal import unit_key

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

RULE = "campaign"
OPEN, DONE, OVER = "open", "done", "over"
OUTCOMES = {
    OPEN: gettext_lazy("to do"),
    DONE: gettext_lazy("done"),
    OVER: gettext_lazy("ended otherwise"),
}


class Outcome(TypedDict):
    """What `targets` adds to a certificate."""

    outcome: str


@dataclass(frozen=True)
class Standing:
    """How far a campaign has come in one facility. `open` + `done` + `over` are all that are meant."""

    facility_id: int
    open: int
    done: int
    over: int

    @property
    def total(self) -> int:
        return self.open + self.done + self.over


def targets(campaign: Campaign, on: date) -> "QuerySet[WithAnnotations[Certificate, Outcome]]":
    """The certificates that are meant, each with its `outcome` on a day."""
    places = list(campaign.facilities.values_list("pk", flat=True))
    units = _units([campaign], {campaign.pk: places})
    return _meant(campaign, places, units, on)


def _meant(
    campaign: Campaign, places: list[int], units: list[str], on: date
) -> "QuerySet[WithAnnotations[Certificate, Outcome]]":
    rows = Certificate.objects.standing().filter(facility__in=places)
    if campaign.unit:
        asked = unit_key(campaign.unit)
        rows = rows.filter(unit__in=[unit for unit in units if unit_key(unit) == asked])
    acted = CertificateEvent.objects.as_of(on).filter(
        certificate=OuterRef("pk"), kind=campaign.act, happened_on__gte=campaign.opened_on
    )
    return (
        rows.alias(meant=state_of(campaign.opened_on - timedelta(days=1)))
        .filter(meant__in=STANDING)
        .alias(now=state_of(on))
        .annotate(
            outcome=Case(
                When(Exists(acted), then=Literal(DONE)),
                When(now__in=(State.REVOKED, State.EXPIRED), then=Literal(OVER)),
                default=Literal(OPEN),
                output_field=CharField(),
            )
        )
    )


def _units(found: Iterable[Campaign], places: Mapping[int, list[int]]) -> list[str]:
    """How units are written there, where a campaign names one: accents and size do not matter."""
    of = {place for one in found if one.unit for place in places[one.pk]}
    if not of:
        return []
    written = Certificate.objects.standing().filter(facility__in=of).exclude(unit="")
    return list(written.order_by().values_list("unit", flat=True).distinct())


def standings(found: Iterable[Campaign], on: date) -> dict[int, list[Standing]]:
    """By campaign and facility, where any certificates are meant. At most three queries."""
    found = list(found)
    places: dict[int, list[int]] = {one.pk: [] for one in found}
    through = Campaign.facilities.through.objects.filter(campaign__in=places)
    for campaign, facility in through.values_list("campaign_id", "facility_id"):
        places[campaign].append(facility)
    units = _units(found, places)
    rows = [
        _meant(one, places[one.pk], units, on)
        .order_by()
        .values_list(Literal(one.pk), "facility_id", "outcome")
        .annotate(Count("pk"))
        for one in found
        if places[one.pk]
    ]
    counted: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    if rows:
        for campaign, facility, outcome, count in rows[0].union(*rows[1:], all=True):
            counted[campaign, facility][outcome] = count
    told: dict[int, list[Standing]] = {one.pk: [] for one in found}
    for (campaign, facility), by in sorted(counted.items()):
        told[campaign].append(Standing(facility, by.get(OPEN, 0), by.get(DONE, 0), by.get(OVER, 0)))
    return told


def campaigns(on: date, facility_ids: Iterable[int] | None = None) -> QuerySet[Campaign]:
    """Those opened by the day, about one of these facilities (None: all), the open ones first."""
    found = Campaign.objects.standing().filter(opened_on__lte=on)
    if facility_ids is not None:
        of = Campaign.facilities.through.objects.filter(facility__in=list(facility_ids))
        found = found.filter(pk__in=of.values("campaign"))
    is_closed = Case(When(closed_on__lte=on, then=Literal(1)), default=Literal(0))
    return found.order_by(is_closed, "due_on", "pk")


def deadlines(as_of: AsOf) -> Iterator[Deadline]:
    """What each facility still has to do in campaigns that are open on the day: one each."""
    open_ones = list(
        campaigns(as_of.until, as_of.facility_ids).filter(
            Q(closed_on__isnull=True) | Q(closed_on__gt=as_of.until)
        )
    )
    if not open_ones:
        return
    told = standings(open_ones, as_of.until)
    for campaign in open_ones:
        for one in told[campaign.pk]:
            if not one.open or (
                as_of.facility_ids is not None and one.facility_id not in as_of.facility_ids
            ):
                continue
            yield Deadline(
                rule=RULE,
                subject=f"campaign:{campaign.pk}:{one.facility_id}",
                facility_id=as_of.descent.heir(one.facility_id),
                due_on=campaign.due_on,
                done_on=None,
                what=_left(campaign.act, one.open, campaign.title),
            )


def _left_text(act: str, count: int, title: str) -> str:
    if act == Campaign.Act.REVOKED:
        text = ngettext(
            "%(count)s digital signature to be revoked: %(title)s",
            "%(count)s digital signatures to be revoked: %(title)s",
            count,
        )
    else:
        text = ngettext(
            "%(count)s digital signature to be changed: %(title)s",
            "%(count)s digital signatures to be changed: %(title)s",
            count,
        )
    return text % {"count": count, "title": title}


_left = lazily(_left_text)


@transaction.atomic
def open_campaign(
    *,
    title: str,
    act: str,
    facilities: Iterable[Facility],
    opened_on: date,
    due_on: date,
    by: User,
    unit: str = "",
) -> Campaign:
    """Raises ValidationError naming the field. Whoever calls has settled the permission."""
    if due_on < opened_on:
        raise ValidationError({"due_on": _("It must not lie before the day it is opened on.")})
    made = Campaign(
        title=title, act=act, unit=unit, opened_on=opened_on, due_on=due_on, opened_by=by
    )
    made.full_clean()
    made.save()
    made.facilities.set(facilities)
    return made


@transaction.atomic
def close_campaign(*, campaign: Campaign, on: date, because: str, by: User) -> None:
    """It is chased no longer. While certificates are left a reason is asked for."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.closed_on is not None or campaign.withdrawn_at is not None:
        raise ValidationError(_("It is closed already."), code="closed")
    if not because.strip() and any(one.open for one in standings([campaign], on)[campaign.pk]):
        raise ValidationError({"because": _("Some are not done yet. Give the reason.")})
    campaign.closed_on, campaign.closed_by, campaign.closed_because = on, by, because.strip()
    campaign.save()
