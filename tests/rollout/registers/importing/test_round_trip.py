"""What a list exports comes back as "nothing changed", for every register of the real province."""

import pytest
from django.urls import reverse

from facilities.models import Role
from rollout.models import ImportFile
from rollout.registers import importing
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.rollout.registers.importing.tables import ON, counts, stored, texts, uploaded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]

PLACE = "bg-ttyt-lucnam"


def exported(client, code: str, form: str, *, every_column: bool = True, **filters) -> bytes:
    """What the register's own page sends, in the order of the register."""
    columns = ",".join(column.code for column in REGISTERS[code].columns) if every_column else ""
    address = reverse("rollout:register-export", args=[code, form])
    answer = client.get(address, {"on": ON.isoformat(), "columns": columns} | filters)
    assert answer["Content-Disposition"] == f'attachment; filename="{code}-2025-05-21.{form}"'
    return b"".join(answer.streaming_content)


def imported(code: str, by, content: bytes) -> ImportFile:
    kept = importing.receive(register=REGISTERS[code], by=by, on=ON, upload=uploaded(content))
    importing.preview(kept)
    return kept


@pytest.fixture
def by(client):
    user = factories.user_with(Role.DEPARTMENT)
    client.force_login(user)
    return user


@pytest.mark.parametrize("every_column", [True, False], ids=["every column", "as first shown"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("code", sorted(REGISTERS))
def test_an_export_comes_back_as_nothing_changed(client, by, code, form, every_column):
    register = REGISTERS[code]
    if not register.keys or not any(column.writable for column in register.columns):
        pytest.skip("it is only looked at: no file can be brought to it")
    if not register.base(ON).exists():
        pytest.skip("the province has no such row")
    # Of the thousands of certificates those of one place: every column has its say, in a tenth of the time.
    of = {"facility": PLACE} if code == "certificates" else {}
    kept = imported(code, by, exported(client, code, form, every_column=every_column, **of))
    rows = register.base(ON)
    if of:
        rows = rows.filter(facility__code=PLACE)
    rows = rows.count()
    assert rows
    assert counts(kept) == {"unchanged": rows}, (texts(kept)[:5], kept.preview["rows"]["changed"])


@pytest.mark.parametrize("code", ["connections", "certificates"])
def test_in_the_other_language_too(client, by, code):
    client.cookies["django_language"] = "en"
    kept = imported(code, by, exported(client, code, "csv", facility=PLACE))
    assert set(counts(kept)) == {"unchanged"}


def test_who_may_not_see_a_register_gets_no_file_of_it(client, by):
    client.force_login(factories.user_with(Role.LEADER))
    assert (
        client.get(reverse("rollout:register-export", args=["certificates", "csv"])).status_code
        == 403
    )


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        (
            "assets",
            (
                ("tag", "serial", "type", "facility"),
                ("LN-001", "'=SN1", "tablet", PLACE),
                ("LN-002", None, "tablet", PLACE),
            ),
        ),
        (
            "certificates",
            (
                ("facility", "holder", "unit", "serial"),
                (PLACE, "Người Giả Định", "-Khoa; “Nội”\n2", "'@1"),
            ),
        ),
    ],
)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_rows_that_came_by_file_leave_and_come_back(client, by, code, rows, form):
    """Texts that look like formulas too."""
    stored(code, by, *rows)
    kept = imported(code, by, exported(client, code, form, facility=PLACE))
    assert set(counts(kept)) == {"unchanged"}, (texts(kept), kept.preview["rows"]["changed"])
