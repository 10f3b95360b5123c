"""Rows that pages of the desk and of the officers open: one of each kind, of one facility."""

from datetime import date

from django.utils import timezone

from equipment.models import DeviceType
from equipment.stocktake import open_round
from facilities.models import ChangeSet, Document, Facility, Role
from facilities.registers.entering import begin, enter
from rollout.models import IssuedPaper, PublishedBrief, SavedView, WorkingSession
from rollout.programme.services import declare_not_needed
from rollout.publishing.brief.publishing import publish
from rollout.publishing.papers.catalogue import KINDS
from rollout.publishing.papers.issuing import issue
from rollout.publishing.papers.kind import Asked
from rollout.registers.catalogue import REGISTERS
from rollout.registers.importing.receiving import receive
from signatures.campaigns import open_campaign
from signatures.models import Certificate, ReturnedLine, ReturnedList
from signatures.services import record_event
from tests.factories import recorder, user_with
from tests.papers import PDF, upload

ON = date(2025, 5, 21)
TAG = "LN-MTB-001"
GAP = "official-without-decision:somewhere"
PER_REGISTER = {
    "rollout:register-list",
    "rollout:record",
    "rollout:record-edit",
    "rollout:my-list",
} | {
    "rollout:my-row",
    "rollout:import-new",
}


def desk_rows(facility: Facility) -> None:
    """What an officer of the facility reported, brought and began; a device with a number."""
    officer = user_with(Role.OFFICER, facility=facility)
    reported = begin(kind=ChangeSet.Kind.FORM, by=officer, facility=facility)
    enter(
        register=REGISTERS["connections"],
        row=facility,
        values={"first_message": ON},
        change_set=reported,
        on=ON,
        because={"first_message": "test"},
    )
    kept = begin(kind=ChangeSet.Kind.FORM, by=user_with(Role.DEPARTMENT))
    enter(
        register=REGISTERS["assets"],
        row=None,
        values={
            "tag": TAG,
            "type": DeviceType.objects.earliest("pk").code,
            "facility": facility.code,
        },
        change_set=kept,
        on=ON,
    )
    enter(
        register=REGISTERS["staff"],
        row=None,
        values={"facility": facility.code, "name": "Nguyễn Thị Lan", "email": "lan@syt.gov.vn"},
        change_set=kept,
        on=ON,
    )
    back = ReturnedList.objects.create(facility=facility, title="CV 12", by=officer)
    ReturnedLine.objects.create(
        of=back, number=2, name="A", serial="5401", issued_on=ON, valid_until=date(2030, 5, 21)
    )
    _certificate_with_a_life(facility, kept)
    open_round(facility=facility, title="Kiểm kê", on=ON, by=kept.by)
    receive(
        pasted="Cơ sở\tFirst successful message\nnobody\t21/05/2025",
        register=REGISTERS["connections"],
        by=officer,
        on=ON,
        facility=facility,
    )
    SavedView.objects.create(register="connections", name="x", owner=kept.by)
    declare_not_needed(gap=GAP, facility=facility, happened_on=ON, because="Bộ", by=kept.by)


def _certificate_with_a_life(facility: Facility, kept: ChangeSet) -> None:
    certificate = Certificate.objects.create(facility=facility, serial="5402", holder="Trần Văn B")
    for kind, until in (("requested", None), ("issued", date(2030, 5, 1))):
        record_event(
            certificate=certificate,
            kind=kind,
            happened_on=date(2025, 5, 1),
            valid_until=until,
            by=kept.by,
        )
    enter(
        register=REGISTERS["certificate-events"],
        row=None,
        values={"certificate": "5402", "kind": "suspended", "day": ON},
        change_set=kept,
        on=ON,
    )
    open_campaign(
        title="Sáp nhập", act="changed", facilities=[facility], opened_on=ON, due_on=ON, by=kept.by
    )


def row_of(register: str, facility: Facility) -> int:
    """A row of the register: of the facility where it has one."""
    rows = REGISTERS[register].base(ON)
    own = (
        REGISTERS[register].of_facilities(rows, {facility.pk}) if register != "documents" else rows
    )
    row = own.order_by("pk").first() or rows.order_by("pk").first()
    return row.pk if row else 0


def paper() -> Document:
    return Document.objects.earliest("pk")


def issued_paper() -> IssuedPaper:
    """The report of the day, issued when it is first asked for."""
    return IssuedPaper.objects.first() or issue(
        KINDS["report"],
        Asked(ON),
        language="vi",
        number="05/BC-SYT",
        issued_on=ON,
        signed=upload(PDF),
        by=recorder(),
        at=timezone.now(),
    )


def brief_row() -> PublishedBrief:
    """The latest session's brief, published when it is first asked for."""
    session = WorkingSession.objects.latest("held_on")
    found = PublishedBrief.objects.filter(session=session).first()
    return found or publish(
        session=session, on=ON, by=recorder(), at=timezone.now(), override="test"
    )
