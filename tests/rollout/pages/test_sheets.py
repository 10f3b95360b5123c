"""Sheets for the Committee: what is sent comes back finished, and is found nowhere afterwards."""

import logging
import os
import tempfile
import uuid
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from docx import Document

from facilities import clock
from facilities.access_log import OF_NAMES
from facilities.models import ChangeSet, FacilityOwnership, LogEntry, Role
from facilities.services import record
from rollout.pages.registers import sheets
from rollout.registers.catalogue import REGISTERS
from signatures import digests
from signatures.models import Batch, Certificate, DocumentMark
from signatures.sheets.drawing import as_xlsx
from signatures.sheets.fields import FORMS
from tests import factories
from tests.factories import user_with
from tests.rollout.registers.writing import TODAY, entered

pytestmark = pytest.mark.django_db

HEAD = (
    "Số trong danh sách",
    "Họ và tên",
    "Ngày sinh",
    "Số CCCD",
    "Ngày cấp",
    "Nơi cấp",
    "Email công vụ",
    "Chức vụ",
    "Số điện thoại",
    "Loại thiết bị",
    "Nhà mạng",
)
NUMBER, BIRTH = "024189001234", "07/08/1989"
SECRET = (NUMBER, "024189001235", "024 189 001 234", BIRTH, "1989-08-07", "08/07/1989")


@pytest.fixture
def place():
    factories.programme()
    return factories.facility("own", name_vi="Trung tâm Y tế Lục Nam")


@pytest.fixture
def officer(client, place):
    user = user_with(Role.OFFICER, facility=place)
    client.force_login(user)
    return user


@pytest.fixture
def lan(place):
    values = {"facility": place.code, "name": "Nguyễn Thị Lan", "email": "lan@syt.gov.vn"}
    return entered(REGISTERS["staff"], values | {"unit": "K. Nội", "position": "Bác sĩ"})


def line(member="", name="", **more) -> list:
    cells = {
        "Số trong danh sách": member,
        "Họ và tên": name,
        "Ngày sinh": BIRTH,
        "Số CCCD": NUMBER,
        "Ngày cấp": "01/02/2022",
        "Nơi cấp": "Cục Cảnh sát QLHC về TTXH",
        "Chức vụ": "Bác sĩ",
    } | more
    return [cells.get(heading, "") for heading in HEAD]


def xlsx(*rows) -> SimpleUploadedFile:
    book, stream = openpyxl.Workbook(), BytesIO()
    for row in (HEAD, *rows):
        book.active.append(list(row))
    book.save(stream)
    return SimpleUploadedFile("ds.xlsx", stream.getvalue())


def in_memory(*rows) -> SimpleUploadedFile:
    """The same without a temporary file of the test's own."""
    content = as_xlsx("ds", HEAD, [[str(cell) for cell in row] for row in rows])
    return SimpleUploadedFile("ds.xlsx", content)


def send(client, *rows, form="01", **fields):
    sent = {
        "file": fields.pop("file") if "file" in fields else xlsx(*rows),
        "size": 100,
        "change_set": str(uuid.uuid4()),
    } | fields
    path = reverse("rollout:sheet", args=["own", form])
    return client.post(path, {k: v for k, v in sent.items() if v is not None})


