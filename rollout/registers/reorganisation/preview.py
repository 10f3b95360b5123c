"""What a decision would change: written, looked at, and not kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from facilities.as_of import AsOf, FacilityOnDay
from facilities.grouping import grouped
from facilities.models import Scope, User
from rollout.figures.progress import progress
from rollout.figures.results import Progress
from rollout.registers.reorganisation.asking import Decision


@dataclass(frozen=True, slots=True)
class Difference:
    """One facility before and after a decision, on its first day. None: not in the register then."""

    before: FacilityOnDay | None
    after: FacilityOnDay | None
    heir: FacilityOnDay | None = None  # who carries on for it

    @property
    def facility(self) -> FacilityOnDay:
        found = self.before or self.after
        if found is None:
            raise ValueError("a facility that is in the register on neither day")
        return found

    @property
    def words(self) -> list[tuple[str, str, str]]:
        """What changes, from what, to what."""
        if self.before is None:
            return [(_("opens"), "", self.facility.name)]
        if self.after is None:
            if self.heir is not None:
                return [(_("merges into"), self.before.name, self.heir.name)]
            return [(_("leaves the register"), self.before.name, "")]
        pairs = (
            (_("name"), self.before.name_vi, self.after.name_vi),
            (_("name in English"), self.before.name_en, self.after.name_en),
            (_("area"), self.before.area, self.after.area),
            (_("scope"), _scope(self.before), _scope(self.after)),
        )
        return [(what, old, new) for what, old, new in pairs if old != new]


def _scope(facility: FacilityOnDay) -> str:
    return str(Scope(facility.scope).label) if facility.scope else ""


def differences(before: AsOf, after: AsOf, on: date) -> list[Difference]:
    """The facilities of the day `on` that the two registers tell differently."""
    old = {facility.id: facility for facility in before.on(on)}
    new = {facility.id: facility for facility in after.on(on)}
    found = []
    for pk in {**old, **new}:
        if old.get(pk) == new.get(pk):
            continue
        heir = after.descent.heir(pk, on)
        found.append(Difference(old.get(pk), new.get(pk), new.get(heir) if heir != pk else None))
    return found


@dataclass(frozen=True, slots=True)
class Preview:
    """The figures of the province on the eve and on the first day, and who changes how."""

    eve: date
    on: date
    differences: list[Difference]
    as_it_was: Progress
    by_the_new_map: Progress  # the eve, told by the first day's facilities
    on_the_day: Progress

    def rows(self) -> Iterator[tuple[str, ...]]:
        """A label with its figure on the eve, on the eve by the new map, and on the day."""
        days = (self.as_it_was, self.by_the_new_map, self.on_the_day)
        yield _("Facilities in the rollout"), *(str(p.public + p.private) for p in days)
        for measure in self.as_it_was.measures:
            yield str(measure.label), *(_figure(p, measure.code) for p in days)


def _figure(found: Progress, code: str) -> str:
    measure = found.measure(code)
    total = "?" if measure.total is None else grouped(measure.total)
    return f"{'?' if measure.told is None else grouped(measure.told)}/{total}"


def preview(form: Decision, *, by: User) -> Preview:
    """Raises ValidationError for what the verbs refuse. Nothing is stored."""
    on = form.cleaned_data["on"]
    eve = on - timedelta(days=1)
    with transaction.atomic():
        before = AsOf(on)
        form.carry_out(
            {"on": on, "because": form.cleaned_data["because"], "by": by, "document": None}
        )
        found = Preview(
            eve=eve,
            on=on,
            differences=differences(before, AsOf(on), on),
            as_it_was=progress(eve),
            by_the_new_map=progress(eve, map_on=on),
            on_the_day=progress(on),
        )
        transaction.set_rollback(True)
    return found
