"""The registers of obstacles, directives and working sessions: written and read as all others are."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from facilities.models import ChangeSet, Edit, Role
from facilities.registers.entering import undo
from rollout.models import Directive, DirectiveDue, Obstacle, ObstacleCleared, WorkingSession
from rollout.programme.directives import directives
from rollout.programme.directives.services import close
from rollout.programme.obstacles import services
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.factories import user_with
from tests.rollout.registers.importing.tables import counts, received, stored, texts
from tests.rollout.registers.writing import TODAY, entered, refusals

pytestmark = pytest.mark.django_db

OBSTACLES, DIRECTIVES, SESSIONS = (
    REGISTERS[code] for code in ("obstacles", "directives", "sessions")
)
DAY = timedelta(days=1)
OBSTACLE = {
    "code": "du-toan",
    "name-vi": "Vướng dự toán",
    "kind": "budget",
    "raised-on": TODAY - 9 * DAY,
    "raised-by": "Trung tâm Y tế",
}
DIRECTIVE = {
    "name-vi": "Khẩn trương hoàn thành",
    "issued-on": TODAY - 9 * DAY,
    "issued-by": "Phó Chủ tịch",
    "document-number": "12/UBND",
    "lead": "syt",
    "due-on": TODAY - 2 * DAY,
}


@pytest.fixture(autouse=True)
def agencies():
    factories.programme()
    for code, name in (("syt", "Sở Y tế"), ("bhxh", "Bảo hiểm xã hội"), ("ca", "Công an tỉnh")):
        factories.AgencyFactory(code=code, name_vi=name, name_en="")


def refused_at(register, cells, row=None) -> set[str]:
    """The columns at which what is written is refused; nothing is odd here."""
    errors, odd = refusals(register, cells, row=row)
    assert not odd
    return errors


def values(register, row, on=TODAY):
    return register.values([row.pk], on)[row.pk]


def test_an_obstacle_says_whom_it_holds_and_what_it_costs_until_it_is_cleared():
    row = entered(OBSTACLES, OBSTACLE)
    services.hold(
        obstacle=row,
        facilities=[factories.facility(), factories.facility()],
        milestone="launch",
        since=TODAY - 3 * DAY,
        by=factories.recorder(),
    )
    told = values(OBSTACLES, row)
    assert (told["held"], told["facility-days"], told["state"]) == (2, 6, "open")
    for day, refused in ((TODAY - 10 * DAY, {"cleared-on"}), (TODAY + DAY, {"cleared-on"})):
        assert refused_at(OBSTACLES, {"cleared-on": day}, row=row) == refused
    entered(OBSTACLES, {"cleared-on": TODAY - DAY}, row=row)
    told = values(OBSTACLES, row)
    assert (told["held"], told["facility-days"], told["state"]) == (0, 4, "cleared")
    assert values(OBSTACLES, row, TODAY - 2 * DAY)["cleared-on"] is None
    assert list(OBSTACLES.base(TODAY - 10 * DAY)) == []
    undo(
        change_set=ChangeSet.objects.get(pk=Edit.objects.latest("pk").change_set_id),
        registers=REGISTERS,
        by=factories.recorder(),
        because="nhầm",
        on=TODAY,
    )
    assert not ObstacleCleared.objects.known().exists()


@pytest.mark.parametrize(
    ("cells", "refused"),
    [
        ({"code": "new"}, {"code"}),
        ({"code": "có dấu"}, {"code"}),
        ({"raised-on": TODAY + DAY}, {"raised-on"}),
        ({"raised-on": TODAY}, set()),
        ({"kind": ""}, {"kind"}),
    ],
)
def test_what_no_page_would_take_no_register_takes(cells, refused):
    assert refused_at(OBSTACLES, OBSTACLE | cells) == refused


def test_a_code_is_one_rows_and_stays_with_it():
    row = entered(OBSTACLES, OBSTACLE)
    assert refused_at(OBSTACLES, OBSTACLE) == {"code"}
    made = [entered(OBSTACLES, OBSTACLE | {"code": ""}).code for _again in range(2)]
    assert made == ["vuong-du-toan", "vuong-du-toan-2"]
    assert refused_at(OBSTACLES, {"code": "khac"}, row=row) == {"code"}


def test_a_directive_keeps_the_day_first_promised_when_its_day_is_moved():
    row = entered(DIRECTIVES, DIRECTIVE | {"coordinating": "Công an tỉnh; bhxh; Sở Y tế"})
    assert (row.code, row.due_on) == ("2025-05-12-1", TODAY - 2 * DAY)
    told = values(DIRECTIVES, row)
    assert (told["coordinating"], told["state"], told["days-late"]) == ("bhxh; ca", "open", 2)
    column = DIRECTIVES.column("coordinating")
    assert column.show(told["coordinating"]) == "Bảo hiểm xã hội; Công an tỉnh"
    entered(DIRECTIVES, {"due-on": TODAY}, row=row)
    [found] = directives(TODAY)
    assert (found.first_due_on, found.due_on) == (TODAY - 2 * DAY, TODAY)
    assert DirectiveDue.objects.get().because == "Theo văn bản"
    assert refused_at(DIRECTIVES, {"due-on": None}, row=row) == {"due-on"}
    close(
        directive=row,
        happened_on=TODAY,
        by=factories.recorder(),
        document=factories.DocumentFactory(),
    )
    assert values(DIRECTIVES, row)["closed-on"] == TODAY
    assert refused_at(DIRECTIVES, {"due-on": TODAY + DAY}, row=row) == {"due-on"}


@pytest.mark.parametrize(
    ("cells", "refused"),
    [
        ({"lead": ""}, {"lead"}),
        ({"lead": "", "coordinating": "syt"}, {"lead"}),
        ({"lead": "", "coordinating": "syt; ca"}, set()),
        ({"coordinating": "Sở Nào Đó"}, {"coordinating"}),
        ({"document-number": ""}, {"document-number"}),
        ({"due-on": TODAY - 10 * DAY}, {"due-on"}),
        ({"due-on": TODAY - 9 * DAY}, set()),
        ({"issued-on": TODAY + DAY, "due-on": None}, {"issued-on"}),
    ],
)
def test_a_directive_needs_who_answers_and_where_it_comes_from(cells, refused):
    assert refused_at(DIRECTIVES, DIRECTIVE | cells) == refused


def test_a_file_of_directives_is_brought_in_and_taken_back():
    by = user_with(Role.DEPARTMENT)
    head = ("Nội dung chỉ đạo", "Ngày chỉ đạo", "Người chỉ đạo", "Cơ quan chủ trì", "Số văn bản")
    rows = [
        ("Đẩy nhanh tiến độ", "12/05/2025", "Phó Chủ tịch", "Sở Y tế", "12/UBND"),
        ("Bố trí kinh phí", "12/05/2025", "Phó Chủ tịch", "Bảo hiểm xã hội", "12/UBND"),
    ]
    wrong = received("directives", by, head, (*rows[0][:3], "Sở Nào Đó", "12/UBND"))
    assert counts(wrong) == {"wrong": 1}
    assert any("Sở Nào Đó" in text for text in texts(wrong))
    kept = stored("directives", by, head, *rows)
    codes = list(Directive.objects.known().order_by("code").values_list("code", flat=True))
    assert codes == ["2025-05-12-1", "2025-05-12-2"]
    undo(
        change_set=kept.change_set,
        registers=REGISTERS,
        by=by,
        because="tệp nhầm",
        on=TODAY,
    )
    assert not Directive.objects.known().exists()


def test_the_desk_filters_changes_and_exports_them(client):
    client.force_login(user_with(Role.DEPARTMENT))
    client.cookies["django_language"] = "en"
    session = entered(SESSIONS, {"name-vi": "Giao ban", "held-on": TODAY, "chair": "Phó Chủ tịch"})
    first = entered(OBSTACLES, OBSTACLE | {"session": str(session.pk)})
    entered(OBSTACLES, OBSTACLE | {"code": "mang", "name-vi": "Mạng chậm", "kind": "technical"})
    address = reverse("rollout:register-list", args=["obstacles"])
    page = client.get(address, {"on": "2025-05-21", "kind": "budget", "state": "open"})
    assert "Vướng dự toán" in page.text
    assert "Mạng chậm" not in page.text
    assert "Vướng dự toán" in client.get(address, {"on": "2025-05-21", "q": "DU TOAN"}).text
    csv = reverse("rollout:register-export", args=["obstacles", "csv"])
    assert "Vướng dự toán" in client.get(csv, {"columns": "name-vi"}).getvalue().decode()
    edit = reverse("rollout:record-edit", args=["obstacles", first.pk])
    asked = client.get(edit, {"cell": "agency"}).context["form"]
    sent = {
        "change_set": asked["change_set"].value(),
        "agency": "bhxh",
        "seen-agency": "",
        "because": "",
    }
    assert client.post(f"{edit}?cell=agency", sent).status_code == 302
    assert Obstacle.objects.get(pk=first.pk).agency.code == "bhxh"
    assert values(SESSIONS, session)["raised"] == 1
    page = client.get(reverse("rollout:record", args=["obstacles", first.pk]))
    assert reverse("rollout:obstacle", args=["du-toan"]) in page.text


def test_a_session_is_of_the_one_province_and_a_second_one_is_asked_for():
    row = entered(SESSIONS, {"name-vi": "Giao ban", "held-on": TODAY + DAY, "chair": "A"})
    assert row.programme is not None
    with pytest.raises(ValidationError):
        entered(SESSIONS, {"held-on": date(2025, 5, 23)}, row=_concluded(row))


def _concluded(row: WorkingSession) -> WorkingSession:
    entered(
        DIRECTIVES,
        DIRECTIVE | {"session": str(row.pk), "issued-on": row.held_on, "due-on": None},
        on=row.held_on,
    )
    return row


@pytest.mark.parametrize("code", ["obstacles", "directives", "sessions"])
def test_staff_of_an_area_and_officers_find_no_such_list(client, code):
    address = reverse("rollout:register-list", args=[code])
    area = factories.AreaFactory()
    for role, more, status in (
        (Role.DEPARTMENT, {}, 200),
        (Role.DEPARTMENT, {"area": area}, 404),
        (Role.LEADER, {}, 403),
    ):
        client.force_login(user_with(role, **more))
        assert client.get(address).status_code == status
