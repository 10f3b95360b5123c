"""The staff list: what a row may say, how far a person's certificate has come, and files brought to it."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from openpyxl import Workbook

from facilities.exchange.reading import read_table
from facilities.exchange.tables import BadTable
from facilities.models import Edit
from facilities.registers.entering import undo, withdraw_row
from rollout.models import ImportFile
from rollout.registers.catalogue import REGISTERS
from rollout.registers.importing.receiving import receive
from signatures.models import StaffEvent
from signatures.staff import Staff
from tests import factories
from tests.entering import TODAY, judged, open_change_set, put, values
from tests.rollout.registers.importing.tables import counts, received, stored

pytestmark = pytest.mark.django_db

REGISTER = Staff()
CERTIFICATES = REGISTERS["certificates"]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2025, 5, 21, 3, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def place():
    factories.programme()
    return factories.facility("ttyt-luc-nam", name_vi="Trung tâm Y tế Lục Nam")


@pytest.fixture
def lan(place):
    return put(
        REGISTER,
        None,
        facility=place.code,
        name="Nguyễn Thị Lan",
        unit="Khoa Nội",
        email="lan@syt.gov.vn",
    )


class TestRules:
    @pytest.mark.parametrize(
        ("cells", "refused"),
        [
            ({"email": "lan@bacgiang.gov.vn"}, set()),
            ({"email": ""}, set()),
            ({"email": "lan.bacgiang.gov.vn"}, {"email"}),
            ({"email": "Lan@GMAIL.com"}, {"email"}),
            ({"email": "lan@yahoo.com.vn"}, {"email"}),
            ({"works_from": TODAY - DAY, "left_on": TODAY}, set()),
            ({"works_from": TODAY, "left_on": TODAY}, {"left-on"}),
            ({"name": ""}, {"name"}),
        ],
    )
    def test_what_a_row_may_say(self, place, cells, refused):
        problems = judged(REGISTER, None, **{"facility": place.code, "name": "A"} | cells)
        assert set(problems.errors) == refused

    def test_two_people_have_no_address_in_common(self, place, lan):
        again = judged(REGISTER, None, facility=place.code, name="B", email="LAN@syt.gov.vn")
        assert set(again.errors) == {"email"}
        assert not judged(REGISTER, lan, email="LAN@syt.gov.vn").errors

    def test_who_moves_to_another_facility_is_not_carried_there(self, lan):
        other = factories.facility("elsewhere")
        assert set(judged(REGISTER, lan, facility=other.code).errors) == {"facility"}

    def test_a_certificate_belongs_to_somebody_of_the_same_facility(self, place, lan):
        elsewhere = factories.facility("elsewhere")
        own = judged(CERTIFICATES, None, facility=place.code, holder="A", member=lan.pk)
        other = judged(CERTIFICATES, None, facility=elsewhere.code, holder="A", member=lan.pk)
        assert (set(own.errors), set(other.errors)) == (set(), {"member"})


class TestWriting:
    def test_days_are_facts_and_what_changes_is_logged_without_a_name_in_its_title(self, place):
        row = put(REGISTER, None, facility=place.code, name="Đỗ Văn Ước", works_from=TODAY - DAY)
        assert list(row.events.values_list("kind", "happened_on")) == [("joined", TODAY - DAY)]
        assert row.duty == "other"
        assert Edit.objects.get(row=row.pk, register="staff").new == f"#{row.pk}"
        put(REGISTER, row, name="Đỗ Văn Ước Mới", because="renamed by decision")
        edit = Edit.objects.filter(column="name").get()
        assert (edit.old, edit.new) == ("Đỗ Văn Ước", "Đỗ Văn Ước Mới")
        assert edit.change_set.because == "renamed by decision"
        assert "uoc" not in row.search_key

    def test_leaving_is_true_from_its_day_on(self, lan):
        put(REGISTER, lan, left_on=TODAY)
        assert values(REGISTER, lan, TODAY - DAY)["left-on"] is None
        assert values(REGISTER, lan, TODAY)["left-on"] == TODAY

    def test_undo_takes_the_row_back_with_its_days(self, place):
        row = put(REGISTER, None, facility=place.code, name="A", works_from=TODAY)
        made = Edit.objects.get(row=row.pk, column="").change_set
        undo(change_set=made, registers=REGISTERS, by=made.by, because="wrong list", on=TODAY)
        row.refresh_from_db()
        assert row.withdrawn_at is not None
        assert not StaffEvent.objects.known().exists()

    def test_who_has_a_certificate_is_not_withdrawn(self, place, lan):
        put(CERTIFICATES, None, facility=place.code, holder=lan.name, member=lan.pk)
        with pytest.raises(ValidationError) as told:
            withdraw_row(register=REGISTER, row=lan, change_set=open_change_set(), on=TODAY)
        assert told.value.code == "has_certificate"

    def test_standing_tells_what_is_waited_for(self, place, lan):
        without = put(REGISTER, None, facility=place.code, name="B")
        assert values(REGISTER, without)["standing"] == "no_email"
        assert values(REGISTER, lan)["standing"] == "not_requested"
        put(
            CERTIFICATES,
            None,
            facility=place.code,
            holder=lan.name,
            member=lan.pk,
            requested=TODAY - DAY,
        )
        assert values(REGISTER, lan)["standing"] == "requested"
        assert values(REGISTER, lan, TODAY - 2 * DAY)["standing"] == "not_requested"


class TestFiles:
    HEAD = (
        "Cơ sở",
        "Họ và tên",
        "Khoa, phòng",
        "Chức danh",
        "Vai trò",
        "Email công vụ",
        "Ngày nghỉ",
    )

    def test_a_list_is_stored_and_the_same_list_changes_nothing(self, place):
        by = factories.recorder()
        rows = (
            (place.code, "Nguyễn Thị Lan", "Khoa Nội", "Bác sĩ", "doctor", "lan@syt.gov.vn", ""),
            (place.code, "Nguyễn Thị Lan", "Khoa Nhi", "Điều dưỡng", "nurse", "", "01/05/2025"),
        )
        stored("staff", by, self.HEAD, *rows)
        assert counts(received("staff", by, self.HEAD, *rows)) == {"unchanged": 2}

    @pytest.mark.parametrize("heading", ["Ngày sinh", "Số CCCD", "CMND/CCCD *", "ID number"])
    def test_a_list_with_identity_numbers_or_birth_dates_is_refused_and_not_kept(
        self, place, heading
    ):
        pasted = f"Cơ sở\tHọ và tên\t{heading}\n{place.code}\tA\t024099001234"
        with pytest.raises(BadTable) as told:
            receive(register=REGISTERS["staff"], by=factories.recorder(), on=TODAY, pasted=pasted)
        assert told.value.code == "private"
        assert "024099001234" not in str(told.value)
        assert not ImportFile.objects.exists()

    @pytest.mark.parametrize("state", ["visible", "hidden", "veryHidden"])
    def test_another_sheet_of_the_file_holds_none_of_them_either(self, place, state):
        book, stream = Workbook(), BytesIO()
        book.active.append(["Cơ sở", "Họ và tên"])
        book.active.append([place.code, "A"])
        other = book.create_sheet("Cũ")
        other.append(["Họ và tên", "Số CCCD"])
        other.append(["A", "024099001234"])
        other.sheet_state = state
        book.save(stream)
        upload = SimpleUploadedFile("ds.xlsx", stream.getvalue())
        with pytest.raises(BadTable) as told:
            receive(register=REGISTERS["staff"], by=factories.recorder(), on=TODAY, upload=upload)
        assert told.value.code == "private"
        assert "“Cũ”" in str(told.value)
        assert not ImportFile.objects.exists()

    def test_a_hidden_sheet_of_the_list_is_told(self, place):
        book, stream = Workbook(), BytesIO()
        book.active.append(["Cơ sở", "Họ và tên"])
        book.active.append([place.code, "A"])
        other = book.create_sheet("Cũ")
        other.append(["Cơ sở", "Họ và tên"])
        other.sheet_state = "hidden"
        book.save(stream)
        kept = received("staff", factories.recorder(), content=stream.getvalue())
        assert counts(kept) == {"new": 1}
        assert any("“Cũ”" in notice for notice in kept.preview["notices"])

    def test_a_table_of_a_word_document_is_read(self, place):
        upload = SimpleUploadedFile(
            "ds.docx", word([["Cơ sở", "Họ và tên"], [place.code, "Bùi Đức"]])
        )
        kept = receive(
            register=REGISTERS["staff"], by=factories.recorder(), on=TODAY, upload=upload
        )
        assert kept.rows_expected == 1


def word(rows: list[list[str]]) -> bytes:
    document = Document()
    document.add_paragraph("Danh sách")
    document.add_table(rows=1, cols=1).rows[0].cells[0].text = "chữ ký"
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


class TestWord:
    def test_the_longest_table_is_read_row_by_row(self):
        source = read_table(BytesIO(word([["a", "b"], ["c", ""], ["", "d"]])), "x.docx")
        rows = [cells for _number, cells in source.rows]
        assert (source.kind, rows) == ("docx", [("a", "b"), ("c",), (None, "d")])

    def test_a_document_without_a_table_is_refused(self):
        document, stream = Document(), BytesIO()
        document.save(stream)
        with pytest.raises(BadTable) as told:
            read_table(BytesIO(stream.getvalue()), "x.docx")
        assert told.value.code == "empty"

    def test_a_damaged_document_is_refused(self):
        broken = word([["a", "b"], ["c", "d"]]).replace(
            b"word/document.xml", b"word/document.xxl", 1
        )
        with pytest.raises(BadTable):
            list(read_table(BytesIO(broken), "x.docx").rows)


def test_left_on_the_first_day_counts_as_left(place):
    row = put(REGISTER, None, facility=place.code, name="A", left_on=date(2025, 5, 20))
    assert row.events.known().get().kind == "left"
