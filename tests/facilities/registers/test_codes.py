"""External codes: whose a code was on which day; leading zeros; found in searches, files and by programs."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from facilities.exchange.cells import parse
from facilities.exchange.columns import Column
from facilities.exchange.writing_csv import write_csv
from facilities.models import CodeSystem, ExternalCode, FacilityScope
from facilities.naming import facilities_by_external_code
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.rollout.registers.importing.tables import counts, received, stored, texts
from tests.rollout.registers.writing import TODAY, entered, refusals, values_of

pytestmark = pytest.mark.django_db

REGISTER = REGISTERS["codes"]
EARLIER = date(2025, 3, 1)


@pytest.fixture(autouse=True)
def english():
    factories.programme()
    factories.code_systems()
    with translation.override("en"):
        yield


def test_the_national_systems_come_with_the_national_folder():
    CodeSystem.objects.all().delete()
    call_command("load_national")
    assert {"insurance", "national-id", "tax", "budget", "licence"} == set(
        CodeSystem.objects.filter(of=CodeSystem.Of.FACILITIES).values_list("code", flat=True)
    )
    assert {"gso-province", "gso-commune"} == set(
        CodeSystem.objects.filter(of=CodeSystem.Of.AREAS).values_list("code", flat=True)
    )


@pytest.mark.parametrize(
    ("column", "code", "is_right"),
    [
        ("code-insurance", "01234", True),
        ("code-insurance", "1234", False),
        ("code-national-id", "8938500000017", True),
        ("code-national-id", "893850000001", False),
        ("code-tax", "2400123456", True),
        ("code-tax", "2400123456-001", True),
        ("code-tax", "2400123456-01", False),
        ("code-budget", "1012345", True),
        ("code-licence", "00639/SYT-GPHĐ", True),
    ],
)
def test_a_code_is_written_as_its_system_writes_it(column, code, is_right):
    place = factories.facility()
    assert refusals(REGISTER, {column: code}, row=place)[0] == (set() if is_right else {column})


def test_whose_a_code_is_depends_on_the_day():
    one, other = factories.facility(), factories.facility()
    entered(REGISTER, {"code-insurance": "01234"}, row=one, on=EARLIER)
    entered(REGISTER, {"code-insurance": "01235"}, row=one)
    entered(REGISTER, {"code-insurance": "01234"}, row=other)
    assert facilities_by_external_code(EARLIER)["01234"] == {one.code}
    assert facilities_by_external_code(TODAY - timedelta(days=1))["01234"] == {one.code}
    assert facilities_by_external_code(TODAY)["01234"] == {other.code}
    assert "01234" not in facilities_by_external_code(EARLIER - timedelta(days=1))


def test_nobody_gets_a_code_that_another_one_bears_on_that_day_or_later():
    one, other = factories.facility(), factories.facility()
    entered(REGISTER, {"code-insurance": "01234"}, row=one, on=date(2025, 5, 1))
    taken = {"code-insurance": "01234"}
    assert refusals(REGISTER, taken, row=other)[0] == {"code-insurance"}
    assert refusals(REGISTER, taken, row=other, on=EARLIER)[0] == {"code-insurance"}
    assert refusals(REGISTER, {"code-budget": "1234567"}, row=other)[0] == set()


def test_the_code_of_a_facility_that_closed_is_given_again():
    one, other = factories.facility(), factories.facility()
    entered(REGISTER, {"code-insurance": "01234"}, row=one, on=EARLIER)
    FacilityScope.objects.create(
        facility=one,
        scope="closed",
        effective_from=date(2025, 4, 1),
        recorded_by=factories.recorder(),
    )
    entered(REGISTER, {"code-insurance": "01234"}, row=other)
    assert facilities_by_external_code(TODAY)["01234"] == {other.code}


HEAD = ("Cơ sở", "Mã CSKCB", "MST")


def test_leading_zeros_survive_excel_and_two_rows_do_not_share_a_code():
    one, other = factories.facility(), factories.facility()
    by = factories.recorder()
    kept = stored("codes", by, HEAD, (one.code, 1234, "2400123456-001"))
    assert kept.rows_written == 1
    assert values_of(REGISTER, one)["code-insurance"] == "01234"
    again = received("codes", by, HEAD, (one.code, "01234", "2400123456-001"))
    assert counts(again) == {"unchanged": 1}
    twice = received("codes", by, HEAD, (one.code, 99, ""), (other.code, "00099", ""))
    assert counts(twice) == {"wrong": 2}
    short = received("codes", by, HEAD, (other.code, "999", ""))
    assert "Excel may have dropped zeros" in texts(short)[0]


@given(st.from_regex("[0-9]{5}", fullmatch=True))
def test_a_code_written_to_a_file_of_text_comes_back_as_it_was(code):
    column = Column("code-x", "x", digits=5)
    line = b"".join(write_csv([column], [[code]])).decode("utf-8-sig").splitlines()[1]
    assert line.count("=") == code.startswith("0")  # others lose nothing as numbers
    assert parse(column, int(code)) == code


@pytest.mark.parametrize("written", ["01234", 1234])
def test_a_facility_is_named_by_its_insurance_code_in_any_file(written):
    place = factories.facility()
    entered(REGISTER, {"code-insurance": "01234"}, row=place, on=EARLIER)
    by = factories.recorder()
    head = ("Cơ sở", "reached-pilot")
    kept = received("milestones", by, head, (written, "02/05/2025"))
    assert counts(kept) == {"changed": 1}
    before = received("milestones", by, head, (written, "02/02/2025"), on=date(2025, 2, 28))
    assert counts(before) == {"wrong": 1}


def test_registers_find_a_facility_by_any_of_its_codes():
    place, _other = factories.facility(), factories.facility()
    entered(REGISTER, {"code-licence": "00639/SYT-GPHĐ"}, row=place)
    for register in (REGISTERS["facilities"], REGISTERS["milestones"], REGISTER):
        assert list(register.search(register.base(TODAY), "639/syt-gphd", TODAY)) == [place]


def test_an_emptied_cell_takes_back_what_was_entered():
    place = factories.facility()
    entered(REGISTER, {"code-insurance": "01234"}, row=place)
    entered(REGISTER, {"code-insurance": ""}, row=place)
    assert not ExternalCode.objects.known().exists()
