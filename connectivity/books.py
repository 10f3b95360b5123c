"""The book of connections: one row a facility, the days of its connection to the counted partner."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectivity.models import ConnectionStep, Partner
from facilities.books.book import Book
from facilities.books.choices import facilities_by_code, facility_names
from facilities.books.writers import Attributes, Facts
from facilities.exchange.columns import Column, Kind
from facilities.models import Facility, Scope
from facilities.register import Register

Step = ConnectionStep.Step


def _step(step: str) -> Facts:
    return Facts(
        model=ConnectionStep,
        link="facility",
        columns={step: "happened_on"},
        day=step,
        kind={"partner__counted": True, "step": step},
        order=("-attempt", "-happened_on", "-pk"),
        make=lambda facility, before, happened_on: ConnectionStep(
            facility=facility,
            partner=before.partner if before else Partner.objects.get(counted=True),
            step=step,
            attempt=before.attempt if before else 1,
            happened_on=happened_on,
        ),
    )


class Connections(Book):
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
        *(_step(step.value) for step in Step),
    )

    def base(self, on, known_at=None):
        """Facilities that count in connectivity on the day."""
        counted = (Scope.ROLLOUT, Scope.CONNECTIVITY)
        keys = [f.id for f in Register(on, known_at).on(on) if f.scope in counted]
        return Facility.objects.filter(pk__in=keys)

    def check(self, entry, problems, context, on):
        new = entry.new
        if new["connected"] and new["account"] and new["connected"] < new["account"]:
            problems.warn("connected", _("Connected before the account was issued."))
        if new["disconnected"] and not new["connected"]:
            problems.refuse("disconnected", _("There is no connection to end on that day."))
