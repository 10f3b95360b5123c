"""The book of connections: one row a facility, the days of its connection to the counted partner."""

from dataclasses import replace
from functools import partial

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectivity.models import ConnectionStep, Partner
from connectivity.rules import faults
from facilities.as_of import AsOf
from facilities.exchange.columns import Column, Kind
from facilities.models import Facility, Scope
from facilities.registers.attempts import Repeated, begun, check, ended, mended, stories
from facilities.registers.choices import facilities_by_code, facility_names
from facilities.registers.register import Register
from facilities.registers.writers import Attributes

Step = ConnectionStep.Step


class _Steps(Repeated):
    def write(self, entries, writing):
        partner = Partner.objects.filter(counted=True).first()
        if partner is None:
            raise ValidationError(_("Say first which partner's connections are counted."))
        Repeated.write(replace(self, make=partial(self.make, partner)), entries, writing)


def _step(step: str, *, place=mended, other: str = "") -> _Steps:
    def make(partner, facility, before, happened_on, attempt):
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


class Connections(Register):
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

    def base(self, on, known_at=None):
        """Facilities that count in connectivity on the day."""
        counted = (Scope.ROLLOUT, Scope.CONNECTIVITY)
        keys = [f.id for f in AsOf(on, known_at).on(on) if f.scope in counted]
        return Facility.objects.filter(pk__in=keys)

    def context(self, entries, on):
        return stories(STEPS[0], [entry.row.pk for entry in entries if entry.row is not None])

    def check(self, entry, problems, context, on):
        story = context.get(entry.row.pk, {}) if entry.row is not None else {}
        check(STEPS, faults, entry, story, problems)
