"""Who must sign in a facility and how far each is: by unit, role, batch or method.

A line is somebody on the staff list, each of their certificates, or a certificate of nobody on the list;
so certificates add up to the facility's figures, and people to its staff list.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy, pgettext_lazy

from facilities.as_of import AsOf
from facilities.folding import sort_key
from signatures import normal
from signatures.certificates import CertificateOnDay, certificates
from signatures.changes import COUNTED
from signatures.models import Certificate, CertificateEvent, Duty, StaffEvent, StaffMember
from signatures.needed import rules
from signatures.waiting import PASSED, STAGES, WAITS, Stage, is_waiting, took

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Kind = CertificateEvent.Kind
UNIT, DUTY, BATCH, METHOD = "unit", "duty", "batch", "method"
BY: dict[str, "StrOrPromise"] = {
    UNIT: gettext_lazy("unit"),
    DUTY: gettext_lazy("role in the record"),
    BATCH: gettext_lazy("batch of certificates"),
    METHOD: gettext_lazy("device type"),
}
OF_PEOPLE = (UNIT, DUTY)  # people have these without any certificate

UNKNOWN = "~"  # the key of those of which it is not on record

NEEDED, NONE_YET, NO_EMAIL, RETURNED = "needed", "none", "no-email", "returned"


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody who works there, a certificate, or both. Whose it is, is personal.

    `first`: the line that stands for the person, who has one for each certificate.
    """

    member: StaffMember | None
    of: CertificateOnDay | None
    must_sign: bool = False
    has_asked: bool = False  # some certificate of the person counts as asked for
    first: bool = True

    @property
    def unit(self) -> str:
        own = self.member.unit if self.member else ""
        return own or (self.of.certificate.unit if self.of else "")

    @property
    def position(self) -> str:
        own = self.member.position if self.member else ""
        return own or (self.of.certificate.position if self.of else "")

    @property
    def holder(self) -> str:
        return self.member.name if self.member else self.of.certificate.holder if self.of else ""

    def is_in(self, show: str) -> bool:
        """Whether it is one of those that a number counts."""
        if show in (NEEDED, NONE_YET, NO_EMAIL):
            needed = self.must_sign and self.first
            lacking = needed and not self.has_asked
            if show == NO_EMAIL:
                return lacking and self.member is not None and not self.member.email
            return lacking if show == NONE_YET else needed
        if self.of is None:
            return show == ""
        if show == RETURNED:
            return self.of.ended_on is None and _is_returned(self.of)
        if show in COUNTED:
            return self.of.counts_as(show)
        stage = STAGE_OF.get(show.removeprefix(WAITS).removeprefix(PASSED))
        if stage is None:
            return True
        if show.startswith(PASSED):
            return took(self.of, stage) is not None
        return is_waiting(self.of, stage)


STAGE_OF: dict[str, Stage] = {stage.code: stage for stage in STAGES}


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one unit, role, batch or method. `key`: as an address says it; `label`: empty for UNKNOWN."""

    key: str
    label: str
    lines: tuple[Line, ...]

    def count(self, show: str) -> int:
        return sum(line.is_in(show) for line in self.lines)

    def longest(self, on: date) -> int | None:
        """Days since the last step of the certificate that waits longest for its next one."""
        ages = [
            (on - line.of.days[stage.begins]).days
            for line in self.lines
            if line.of is not None
            for stage in STAGES[:-1]
            if is_waiting(line.of, stage)
        ]
        return max(ages, default=None)


def lines(as_of: AsOf, facility_id: int) -> list[Line]:
    """Everybody and every certificate of one facility on the day: seven queries."""
    of_member: dict[int, list[CertificateOnDay]] = defaultdict(list)
    found: list[Line] = []
    people = _working(as_of, facility_id)
    for one in certificates(as_of):
        if (key := one.certificate.member_id) in people:
            of_member[key or 0].append(one)
        else:
            found.append(Line(None, one))
    ruled = rules(as_of)
    for key, member in people.items():
        must = ruled.must_sign(facility_id, member.unit, member.duty)
        own = of_member[key]
        asked = any(one.counts_as(Kind.REQUESTED) for one in own)
        if not own:
            found.append(Line(member, None, must))
        for place, one in enumerate(own):
            found.append(Line(member, one, must, asked, place == 0))
    return found


def _working(as_of: AsOf, facility_id: int) -> dict[int, StaffMember]:
    """The staff list without those who had not begun, or had left, by the day."""
    events = StaffEvent.objects.known(as_of.known_at).filter(facility=facility_id)
    away = {
        member
        for member, kind, day in events.values_list("member_id", "kind", "happened_on")
        if (day > as_of.until) == (kind == StaffEvent.Kind.JOINED)
    }
    rows = StaffMember.objects.standing(as_of.known_at).filter(facility=facility_id)
    return {row.pk: row for row in rows.order_by("sort_key", "pk") if row.pk not in away}


def grouped(found: Iterable[Line], by: str) -> list[Group]:
    """The lines apart, in the order of their names; what has none on record last."""
    key_of = KEYS[by]
    of: dict[str, list[Line]] = defaultdict(list)
    for line in found:
        of[key_of(line)].append(line)
    groups = [
        Group(key or UNKNOWN, _label(by, key, some) if key else "", tuple(some))
        for key, some in of.items()
    ]
    return sorted(groups, key=lambda group: (not group.label, sort_key(group.label), group.key))


def _duty(line: Line) -> str:
    """Certificates of organisations and devices stand apart from those of people."""
    if line.of and line.of.certificate.subscriber != Certificate.Subscriber.INDIVIDUAL:
        return line.of.certificate.subscriber
    return line.member.duty if line.member else ""


def _batch(line: Line) -> str:
    batch = line.of.certificate.batch if line.of else None
    return batch.code if batch else ""


KEYS: Mapping[str, Callable[[Line], str]] = {
    UNIT: lambda line: normal.unit_key(line.unit).replace(" ", "-"),
    DUTY: _duty,
    BATCH: _batch,
    METHOD: lambda line: line.of.certificate.device if line.of else "",
}


def _label(by: str, key: str, some: list[Line]) -> str:
    if by == UNIT:
        return normal.unit(some[0].unit)
    if by == DUTY:
        return str(dict((*Duty.choices, *Certificate.Subscriber.choices))[key])
    if by == METHOD and some[0].of:
        return some[0].of.certificate.get_device_display()
    return key


def _is_returned(one: CertificateOnDay) -> bool:
    return one.returned and Kind.RETURNED in one.days and Kind.ISSUED not in one.days


NOT_ON_RECORD = {
    UNIT: pgettext_lazy("coverage", "unit not on record"),
    DUTY: pgettext_lazy("coverage", "not on the staff list"),
    BATCH: pgettext_lazy("coverage", "no batch"),
    METHOD: pgettext_lazy("coverage", "no certificate"),
}
