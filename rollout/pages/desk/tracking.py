"""What is tracked where, so that silence means no; and what that leaves unknown."""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.models import Area, AreaName
from facilities.permissions import Access
from facilities.registers.choices import kind_labels
from facilities.services import withdraw
from rollout.day import Day
from rollout.figures.cached import cached_progress
from rollout.models import MeasureCode, Tracking
from rollout.pages.actions import Action, Sent
from rollout.pages.desk.page import desk
from rollout.pages.forms.reporting import WithdrawForm
from rollout.pages.forms.tracking import TrackForm
from rollout.pages.page import Page, SignedIn
from rollout.programme.services import track
from rollout.registers.catalogue import REGISTERS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@desk(of_province=True)
def tracking(request: SignedIn, day: Day, access: Access) -> Page:
    areas = _areas(day)
    asked = request.GET.get("measure", "")
    sent = Sent(request)
    actions = {
        "track": Action(
            sent.form(
                "track",
                TrackForm,
                areas=sorted(areas.items(), key=lambda area: area[1]),
                initial={
                    "measures": [asked] if asked in MeasureCode.values else [],
                    "since": day.today,
                },
            ),
            lambda given, change_set: track(
                measures=given["measures"],
                since=given["since"],
                is_tracked=given["is_tracked"],
                source=given["source"],
                area=given["area"],
                kind=given["kind"],
                by=request.user,
            ),
            gettext_lazy("Begin to track, or end it"),
        ),
        "withdraw-tracking": Action(
            sent.form("withdraw-tracking", WithdrawForm),
            lambda given, change_set: withdraw(
                fact=get_object_or_404(Tracking, pk=given["row"]),
                because=given["because"],
                by=request.user,
            ),
            answers_by_message=True,
        ),
    }
    status = 200
    if request.method == "POST":
        if done := sent.carry_out(actions, here=reverse("rollout:tracking")):
            return done
        status = 400
    progress = cached_progress(day.on, known_at=day.known_at, map_on=day.map_on)
    kinds = kind_labels(day.on)
    rows = Tracking.objects.known(day.known_at).order_by("-effective_from", "-pk")
    context = {
        "registers": REGISTERS.values(),
        "place": "tracking",
        "results": [
            (
                result,
                [
                    (row, _of_whom(row, areas, kinds))
                    for row in rows.select_related("recorded_by")
                    if row.measure == result.code
                ],
            )
            for result in progress.measures
        ],
        "action": actions["track"],
        "is_open": asked in MeasureCode.values,
        "change_set": uuid.uuid4(),
    }
    return "desk/tracking.html", context, status


def _areas(day: Day) -> dict[int, str]:
    """Every area under its name of the day."""
    found = {area.pk: area.code for area in Area.objects.all()}
    for name in AreaName.objects.in_force(day.on, day.known_at):
        found[name.area_id] = name.name
    return found


def _of_whom(row: Tracking, areas: dict[int, str], kinds: Mapping[str, "StrOrPromise"]) -> str:
    if row.area_id:
        return areas[row.area_id]
    return (
        capfirst(str(kinds.get(row.kind_id, row.kind_id))) if row.kind_id else _("all facilities")
    )
