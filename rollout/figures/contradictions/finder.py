"""What a contradiction is, and what all rules read together."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from facilities.as_of import AsOf, FacilityOnDay, once_per_as_of
from facilities.lazy_texts import lazily
from facilities.timeline import EMPTY, Change
from rollout.figures.measures import BY_CODE
from rollout.figures.progress import all_changes, standing
from rollout.programme.tracking import NONE, tracked
from rollout.programme.ways import ways
from rollout.templatetags.figures import day

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


DEPARTMENT, OFFICER = _("Department of Health"), _("Facility IT officer")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Facts that do not go together, or a step passed over. `key` names it: the rule and what it is about."""

    rule: str
    subject: str
    facility_id: int | None
    said: "StrOrPromise"  # what stands against what, in words; lazy, for readers of every language
    mend_url: str  # the page where it is put right

    @property
    def key(self) -> str:
        return f"{self.rule}:{self.subject}"


@dataclass(frozen=True)
class Rule:
    """`owner`: who puts it right. `find` reads in a fixed number of queries for all facilities."""

    code: str
    label: "StrOrPromise"
    example: "StrOrPromise"
    owner: "StrOrPromise"
    find: Callable[[AsOf], Iterable[Contradiction]]


def amount_on(as_of: AsOf, component: str) -> Callable[[int, date], int]:
    """Asks how much of a component a facility had at the end of a day."""
    steps: dict[int, list[Change]] = defaultdict(list)
    for change in all_changes(as_of):
        if change.component == component:
            steps[change.facility_id].append(change)
    return lambda facility_id, on: sum(c.amount for c in steps[facility_id] if c.on <= on)


@once_per_as_of
def in_rollout(as_of: AsOf) -> list[FacilityOnDay]:
    return [facility for facility in as_of.on(as_of.until) if facility.in_rollout]


def is_known(as_of: AsOf, facility: FacilityOnDay, measure: str) -> bool:
    """Whether the measure is known there, yes or no."""
    state, on = standing(as_of).get(facility.id, {}), as_of.until
    silence, way = tracked(as_of).at(facility, on), ways(as_of).of(facility, on)
    return BY_CODE[measure].read(state, silence, way).is_known


def told_by(as_of: AsOf, measure: str, *components: str) -> Callable[[FacilityOnDay, date], bool]:
    """Asks whether by a day anything of these components was recorded, or silence told that there is none."""
    spoken = {*components, f"{NONE}:{measure}"}
    first: dict[int, date] = {}
    for change in all_changes(as_of):
        if change.component in spoken:
            first[change.facility_id] = min(change.on, first.get(change.facility_id, change.on))

    def asked(facility: FacilityOnDay, on: date) -> bool:
        return first.get(facility.id, date.max) <= on or tracked(as_of).at(facility, on)(measure)

    return asked


def has(as_of: AsOf, facility_id: int, component: str) -> bool:
    return standing(as_of).get(facility_id, {}).get(component, EMPTY).amount >= 1


def _filled(text: "StrOrPromise", **values: object) -> str:
    shown = {
        name: day(value) if isinstance(value, date) else str(value)
        for name, value in values.items()
    }
    return str(text).format(**shown)


def words(text: "StrOrPromise", **values: object) -> "StrOrPromise":
    """A translatable text with values filled in, in the language of whoever reads it."""
    return lazily(_filled)(text, **values)


def row_page(register: str, pk: int) -> str:
    return reverse("rollout:record", args=[register, pk])
