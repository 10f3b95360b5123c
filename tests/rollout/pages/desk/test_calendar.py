"""The page of the working calendar: who may, what is refused, what counts afterwards."""

import uuid
from datetime import date

import pytest
from django.urls import reverse

from facilities.models import CalendarDay, Role
from facilities.working_days import working_days
from tests import factories
from tests.factories import user_with

pytestmark = pytest.mark.django_db

PAGE = "rollout:calendar"


@pytest.fixture
def desk(client):
    factories.programme()
    client.force_login(user_with(Role.DEPARTMENT))
    client.cookies["django_language"] = "en"
    return client


def enter(client, lines: str, **fields):
    given = {"change_set": uuid.uuid4(), "do": "enter", "lines": lines, "source": "Notice 1/TB"}
    return client.post(reverse(PAGE), given | fields)


def test_pasted_days_count_from_then_on(desk):
    pasted = (
        "31/08/2026; off; Swap\n22/08/2026\tlàm bù\tLàm bù cho 31/08\n2026-09-02; Nghỉ; Quốc khánh"
    )
    assert enter(desk, pasted).status_code == 302
    calendar = working_days()
    assert calendar.is_working(date(2026, 8, 22))
    assert not calendar.is_working(date(2026, 8, 31))
    page = desk.get(reverse(PAGE), {"year": 2026}).text
    assert "Quốc khánh" in page
    assert "260 working days" in page  # 261 weekdays, two off, a Saturday worked


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("31/02/2026; off; x", "Line 1: “31/02/2026” is not a day"),
        ("31/08/2026; off; x\n01/09/2026; perhaps; y", "Line 2: “perhaps” is neither"),
        ("31/08/2026; working; x", "This day is worked anyway."),
        ("31/08/2026; off", "Line 1: Write the day"),
        ("31/08/2026; off; x\n31/08/2026; off; y", "Line 2: This date appears twice."),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_stored(desk, lines, said):
    answer = enter(desk, lines)
    assert answer.status_code == 400
    assert said in answer.text
    assert lines.splitlines()[0] in answer.text  # what was typed is kept
    assert not CalendarDay.objects.exists()


def test_a_day_that_stands_is_refused_and_can_be_withdrawn(desk):
    assert enter(desk, "31/08/2026; off; x").status_code == 302
    assert "is already in the calendar" in enter(desk, "31/08/2026; off; y").text
    row = CalendarDay.objects.get()
    taken_back = {
        "change_set": uuid.uuid4(),
        "do": "withdraw-day",
        "row": row.pk,
        "because": "wrong",
    }
    assert desk.post(reverse(PAGE), taken_back).status_code == 302
    assert working_days().is_working(date(2026, 8, 31))


def test_a_year_of_which_nothing_is_known_says_so(desk):
    assert "No day off is on record" in desk.get(reverse(PAGE), {"year": 2031}).text
    assert desk.get(reverse(PAGE), {"year": "x"}).status_code == 200
