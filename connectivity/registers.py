"""The register of connections: one row a facility, the days of its connection to the counted partner."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectivity.models import ConnectionStep, Partner
from connectivity.rules import faults
from facilities.exchange.columns import Column, Kind, Value
from facilities.listed import listed_on
from facilities.models import Facility, Scope
from facilities.registers.attempts import (
    Attempts,
    Placed,
    Repeated,
    Story,
    begun,
    check,
    ended,
    mended,
    stories,
)
from facilities.registers.choices import facilities_by_code, facility_names
from facilities.registers.register import Problems, Register
from facilities.registers.steps import Paper
from facilities.registers.steps import Step as Way
from facilities.registers.writers import Attributes, RowEntry, Writing

Step = ConnectionStep.Step


class _Steps(Repeated):
    def write(self, entries: list[RowEntry[Facility]], writing: Writing) -> None:
        partner = Partner.objects.filter(counted=True).first()
        if partner is None:
            raise ValidationError(_("Say first which partner's connections are counted."))
        Repeated.write(replace(self, make=partial(self.make, partner)), entries, writing)


def _step(
    step: str,
    *,
    place: Callable[[date | None, Attempts, Attempts], Placed] = mended,
    other: str = "",
) -> _Steps:
    def make(
        partner: Partner,
        facility: Facility,
        before: ConnectionStep | None,
        happened_on: date,
        attempt: int,
    ) -> ConnectionStep:
        return ConnectionStep(
            facility_id=facility.pk,
            partner_id=partner.pk,
            step=step,
            attempt=attempt,
            happened_on=happened_on,
        )

    return _Steps(
        model=ConnectionStep,
        link="facility",
        columns={step: "happened_on"},
        day=step,
        kind={"partner__counted": True, "step": step},
        make=make,
        what="step",
        place=place,
        other=other,
    )


STEPS = (
    _step(Step.ACCOUNT.value),
    _step(Step.CONNECTED.value, place=begun, other=Step.DISCONNECTED),
    _step(Step.FIRST_MESSAGE.value),
    _step(Step.DISCONNECTED.value, place=ended, other=Step.CONNECTED),
)


# The end of a connection is no step on its way.
WAY = tuple(
    Way(code=step.value, label=step.label, day=step.value, paper=paper)
    for step, paper in (
        (Step.ACCOUNT, Paper.LETTER),
        (Step.CONNECTED, Paper.MINUTES),
        (Step.FIRST_MESSAGE, Paper.REPORT),
    )
)


class Connections(Register[Facility]):
    code = "connections"
    label = gettext_lazy("Connections")
    row_label = gettext_lazy("connection")
    model = Facility
    keys = (("facility",),)
    search_path = ""
    facility_path = ""
    makes_rows = False
    default_sort = "facility"
    columns = (
        Column(
            "facility",
            gettext_lazy("facility"),
            Kind.CODE,
            choices=facility_names,
            required=True,
            writable=False,
        ),
        *(Column(step.value, step.label, Kind.DAY) for step in Step),
    )
    writers = (
        Attributes(
            columns={"facility": "code"},
            find={"facility": facilities_by_code},
        ),
        *STEPS,
    )

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[Facility]:
        """Facilities that count in connectivity on the day."""
        counted = (Scope.ROLLOUT, Scope.CONNECTIVITY)
        return listed_on(on, known_at, counted)

    def way(self, row: Facility, values: Mapping[str, Value], on: date) -> tuple[Way, ...]:
        """Up to the first message; once a connection has ended, the whole form says what follows."""
        return () if values.get(Step.DISCONNECTED.value) else WAY

    def context(self, entries: list[RowEntry[Facility]], on: date) -> Mapping[int, Story]:
        return stories(STEPS[0], [entry.row.pk for entry in entries if entry.row is not None])

    def check(
        self, entry: RowEntry[Facility], problems: Problems, context: Mapping[int, Story], on: date
    ) -> None:
        story = context.get(entry.row.pk, {}) if entry.row is not None else {}
        check(STEPS, faults, entry, story, problems)
