"""The register of certificates: what a row may say, and what writing a cell does to the facts."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from facilities.models import Edit
from facilities.registers.entering import enter_rows, undo, withdraw_row, writing_of
from facilities.registers.filtering import filter_set
from facilities.registers.writers import RowEntry
from signatures.models import Batch, Certificate, CertificateEvent
from signatures.registers import Certificates
from signatures.services import record_event
from signatures.steps import Step
from tests import factories
from tests.entering import TODAY, coded, judged, open_change_set, put, values
from tests.writing import refused

pytestmark = pytest.mark.django_db

REGISTER = Certificates()
REGISTERS = {REGISTER.code: REGISTER}
DAY = timedelta(days=1)
FIRST = date(2025, 1, 10)
UNTIL = date(2028, 1, 1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2025, 5, 21, 3, tzinfo=UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def place():
    return factories.facility("ttyt-luc-nam", name_vi="Trung tâm Y tế Lục Nam")


@pytest.fixture
def requested(place):
    return put(REGISTER, None, facility=place.code, holder="Nguyễn Thị Lan", requested=FIRST)


@pytest.fixture
def issued(requested):
    return put(REGISTER, requested, issued=FIRST + 5 * DAY, valid_until=UNTIL)


def story(certificate) -> list[tuple]:
    found = certificate.events.known().order_by("happened_on", "pk")
    return list(found.values_list("kind", "attempt", "happened_on"))


def step_of(certificate, on=TODAY, known_at=None) -> str:
    return values(REGISTER, certificate, on, known_at)["step"]


class TestWriting:
    def test_a_new_row_with_days_is_a_certificate_with_events(self, place):
        row = put(
            REGISTER,
            None,
            facility=place.code,
            holder="Đỗ Văn Ước",
            serial="5401",
            requested=FIRST,
            issued=FIRST + DAY,
            valid_until=UNTIL,
        )
        assert story(row) == [("requested", 1, FIRST), ("issued", 1, FIRST + DAY)]
        assert set(row.events.values_list("facility", flat=True)) == {place.pk}
        stored = Certificate.objects.get(pk=row.pk)
        assert (stored.subscriber, stored.device) == ("individual", "TOKEN")
        assert stored.search_key == "5401"  # no name: what is searched for stands in the address
        found = values(REGISTER, row)
        assert (found["serial"], found["issued"], found["valid-until"]) == (
            "5401",
            FIRST + DAY,
            UNTIL,
        )

    def test_the_log_of_a_new_row_does_not_name_its_holder(self, requested):
        (edit,) = Edit.objects.all()
        assert (edit.column, edit.old, edit.new) == ("", "", f"#{requested.pk}")

    def test_people_see_it_under_its_holder_where_they_may(self, requested):
        told = values(REGISTER, requested)
        assert REGISTER.named(told, REGISTER.bound()) == requested.holder
        without = REGISTER.named(told, REGISTER.bound(with_names=False))
        assert without == REGISTER.named(told, REGISTER.bound(), with_names=False)
        assert requested.holder not in without

    def test_values_written_back_change_nothing(self, issued):
        before, events = values(REGISTER, issued), story(issued)
        edits = Edit.objects.count()
        put(REGISTER, issued, **before)
        assert (values(REGISTER, issued), story(issued)) == (before, events)
        assert Edit.objects.count() == edits

    def test_a_corrected_day_keeps_its_paper_and_its_history(self, requested, clock):
        paper = factories.DocumentFactory()
        put(REGISTER, requested, issued=FIRST + DAY, valid_until=UNTIL, document=paper)
        was_known_at = datetime.now(UTC)
        clock.shift(3600)
        put(REGISTER, requested, issued=FIRST + 2 * DAY, because="misread")
        (now,) = requested.events.known().filter(kind="issued")
        assert (now.happened_on, now.valid_until, now.document) == (FIRST + 2 * DAY, UNTIL, paper)
        assert values(REGISTER, requested, known_at=was_known_at)["issued"] == FIRST + DAY
        old = requested.events.get(kind="issued", withdrawn_at__isnull=False)
        assert old.withdrawn_because == "misread"

    def test_an_emptied_day_is_withdrawn(self, issued):
        put(REGISTER, issued, issued=None, valid_until=None)
        assert story(issued) == [("requested", 1, FIRST)]

    def test_a_request_after_its_return_is_a_further_one(self, requested):
        put(REGISTER, requested, returned=FIRST + DAY)
        assert step_of(requested) == Step.RETURNED
        put(REGISTER, requested, requested=FIRST + 3 * DAY)
        assert story(requested) == [
            ("requested", 1, FIRST),
            ("returned", 1, FIRST + DAY),
            ("requested", 2, FIRST + 3 * DAY),
        ]
        assert step_of(requested) == Step.REQUESTED
        assert step_of(requested, on=FIRST + 2 * DAY) == Step.RETURNED
        put(REGISTER, requested, returned=FIRST + 5 * DAY)
        assert story(requested)[-1] == ("returned", 2, FIRST + 5 * DAY)

    def test_a_return_on_the_day_of_the_new_request(self, requested):
        put(REGISTER, requested, returned=FIRST + DAY)
        put(REGISTER, requested, requested=FIRST + DAY)
        assert [(k, n) for k, n, _day in story(requested)] == [
            ("requested", 1),
            ("returned", 1),
            ("requested", 2),
        ]
        assert step_of(requested) == Step.REQUESTED

    def test_a_request_before_its_return_is_a_correction(self, requested):
        put(REGISTER, requested, returned=FIRST + 5 * DAY)
        put(REGISTER, requested, requested=FIRST + 2 * DAY)
        assert story(requested) == [
            ("requested", 1, FIRST + 2 * DAY),
            ("returned", 1, FIRST + 5 * DAY),
        ]

    def test_a_second_renewal_follows_the_end_that_the_first_extended(self, place):
        on = {"facility": place.code, "holder": "Lê Minh", "requested": date(2020, 1, 1)}
        row = put(REGISTER, None, **on, issued=date(2020, 1, 1), valid_until=date(2022, 1, 1))
        put(REGISTER, row, renewed=date(2021, 12, 1), renewed_until=date(2024, 1, 1))
        put(REGISTER, row, renewed=date(2021, 12, 2))
        assert [n for kind, n, _day in story(row) if kind == "renewed"] == [1]
        again = {"renewed": date(2023, 12, 1), "renewed_until": date(2026, 1, 1)}
        assert set(judged(REGISTER, row, **again).warnings) == {"renewed"}  # once is usual
        put(REGISTER, row, **again, reasons={"renewed": "by letter 12"})
        assert [n for kind, n, _day in story(row) if kind == "renewed"] == [1, 2]
        assert step_of(row) == Step.ISSUED
        assert step_of(row, on=date(2023, 6, 1)) == Step.ISSUED


class TestRules:
    @pytest.mark.parametrize(
        ("cells", "columns"),
        [
            ({"issued": FIRST - DAY, "valid_until": UNTIL}, {"issued"}),
            ({"issued": FIRST}, {"valid-until"}),
            ({"issued": FIRST, "valid_until": FIRST}, {"valid-until"}),
            ({"issued": FIRST, "valid_until": date(2030, 1, 11)}, {"valid-until"}),
            ({"valid_until": UNTIL}, {"issued"}),
            ({"received": FIRST + DAY}, {"received"}),
            ({"returned": FIRST - DAY}, {"returned"}),
            ({"returned": FIRST, "issued": FIRST, "valid_until": UNTIL}, {"returned", "issued"}),
            ({"issued": TODAY + DAY, "valid_until": UNTIL}, {"issued"}),
            ({"requested": None, "issued": FIRST, "valid_until": UNTIL}, {"issued"}),
        ],
    )
    def test_the_impossible_is_refused_in_its_column(self, requested, cells, columns):
        assert judged(REGISTER, requested, **cells).errors.keys() == columns
        assert refused(put, REGISTER, requested, **cells) == columns
        assert story(requested) == [("requested", 1, FIRST)]

    @pytest.mark.parametrize(
        "cells",
        [
            {"issued": FIRST, "valid_until": date(2030, 1, 10)},
            {"issued": FIRST, "valid_until": FIRST + DAY},
            {"returned": FIRST},
            {"requested": None},
            {"requested": FIRST - DAY},
        ],
    )
    def test_the_possible_is_allowed(self, requested, cells):
        found = judged(REGISTER, requested, **cells)
        assert (found.errors, found.warnings) == ({}, {})

    @pytest.mark.parametrize(
        ("cells", "columns"),
        [
            ({"handed_over": FIRST + 6 * DAY, "received": FIRST + 7 * DAY}, {"handed-over"}),
            ({"authenticated": FIRST + 6 * DAY, "handed_over": FIRST + 7 * DAY}, {"authenticated"}),
            ({"revoked": FIRST + 6 * DAY, "received": FIRST + 7 * DAY}, {"received"}),
        ],
    )
    def test_the_odd_asks_for_a_reason(self, issued, cells, columns):
        found = judged(REGISTER, issued, **cells)
        assert (found.errors, found.warnings.keys()) == ({}, columns)
        assert refused(put, REGISTER, issued, **cells) == columns
        put(REGISTER, issued, **cells, reasons=dict.fromkeys(columns, "so it was"))
        because = Edit.objects.filter(column__in=columns).values_list("because", flat=True)
        assert set(because) == {"so it was"}

    @pytest.mark.parametrize(
        ("cells", "columns"),
        [
            ({"renewed": UNTIL, "renewed_until": UNTIL + DAY}, {"renewed"}),
            ({"renewed": FIRST + 9 * DAY}, {"renewed-until"}),
            ({"renewed": FIRST + 9 * DAY, "renewed_until": date(2031, 1, 2)}, {"renewed-until"}),
            ({"renewed": FIRST + 9 * DAY, "renewed_until": date(2031, 1, 1)}, set()),
        ],
    )
    def test_a_renewal_extends_what_has_not_ended(self, issued, clock, cells, columns):
        on = date(2029, 1, 1)
        old = values(REGISTER, issued, on)
        entry = RowEntry(issued, old, old | coded(cells))
        assert REGISTER.problems([entry], on)[0].errors.keys() == columns

    def test_the_same_rules_hold_for_one_event_at_a_time(self, requested):
        by = factories.recorder()
        common = {"certificate": requested, "by": by}
        assert refused(record_event, kind="received", happened_on=FIRST, **common)
        assert refused(
            record_event, kind="issued", happened_on=FIRST - DAY, valid_until=UNTIL, **common
        ) == {"happened_on"}

    def test_an_old_fault_does_not_stop_mending_another_cell(self, issued):
        issued.events.filter(kind="requested").update(happened_on=TODAY)
        assert judged(REGISTER, issued, position="Bác sĩ").errors == {}
        assert judged(REGISTER, issued, issued=FIRST + 6 * DAY).errors.keys() == {"issued"}

    def test_only_the_latest_of_several_requests_is_taken_back(self, requested):
        put(REGISTER, requested, returned=FIRST + DAY)
        put(REGISTER, requested, requested=FIRST + 3 * DAY)
        assert judged(REGISTER, requested, requested=None).errors.keys() == {"requested"}
        put(REGISTER, requested, requested=FIRST)
        assert story(requested) == [("requested", 1, FIRST), ("returned", 1, FIRST + DAY)]

    def test_a_serial_stands_once(self, place, requested):
        put(REGISTER, requested, serial="5401")
        cells = {"facility": place.code, "holder": "Người khác", "serial": "5401"}
        (text,) = judged(REGISTER, None, **cells).errors["serial"]
        assert str(requested.pk) in text
        assert place.code in text
        withdraw_row(register=REGISTER, row=requested, change_set=open_change_set(), on=TODAY)
        assert judged(REGISTER, None, **cells).errors == {}
        put(REGISTER, None, **cells)

    def test_a_new_certificate_says_whose_it_is(self, place):
        assert judged(REGISTER, None, facility=place.code).errors.keys() == {"holder"}
        assert judged(REGISTER, None, facility=place.code, serial="1").errors == {}
        assert judged(REGISTER, None, holder="Lan").errors.keys() == {"facility"}

    def test_it_changes_its_facility_only_while_nothing_has_happened(self, place, requested):
        other = factories.facility("other")
        assert judged(REGISTER, requested, facility="other").errors.keys() == {"facility"}
        plain = put(REGISTER, None, facility=place.code, holder="Trần Bảo")
        put(REGISTER, plain, facility="other")
        assert Certificate.objects.get(pk=plain.pk).facility == other

    def test_a_batch_of_another_facility_is_odd(self, place, requested):
        Batch.objects.create(code="CV-1", facility=factories.facility(), form="01")
        assert judged(REGISTER, requested, batch="CV-1").warnings.keys() == {"batch"}


class TestSteps:
    def test_the_furthest_step_that_counts(self, issued):
        seen = [step_of(issued, on) for on in (FIRST - DAY, FIRST, FIRST + 5 * DAY, UNTIL)]
        assert seen == [Step.NOT_REQUESTED, Step.REQUESTED, Step.ISSUED, Step.EXPIRED]
        put(REGISTER, issued, revoked=TODAY)
        assert step_of(issued) == Step.REVOKED

    def test_totals_filter_and_rows_agree(self, place, issued):
        for n in range(3):
            put(REGISTER, None, facility=place.code, holder=f"Vũ {n}", requested=FIRST)
        put(REGISTER, None, facility=place.code, holder="Ngọ An")
        rows = REGISTER.base(TODAY)
        with CaptureQueriesContext(connection) as queries:
            totals = dict(REGISTER.totals(rows, TODAY))
        assert len(queries) == 1
        assert totals == {
            str(Step.NOT_REQUESTED.label): 1,
            str(Step.REQUESTED.label): 3,
            str(Step.ISSUED.label): 1,
        }
        rows = REGISTER.with_columns(rows, ["step"], TODAY)
        assert filter_set(REGISTER)({"step": ["requested"]}, queryset=rows).qs.count() == 3

    def test_search_ignores_accents_and_looks_at_the_facility_too(self, requested):
        far = factories.facility("far", name_vi="Bệnh viện Sản Nhi")
        put(REGISTER, None, facility=far.code, holder="Đặng Lục", unit="Khoa Dược")
        for text, count in (("luc nam", 1), ("KHOA duoc", 1), ("dang", 0), ("san", 1), ("x", 0)):
            assert REGISTER.search(REGISTER.base(TODAY), text, TODAY).count() == count, text

    def test_sorted_by_the_name_of_the_facility(self, requested):
        first = factories.facility("z", name_vi="Bệnh viện A")
        put(REGISTER, None, facility=first.code, holder="Vũ An")
        rows = REGISTER.base(TODAY).order_by(REGISTER.order("facility", TODAY), "pk")
        assert [row.facility.code for row in rows] == ["z", "ttyt-luc-nam"]

    @pytest.mark.parametrize("sort", ["issued", "-issued", "holder", "-requested"])
    def test_every_page_of_an_order_is_a_piece_of_it(self, place, sort):
        for n in range(7):
            days = {"issued": FIRST + n % 3 * DAY, "valid_until": UNTIL} if n < 4 else {}
            put(REGISTER, None, facility=place.code, holder=f"Vũ {n}", requested=FIRST, **days)
        late = Certificate.objects.first()
        put(REGISTER, late, issued=TODAY)
        rows = REGISTER.base(TODAY)
        for on in (TODAY, TODAY - DAY):
            whole = list(REGISTER.in_order(rows, sort, on).values_list("pk", flat=True))
            pages = [
                REGISTER.keys_in_order(rows, sort, range(at, at + 2), on) for at in (0, 2, 4, 6)
            ]
            assert [key for page in pages for key in page] == whole


class TestBulk:
    def entries(self, place, count):
        empty = {column.code: column.empty for column in REGISTER.columns}
        cells = {"facility": place.code, "requested": FIRST, "issued": FIRST, "valid-until": UNTIL}
        return [RowEntry(None, {}, empty | cells | {"serial": f"{n:05}"}) for n in range(count)]

    def test_as_many_queries_for_thirty_rows_as_for_three(self, place):
        counts = []
        for count in (3, 30):
            entries = self.entries(place, count)
            for entry in entries:
                entry.new["serial"] += f"-{count}"
            with CaptureQueriesContext(connection) as queries:
                assert not any(p.errors or p.warnings for p in REGISTER.problems(entries, TODAY))
                enter_rows(REGISTER, entries, writing_of(open_change_set(), on=TODAY))
            counts.append(len(queries))
        assert counts[0] == counts[1]
        assert CertificateEvent.objects.count() == 66

    def test_an_act_is_taken_back_whole(self, place, issued):
        before = values(REGISTER, issued)
        change_set = open_change_set()
        entries = self.entries(place, 5)
        changed = RowEntry(
            issued, before, before | {"unit": "Khoa Nội", "received": TODAY, "issued": FIRST + DAY}
        )
        enter_rows(REGISTER, [*entries, changed], writing_of(change_set, on=TODAY))
        assert REGISTER.base(TODAY).count() == 6
        undo(
            change_set=change_set,
            registers=REGISTERS,
            by=factories.recorder(),
            because="wrong file",
            on=TODAY,
        )
        assert list(REGISTER.base(TODAY)) == [issued]
        assert values(REGISTER, issued) == before
        assert CertificateEvent.objects.known().count() == 2

    def test_taking_back_a_new_request_leaves_the_one_before(self, requested):
        put(REGISTER, requested, returned=FIRST + DAY)
        before, told = values(REGISTER, requested), story(requested)
        change_set = open_change_set()
        again = RowEntry(requested, before, before | {"requested": FIRST + 3 * DAY})
        enter_rows(REGISTER, [again], writing_of(change_set, on=TODAY))
        undo(
            change_set=change_set,
            registers=REGISTERS,
            by=factories.recorder(),
            because="too early",
            on=TODAY,
        )
        assert (values(REGISTER, requested), story(requested)) == (before, told)

    def test_nothing_is_stored_when_one_row_is_refused_by_the_database(self, place):
        entries = self.entries(place, 3)
        entries[2].new["serial"] = entries[0].new["serial"]
        with pytest.raises(ValidationError) as refusal:
            enter_rows(REGISTER, entries, writing_of(open_change_set(), on=TODAY))
        assert refusal.value.code == "clash"
        assert not Certificate.objects.exists()
        assert not Edit.objects.exists()