def parts(answer) -> dict[str, bytes]:
    with ZipFile(BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def cells(content: bytes) -> list[list]:
    return [[c.value for c in row] for row in openpyxl.load_workbook(BytesIO(content)).active]


class TestFinished:
    def test_form_01_has_its_eleven_columns_and_a_letter(self, client, officer, place, lan):
        answer = send(client, line(lan.pk))
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        found = parts(answer)
        stem = f"mau-01-own-{clock.today():%Y-%m-%d}"
        assert set(found) == {f"{stem}.xlsx", f"cong-van-{stem}.docx"}
        head, row = cells(next(found[name] for name in found if name.endswith("xlsx")))
        assert len(head) == 11
        assert row[1:5] == [
            "Nguyễn Thị Lan",
            BIRTH,
            f"{NUMBER}, 01/02/2022, CCSQLHCVTTXH",
            "lan@syt.gov.vn",
        ]
        assert row[5] == "Khoa Nội, Trung tâm Y tế Lục Nam"
        letter = Document(BytesIO(next(found[name] for name in found if name.endswith("docx"))))
        (listed,) = [table for table in letter.tables if len(table.columns) == 11]
        assert NUMBER in listed.rows[-1].cells[3].text
        text = "\n".join(paragraph.text for paragraph in letter.paragraphs)
        assert "Ban Cơ yếu Chính phủ" in text

    def test_the_import_template_has_nineteen(self, client, officer, place, lan):
        row = line(lan.pk, **{"Loại thiết bị": "sim", "Nhà mạng": "VIETTEL"})
        row[HEAD.index("Số điện thoại")] = 912345678  # Excel dropped the zero
        found = parts(send(client, row, form="import"))
        head, row = cells(next(found[name] for name in found if name.endswith("xlsx")))
        assert len(head) == len(row) == 19
        assert (row[3], row[13], row[14]) == (NUMBER, "Bác sĩ", "0912345678")
        assert (row[16], row[18]) == ("Viettel", "SIM")
        letter = Document(BytesIO(next(found[name] for name in found if name.endswith("docx"))))
        assert len(letter.tables[-1].columns) == 11  # nineteen cannot be read on paper

    def test_a_sheet_is_a_page_of_a4_with_rows_as_high_as_their_text(
        self, client, officer, place, lan
    ):
        found = parts(send(client, line(lan.pk, **{"Chức vụ": "Kỹ thuật viên xét nghiệm " * 4})))
        sheet = openpyxl.load_workbook(
            BytesIO(next(found[n] for n in found if n.endswith("xlsx")))
        ).active
        assert str(sheet.page_setup.paperSize) == sheet.PAPERSIZE_A4
        assert sheet.row_dimensions[2].height >= 6 * 15

    def test_batches(self, client, officer, place):
        rows = [line(name=f"Người {n}", **{"Số CCCD": f"0241890012{n:02}"}) for n in range(5)]
        rows = [[*row[:6], f"n{n}@syt.gov.vn", *row[7:]] for n, row in enumerate(rows)]
        names = [name for name in parts(send(client, *rows, size=2)) if name.endswith("xlsx")]
        assert [name[-6:] for name in names] == ["1.xlsx", "2.xlsx", "3.xlsx"]

    def test_pasted_rows_do_as_well(self, client, officer, place, lan):
        pasted = "\n".join("\t".join(map(str, row)) for row in (HEAD, line(lan.pk)))
        answer = send(client, file=None, pasted=pasted)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/zip"

    @pytest.mark.parametrize("form", ["02", "04", "05", "06"])
    def test_the_other_forms_have_their_columns(self, client, officer, place, form):
        asked = {
            "02": {
                "body": "TTYT",
                "address": "Đồi Ngô",
                "tax-code": "2400",
                "email": "a@syt.gov.vn",
            },
            "04": {
                "certificate": "Lan",
                "serial": "54010ABC",
                "email": "a@syt.gov.vn",
                "renew": "x",
            },
            "05": {"certificate": "Lan", "serial": "54010ABC", "reason": "Nghỉ việc"},
            "06": {"device-serial": "T1", "certificate": "Lan", "email": "a@syt.gov.vn"},
        }[form]
        pasted = "\t".join(asked) + "\n" + "\t".join(asked.values())
        found = parts(send(client, form=form, file=None, pasted=pasted))
        head, row = cells(next(found[name] for name in found if name.endswith("xlsx")))
        assert len(head) == len(FORMS[form].columns)
        assert set(asked.values()) <= set(row)


class TestRefused:
    @pytest.mark.parametrize(
        "more",
        [
            {"Ngày sinh": "31/02/1989"},
            {"Ngày sinh": "07/08/2020"},
            {"Ngày sinh": ""},
            {"Số CCCD": "12345"},
            {"Ngày cấp": "01/02/2099"},
            {"Loại thiết bị": "USB"},
            {"Loại thiết bị": "SIM", "Số điện thoại": "0912345678"},
            {"Loại thiết bị": "SIM", "Nhà mạng": "Viettel"},
            {"Email công vụ": "lan@gmail.com"},
            {"Số trong danh sách": "999999"},
        ],
    )
    def test_a_row_is_named_and_no_value_of_it(self, client, officer, place, lan, more):
        answer = send(client, line(**{"member": lan.pk}, **more))
        assert answer.status_code == 400
        page = answer.content.decode()
        assert answer.context["problems"][0].row == 2
        assert not [secret for secret in (NUMBER, BIRTH) if secret in page]

    def test_the_same_number_twice(self, client, officer, place, lan):
        answer = send(client, line(lan.pk), line(name="B", **{"Email công vụ": "b@syt.gov.vn"}))
        assert [problem.row for problem in answer.context["problems"]] == [3]

    def test_who_has_no_official_address_waits(self, client, officer, place, lan):
        rows = (line(lan.pk), line(name="B", **{"Số CCCD": "024189001235"}))
        answer = send(client, *rows)
        assert (answer.status_code, answer.context["waiting"]) == (400, [3])
        found = parts(send(client, *rows, leave_out="on"))
        sheet = cells(next(found[name] for name in found if name.endswith("xlsx")))
        assert [row[1] for row in sheet[1:]] == ["Nguyễn Thị Lan"]

    def test_private_facilities_do_not_ask_the_committee(self, client, officer, place, lan):
        record(
            FacilityOwnership(facility=place, ownership="private", effective_from=date(2025, 1, 1)),
            by=officer,
        )
        answer = send(client, line(lan.pk))
        assert answer.status_code == 400
        assert answer["Content-Type"].startswith("text/html")

    @pytest.mark.parametrize("role", [Role.LEADER, Role.HEAD, Role.AGENCY, Role.CLIENT])
    def test_others_make_no_sheet(self, client, place, lan, role):
        extra = {"facility": place} if role == Role.HEAD else {}
        if role == Role.AGENCY:
            extra = {"agency": factories.AgencyFactory()}
        client.force_login(user_with(role, **extra))
        assert send(client, line(lan.pk)).status_code == 403
        assert client.get(reverse("rollout:sheet-to-fill", args=["own", "01"])).status_code == 403

    def test_an_officer_of_elsewhere_makes_none(self, client, place, lan):
        client.force_login(user_with(Role.OFFICER, facility=factories.facility("other")))
        assert send(client, line(lan.pk)).status_code == 403

    def test_a_forged_request_is_refused(self, place, lan):
        from django.test import Client

        strict = Client(enforce_csrf_checks=True)
        strict.force_login(user_with(Role.OFFICER, facility=place))
        assert send(strict, line(lan.pk)).status_code == 403


class TestRecorded:
    def test_a_batch_its_certificates_and_a_digest_in_one_change_set(
        self, client, officer, place, lan
    ):
        key = str(uuid.uuid4())
        for _again in range(2):
            send(client, line(lan.pk), record="on", change_set=key)
        row = Certificate.objects.get()
        assert (row.member, row.holder, row.batch.form) == (lan, lan.name, "01")
        assert row.events.known().get().kind == "requested"
        assert DocumentMark.objects.get().digest == digests.digest(NUMBER)
        assert ChangeSet.objects.get(pk=key).by == officer
        assert Batch.objects.count() == 1
        assert set(LogEntry.objects.filter(kind__in=OF_NAMES).values_list("kind", flat=True)) == {
            "sheet"
        }

    def test_nobody_asks_twice(self, client, officer, place, lan):
        send(client, line(lan.pk), record="on")
        answer = send(client, line(lan.pk), record="on")
        assert answer.status_code == 400
        assert len(answer.context["problems"]) == 1
        assert Certificate.objects.count() == 1

    def test_without_the_tick_nothing_is_written_but_that_names_were_read(
        self, client, officer, place, lan
    ):
        send(client, line(lan.pk))
        assert not ChangeSet.objects.filter(by=officer).exists()
        assert not DocumentMark.objects.exists()
        assert LogEntry.objects.get(kind__in=OF_NAMES).count == 1


def test_the_sheet_to_fill_in_holds_what_is_on_record(client, officer, place, lan):
    other = entered(REGISTERS["staff"], {"facility": place.code, "name": "Đã nghỉ"})
    entered(REGISTERS["staff"], {"left-on": TODAY}, row=other)
    answer = client.get(reverse("rollout:sheet-to-fill", args=["own", "01"]))
    head, *rows = cells(answer.content)
    assert [row[1] for row in rows] == ["Nguyễn Thị Lan"]
    filled = dict(zip(head, rows[0], strict=True))
    assert filled["Ngày sinh"] is None


def everything_stored() -> str:
    """Every row of every table as text, and every file of this installation."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [repr(row) for row in cursor.fetchall()]
    for folder in {Path(settings.VAR_DIR), Path(settings.MEDIA_ROOT)}:
        for path in folder.rglob("*"):
            if path.is_file():
                found.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)


@pytest.fixture
def no_disk(monkeypatch):
    """Whoever asks for a temporary file fails."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("a temporary file was asked for")

    for name in (
        "NamedTemporaryFile",
        "TemporaryFile",
        "SpooledTemporaryFile",
        "mkstemp",
        "mkdtemp",
    ):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr("django.core.files.temp.NamedTemporaryFile", refuse)
    monkeypatch.setattr("openpyxl.worksheet._writer.create_temporary_file", refuse)


@pytest.fixture
def logged():
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


class TestNothingIsLeft:
    @pytest.mark.parametrize("how", ["run", "recorded", "aborted", "crash", "crash in store"])
    def test_of_id_numbers_and_birth_dates(
        self,
        client,
        officer,
        place,
        lan,
        no_disk,
        logged,
        capsys,
        monkeypatch,
        settings,
        tmp_path,
        how,
    ):
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10  # beyond it others would go to the disk
        settings.DEBUG = True
        fields = {}
        if how in ("recorded", "crash in store"):
            fields["record"] = "on"
        if how == "crash":

            def crash(form, lines, about):
                raise ValueError(f"cannot draw {lines[0].get('document')} {lines[0].day}")

            monkeypatch.setattr(sheets.filling, "cells", crash)
        if how == "crash in store":

            def crash_late(**given):
                told = [one.get("document") for lines in given["batches"] for one in lines]
                raise RuntimeError(str(told))

            monkeypatch.setattr(sheets, "record_requests", crash_late)
        row = line(lan.pk)
        if how == "aborted":
            row[HEAD.index("Chức vụ")] = ""
            row[HEAD.index("Ngày cấp")] = "32/01/2022"
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        answer = send(client, file=in_memory(row), **fields)
        wanted = {"run": 200, "recorded": 200, "aborted": 400}.get(how, 500)
        assert answer.status_code == wanted
        assert (NUMBER in answer.content.decode("utf-8", "replace")) is False  # a ZIP is packed
        if wanted == 200:
            found = parts(answer)
            assert NUMBER in str(cells(next(found[n] for n in found if n.endswith("xlsx"))))
        printed = capsys.readouterr()
        told = logged.getvalue() + printed.out + printed.err
        stored = everything_stored()
        for secret in SECRET:
            assert secret not in stored
            assert secret not in told
            assert secret not in str(dict(client.session))
        assert not os.listdir(tmp_path)
        if how.startswith("crash"):
            assert "sheet_failed" in told
            assert not Certificate.objects.exists()

    def test_the_search_would_find_it(self, place, lan):
        lan.unit = NUMBER
        lan.save()
        assert NUMBER in everything_stored()
