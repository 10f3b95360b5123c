"""Names go some years after their time: from rows and from the history, and no figure moves."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from facilities import access_log
from facilities.access_log import BLANK
from facilities.models import ChangeSet, Edit, LogEntry
from facilities.registers.entering import enter, undo
from rollout.figures.progress import progress
from rollout.registers.catalogue import REGISTERS
from signatures.blanking import blank_names, years_before
from signatures.models import Certificate, CertificateEvent, StaffEvent, StaffMember
from signatures.registers import Certificates
from signatures.services import record_event
from signatures.staff import Staff
from tests import factories
from tests.entering import TODAY, open_change_set, put

pytestmark = pytest.mark.django_db
Kind = CertificateEvent.Kind
NAME = "Nguyễn Thị Bí Mật"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2025, 5, 21, 3, tzinfo=UTC), tick=True):
        yield


def verified() -> str:
    out = StringIO()
    call_command("verify_log", stdout=out)
    return out.getvalue()


def certificate(place, *, until: date | None = None, revoked: date | None = None, **fields):
    found = factories.CertificateFactory(facility=place, **({"holder": NAME} | fields))
    begun = (until or date(2018, 1, 1)) - 1500 * DAY

    def happen(kind, on, **more):
        record_event(certificate=found, kind=kind, happened_on=on, by=factories.recorder(), **more)

    happen(Kind.REQUESTED, begun)
    if until:
        happen(Kind.ISSUED, begun + DAY, valid_until=until)
    if revoked:
        happen(Kind.REVOKED, revoked)
    return found


def test_the_last_day_of_february_has_a_day_before():
    assert years_before(date(2024, 2, 29), 5) == date(2019, 2, 28)


def test_a_name_goes_five_years_after_the_end_and_not_a_day_before():
    factories.programme()
    place = factories.facility("a")
    end = years_before(TODAY, 5)
    rows = {
        "expired": certificate(place, until=end),
        "a day short": certificate(place, until=end + DAY),
        "revoked": certificate(place, until=end + 300 * DAY, revoked=end),
        "revoked lately": certificate(place, until=end + 300 * DAY, revoked=end + DAY),
        "never issued": certificate(place),
        "nameless": certificate(place, until=end, holder=""),
    }
    before = progress(TODAY).measures
    assert blank_names(TODAY, 0, by=factories.recorder()) == 0
    assert blank_names(TODAY, 5, by=factories.recorder()) == 2
    holders = {name: Certificate.objects.get(pk=row.pk).holder for name, row in rows.items()}
    assert holders == {
        "expired": BLANK,
        "a day short": NAME,
        "revoked": BLANK,
        "revoked lately": NAME,
        "never issued": NAME,
        "nameless": "",
    }
    assert progress(TODAY).measures == before
    assert blank_names(TODAY, 5, by=factories.recorder()) == 0
    gone = Certificate.objects.get(pk=rows["expired"].pk)
    assert "mat" not in gone.holder_key + gone.sort_key


def test_the_history_forgets_the_name_and_the_log_stays_whole_and_awake():
    factories.programme()
    place = factories.facility("a")
    end = years_before(TODAY, 5)
    row = certificate(place, until=end, holder="")
    other = certificate(place, until=TODAY + DAY, holder="Trần Văn Cũ")
    first, both = open_change_set(), open_change_set()
    for which, holder, change_set in (
        (row, NAME, first),
        (row, NAME + " Hai", both),
        (other, "Trần Văn Ở Lại", both),
    ):
        enter(
            register=Certificates(),
            row=which,
            values={"holder": holder},
            change_set=change_set,
            on=TODAY,
        )
    access_log.bind()
    assert "all as they were written" in verified()
    blank_names(TODAY, 5, by=factories.recorder())
    told = " ".join(f"{edit.old} {edit.new}" for edit in Edit.objects.all())
    assert "Bí Mật" not in told
    assert "Trần Văn Ở Lại" in told  # whose certificate is in force
    access_log.bind()
    assert "all as they were written" in verified()
    blanking = ChangeSet.objects.get(kind=ChangeSet.Kind.BLANKING)
    with pytest.raises(ValidationError):
        undo(
            change_set=blanking, registers=REGISTERS, by=factories.recorder(), because="x", on=TODAY
        )
    # What was left is still held: whoever changes it is named, and nothing is blanked over it.
    Edit.objects.filter(new="Trần Văn Ở Lại").update(new="Người Khác")
    with pytest.raises(CommandError, match="change set"):
        verified()
    CertificateEvent.objects.filter(certificate=other, kind=Kind.ISSUED).update(
        valid_until=end, happened_on=end - DAY
    )
    with pytest.raises(access_log.NotAsWritten):
        blank_names(TODAY, 5, by=factories.recorder())
    assert Certificate.objects.get(pk=other.pk).holder == "Trần Văn Ở Lại"


def test_who_left_goes_from_the_staff_list_once_no_certificate_names_them():
    factories.programme()
    place = factories.facility("a")
    end = years_before(TODAY, 5)
    members = [
        StaffMember.objects.create(facility=place, name=NAME, email=f"{n}@example.vn")
        for n in ("left", "certified", "here")
    ]
    for member in members[:2]:
        StaffEvent.objects.create(
            facility=place,
            member=member,
            kind="left",
            happened_on=end,
            recorded_by=factories.recorder(),
        )
    certificate(place, until=TODAY + DAY, member=members[1])
    put(Staff(), members[0], name=NAME + " Xa")
    access_log.bind()
    assert blank_names(TODAY, 5, by=factories.recorder()) == 1
    found = StaffMember.objects.order_by("pk").values_list("name", "email")
    assert list(found) == [
        (BLANK, ""),
        (NAME, "certified@example.vn"),
        (NAME, "here@example.vn"),
    ]
    access_log.bind()
    assert "all as they were written" in verified()
    assert LogEntry.objects.filter(kind=LogEntry.Kind.BLANKED, subject="staff").get().count == 1
