"""What becomes of a certificate once it is issued: possible orders, its state, where it counts."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facilities.as_of import AsOf
from facilities.exchange.tables import BadTable
from facilities.models import Edit
from facilities.registers.entering import undo, withdraw_row
from rollout.models import ImportFile
from rollout.registers.catalogue import REGISTERS
from rollout.registers.importing.receiving import receive
from signatures import changes
from signatures.certificates import certificates, waiting_at
from signatures.deadlines import deadlines
from signatures.happened import CertificateEvents
from signatures.life import State, state, state_of
from signatures.models import Certificate, CertificateEvent, StaffEvent
from signatures.services import record_event
from signatures.staff import Staff
from tests import factories
from tests.entering import TODAY, judged, open_change_set, put, values
from tests.reading import tally
from tests.rollout.registers.importing.tables import counts, received, stored
from tests.writing import refused

pytestmark = pytest.mark.django_db

Kind = CertificateEvent.Kind
REGISTER, STAFF = CertificateEvents(), Staff()
DAY = timedelta(days=1)
ISSUED_ON, UNTIL = TODAY - 40 * DAY, TODAY + 40 * DAY


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2025, 5, 21, 3, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def place():
    factories.programme()
    return factories.facility("ttyt-luc-nam", name_vi="Trung tâm Y tế Lục Nam")


def issued(place, until=UNTIL, **fields) -> Certificate:
    found = factories.CertificateFactory(facility=place, **fields)
    happen(found, Kind.REQUESTED, ISSUED_ON - DAY)
    happen(found, Kind.ISSUED, ISSUED_ON, valid_until=until)
    return found


def happen(certificate, kind, on, **fields):
    return record_event(
        certificate=certificate, kind=kind, happened_on=on, by=factories.recorder(), **fields
    )


def in_sql(certificate, on) -> str:
    return Certificate.objects.annotate(state=state_of(on)).get(pk=certificate.pk).state


def on_day(certificate, on) -> tuple[str, str]:
    told = state(certificate.events.known(), on)
    assert in_sql(certificate, on) == told
    return told


# (before, event, day): whether it can have happened then. Days count from the issue.
ORDERS = [
    ([], "suspended", -1, False),
    ([], "suspended", 0, True),
    ([], "restored", 5, False),
    ([("suspended", 5)], "restored", 4, False),
    ([("suspended", 5)], "restored", 5, True),
    ([("suspended", 5)], "suspended", 9, False),
    ([("suspended", 5), ("restored", 8)], "suspended", 7, False),
    ([("suspended", 5), ("restored", 8)], "suspended", 8, True),
    ([("suspended", 5), ("restored", 8)], "restored", 9, False),
    ([], "device_restored", 5, False),
    ([("device_lost", 5)], "device_restored", 5, True),
    ([("device_lost", 5)], "device_lost", 6, False),
    ([("revoked", 20)], "suspended", 19, True),
    ([("revoked", 20)], "suspended", 20, False),
    ([("suspended", 20)], "revoked", 20, False),
    ([("suspended", 20)], "revoked", 21, True),
    ([("revoked", 20)], "renamed", 20, False),
    ([("revoked", 20)], "left", 25, True),
    ([("left", 20)], "retired", 25, False),
    ([("retired", 20)], "left", 15, False),
    ([("left", 20)], "renamed", 25, True),
]


def test_only_what_can_have_happened_is_taken(place):
    for before, kind, shift, possible in ORDERS:
        certificate = issued(place)
        for earlier, day in before:
            happen(certificate, earlier, ISSUED_ON + day * DAY)
        count = certificate.events.count()
        named = refused(happen, certificate, kind, ISSUED_ON + shift * DAY)
        assert (not named) == possible, (before, kind, shift)
        assert certificate.events.count() == count + possible


def test_the_end_decides_to_the_day(place):
    """The last valid day is the eve of the end; on it everything is still possible."""
    certificate = issued(place, until=TODAY)
    with pytest.raises(ValidationError):
        happen(certificate, Kind.DEVICE_LOST, TODAY)
    happen(certificate, Kind.DEVICE_LOST, TODAY - DAY)
    assert on_day(certificate, TODAY - DAY) == State.DEVICE_LOST
    assert on_day(certificate, TODAY) == State.EXPIRED


def test_the_state_of_each_day(place):
    certificate = issued(place)
    for kind, shift in [
        (Kind.SUSPENDED, 2),
        (Kind.RESTORED, 4),
        (Kind.DEVICE_LOST, 6),
        (Kind.DEVICE_RESTORED, 8),
        (Kind.RENAMED, 10),
        (Kind.CHANGED, 12),
        (Kind.RETIRED, 14),
        (Kind.REVOKED, 16),
    ]:
        happen(certificate, kind, ISSUED_ON + shift * DAY)
    seen = [on_day(certificate, ISSUED_ON + n * DAY) for n in range(-1, 17)]
    by_day = "not_issued in_force in_force suspended suspended in_force in_force device_lost"
    by_day += " device_lost in_force in_force to_change to_change in_force in_force to_revoke"
    assert seen == [*by_day.split(), "to_revoke", "revoked"]


EVENTS = st.lists(
    st.tuples(st.sampled_from(list(Kind)), st.integers(0, 6), st.integers(1, 2), st.booleans()),
    max_size=12,
    unique_by=lambda told: (told[0], told[2]),
)

WAITED_FOR = {
    "handed-over": (Kind.HANDED_OVER, Kind.ISSUED),
    "authenticated": (Kind.AUTHENTICATED, Kind.HANDED_OVER),
}


@given(told=EVENTS, shift=st.integers(-1, 8))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_rule_is_the_same_in_the_database_and_here(place, told, shift):
    """Whatever stands there, in whatever order, possible or not."""
    certificate = factories.CertificateFactory(facility=place)
    events = []
    for kind, day, attempt, flag in told:
        ends = kind in (Kind.ISSUED, Kind.RENEWED)
        again = attempt if kind in CertificateEvent.REPEATABLE else 1
        if any((e.kind, e.attempt) == (kind, again) for e in events):
            continue
        on = ISSUED_ON + day * DAY
        events.append(
            CertificateEvent(
                certificate=certificate,
                facility=place,
                kind=kind,
                attempt=again,
                happened_on=on,
                valid_until=on + (2 if flag else 9) * DAY if ends else None,
                to=place if kind == Kind.MOVED and flag else None,
                recorded_by=factories.recorder(),
            )
        )
    CertificateEvent.objects.bulk_create(events)
    on = ISSUED_ON + shift * DAY
    assert in_sql(certificate, on) == state(events, on)
    waiting = {
        (place.pk, step): [
            row.days[before]
            for row in certificates(AsOf(on))  # those of the examples before are still there
            if row.counts_as(before) and not row.counts_as(kind)
        ]
        for step, (kind, before) in WAITED_FOR.items()
    }
    counted = {step: (len(days), min(days)) for step, days in waiting.items() if days}
    assert waiting_at(AsOf(on), WAITED_FOR) == counted


class TestTheRegister:
    def test_a_move_is_written_into_the_certificate_and_taken_back_with_it(self, place):
        other = factories.facility("bvdk-tinh")
        member = put(STAFF, None, facility=place.code, name="Đỗ Thị Lan")
        certificate = issued(place, holder="Đỗ Thị Lan", unit="Khoa Nội", member=member)
        row = put(
            REGISTER,
            None,
            because="decision 12",
            facility=place.code,
            holder="Đỗ Thị Lan",
            kind="moved",
            day=TODAY - 3 * DAY,
            to=other.code,
            new_unit="Khoa Ngoại",
        )
        certificate.refresh_from_db()
        assert (certificate.facility, certificate.unit) == (other, "Khoa Ngoại")
        assert certificate.member is None
        edits = Edit.objects.filter(
            register="certificates", row=certificate.pk, change_set__because="decision 12"
        )
        assert {(e.column, e.old, e.new) for e in edits} == {
            ("facility", place.code, other.code),
            ("unit", "Khoa Nội", "Khoa Ngoại"),
            ("member", str(member.pk), ""),
        }
        assert values(STAFF, member)["left-on"] == TODAY - 3 * DAY
        with pytest.raises(ValidationError):
            withdraw_row(register=REGISTER, row=row, change_set=open_change_set(), on=TODAY)
        made = edits[0].change_set
        undo(change_set=made, registers=REGISTERS, by=made.by, because="wrong", on=TODAY)
        certificate.refresh_from_db()
        assert (certificate.facility, certificate.unit) == (place, "Khoa Nội")
        assert certificate.member == member
        assert not certificate.events.known().filter(kind=Kind.MOVED).exists()
        assert not StaffEvent.objects.known().exists()

    def test_whoever_is_meant_is_found_or_refused(self, place):
        other = factories.facility("bvdk-tinh")
        one = issued(place, holder="Nguyễn Thị Lan", unit="Khoa Nội", serial="5402AB")
        issued(place, holder="Nguyễn Thị Lan", unit="Khoa Ngoại")
        issued(other, holder="Trần Văn Ước")
        over = issued(place, holder="Lê Văn Hết", until=TODAY)
        row = {"kind": "left", "day": TODAY}
        cases = [
            ({"certificate": "5402AB"}, set()),
            ({"certificate": f"#{one.pk}"}, set()),
            ({"certificate": "5402AC"}, {"certificate"}),
            ({"certificate": "5402AB", "facility": other.code}, {"certificate"}),
            ({"holder": "Nguyễn Thị Lan"}, {"certificate"}),
            ({"facility": place.code, "holder": "Nguyễn Thị Lan"}, {"holder"}),
            ({"facility": place.code, "holder": "BS. NGUYỄN THỊ LAN", "unit": "K. Nội"}, set()),
            ({"facility": place.code, "holder": "Nguyễn Thị Lân", "unit": "Khoa Nội"}, {"holder"}),
            ({"facility": place.code, "holder": "Trần Văn Ước"}, {"holder"}),
            ({"facility": place.code, "holder": over.holder}, {"holder"}),
        ]
        for cells, named in cases:
            assert set(judged(REGISTER, None, **row | cells).errors) == named, cells

    def test_what_a_row_may_say(self, place):
        issued(place, serial="5402AB")
        other = factories.facility("bvdk-tinh")
        cases = [
            ({"kind": "moved"}, {"new-unit"}),
            ({"kind": "moved", "new_unit": "Khoa Nhi"}, set()),
            ({"kind": "moved", "to": place.code}, {"to"}),
            ({"kind": "left", "to": other.code}, {"to"}),
            ({"kind": "left", "new_name": "A"}, {"new-name"}),
            ({"kind": "left", "day": TODAY + DAY}, {"day"}),
            ({"kind": "left", "day": ISSUED_ON - DAY}, {"day"}),
            ({"kind": "renewed", "valid_until": date(2028, 6, 30)}, set()),
            ({"kind": "renewed", "valid_until": date(2028, 7, 1)}, {"valid-until"}),
            ({"kind": "renewed"}, {"valid-until"}),
        ]
        for cells, named in cases:
            given = {"certificate": "5402AB", "day": TODAY} | cells
            assert set(judged(REGISTER, None, **given).errors) == named, cells
        row = put(REGISTER, None, certificate="5402AB", kind="left", day=TODAY)
        again = judged(REGISTER, None, certificate="5402AB", kind="left", day=TODAY)
        assert set(again.errors) == {"day"}
        assert not judged(REGISTER, row, day=TODAY - DAY, because="misread").errors
        assert set(judged(REGISTER, row, kind="retired").errors) == {"kind"}

    def test_a_new_name_is_logged_with_the_old_one_and_the_reason(self, place):
        certificate = issued(place, holder="Nguyễn Thị Lan", serial="5402AB")
        put(
            REGISTER,
            None,
            because="decision 7",
            certificate="5402AB",
            kind="renamed",
            day=TODAY,
            new_name="Nguyễn Thị Lam",
        )
        certificate.refresh_from_db()
        edit = Edit.objects.get(register="certificates", column="holder")
        assert (edit.old, edit.new) == ("Nguyễn Thị Lan", certificate.holder)
        assert edit.change_set.because == "decision 7"
        assert on_day(certificate, TODAY) == State.TO_CHANGE


class TestInBulk:
    HEAD = ("Cơ sở", "Họ và tên", "Khoa, phòng", "Sự việc", "Từ ngày", "Khoa mới", "Lý do")

    def test_a_sheet_of_leavers_and_movers_is_previewed_stored_and_taken_back(self, place):
        by, other = factories.recorder(), factories.facility("bvdk-tinh")
        people = [
            issued(place, holder=name, unit="Khoa Nội") for name in ("Lê Thị Bé", "Vũ Văn Cả")
        ]
        issued(other, holder="Đỗ Văn Xa")
        left, moved = str(Kind.LEFT.label), str(Kind.MOVED.label)
        rows = [
            (place.code, "Lê Thị Bé", "Khoa Nội", left, "20/05/2025", "", "QĐ 12"),
            (place.code, "VŨ VĂN CẢ", "", moved, "21/05/2025", "Khoa Nhi", "QĐ 13"),
        ]
        stranger = (place.code, "Đỗ Văn Xa", "", left, "20/05/2025", "", "")
        wrong = received("certificate-events", by, self.HEAD, *rows, stranger)
        assert counts(wrong) == {"new": 2, "wrong": 1}, wrong.preview
        assert not CertificateEvent.objects.filter(kind__in=(Kind.LEFT, Kind.MOVED)).exists()
        kept = stored("certificate-events", by, self.HEAD, *rows)
        assert [on_day(person, TODAY) for person in people] == [State.TO_REVOKE, State.IN_FORCE]
        units = [Certificate.objects.get(pk=person.pk).unit for person in people]
        assert units == ["Khoa Nội", "Khoa Nhi"]
        assert counts(received("certificate-events", by, self.HEAD, *rows)) == {
            "unchanged": 1,
            "wrong": 1,
        }
        undo(change_set=kept.change_set, registers=REGISTERS, by=by, because="wrong", on=TODAY)
        assert [on_day(person, TODAY) for person in people] == [State.IN_FORCE] * 2
        assert Certificate.objects.get(pk=people[1].pk).unit == "Khoa Nội"

    def test_a_sheet_with_birth_dates_is_refused_and_not_kept(self, place):
        pasted = f"Cơ sở\tHọ và tên\tNgày sinh\n{place.code}\tA\t01/02/1990"
        register = REGISTERS["certificate-events"]
        with pytest.raises(BadTable):
            receive(register=register, by=factories.recorder(), on=TODAY, pasted=pasted)
        assert not ImportFile.objects.exists()


@pytest.mark.parametrize("until", [None, date(2025, 12, 31)], ids=["that day", "looking back"])
def test_a_moved_certificate_counts_where_it_lies(place, until):
    other, third = factories.facility("bvdk-tinh"), factories.facility("bv-phoi")
    certificate = issued(place, serial="5402AB", until=TODAY)
    happen(certificate, Kind.RECEIVED, ISSUED_ON + 2 * DAY)
    put(REGISTER, None, certificate="5402AB", kind="moved", day=ISSUED_ON + 5 * DAY, to=other.code)
    put(REGISTER, None, certificate="5402AB", kind="moved", day=ISSUED_ON + 9 * DAY, to=third.code)
    certificate.refresh_from_db()
    happen(certificate, Kind.HANDED_OVER, ISSUED_ON + 10 * DAY)

    def seen(day, component):
        return [
            tally(changes, at, f"certificates_{component}", day, until=until).amount
            for at in (place, other, third)
        ]

    moments = [
        (ISSUED_ON, [1, 0, 0]),
        (ISSUED_ON + 4 * DAY, [1, 0, 0]),
        (ISSUED_ON + 5 * DAY, [0, 1, 0]),
        (ISSUED_ON + 8 * DAY, [0, 1, 0]),
        (ISSUED_ON + 9 * DAY, [0, 0, 1]),
        (TODAY - DAY, [0, 0, 1]),
        (TODAY, [0, 0, 0]),
    ]
    for day, counted in moments:
        assert seen(day, "requested") == counted, day
        assert seen(day, "issued") == counted, day
    assert seen(TODAY - DAY, "handed_over") == [0, 0, 1]
    lists = [
        [
            len(certificates(AsOf(day, facility_ids=frozenset({at.pk}))))
            for at in (place, other, third)
        ]
        for day, _counted in moments[:-1]
    ]
    assert lists == [counted for _day, counted in moments[:-1]]
    [due] = deadlines(AsOf(TODAY - DAY))
    assert (due.facility_id, due.due_on) == (third.pk, TODAY - DAY)
