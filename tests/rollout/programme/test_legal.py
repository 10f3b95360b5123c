"""Deadlines of the law: those that a day knew, superseded, repealed; and how many days are left."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from facilities.as_of import AsOf
from facilities.services import record, withdraw
from rollout.models import LegalDeadline
from rollout.programme.deadlines import deadlines
from rollout.programme.legal import legal_deadlines
from tests import factories

pytestmark = pytest.mark.django_db

REPORT = date(2025, 5, 21)
HOSPITALS = date(2025, 9, 30)
IN_FORCE = date(2025, 3, 14)
SUPERSEDED = date(2025, 7, 21)


def law(code="hospitals", *, due_on=HOSPITALS, since=IN_FORCE, **fields):
    row = LegalDeadline(
        code=code,
        name_vi="Bệnh viện hoàn thành bệnh án điện tử",
        name_en=fields.pop("name_en", "Hospitals on EMR"),
        basis=fields.pop("basis", "Chỉ thị 07/CT-TTg"),
        due_on=due_on,
        applies_to=LegalDeadline.AppliesTo.HOSPITALS,
        effective_from=since,
    )
    return record(row, by=factories.recorder())


def test_from_21_may_to_30_september_2025_there_are_132_days():
    law()
    [found] = legal_deadlines(REPORT)
    assert (found.due_on, found.days_left) == (HOSPITALS, 132)


@pytest.mark.parametrize(("shift", "left"), [(-1, 1), (0, 0), (1, -1)])
def test_the_last_day_is_still_in_time(shift, left):
    law()
    day = HOSPITALS + timedelta(days=shift)
    [found] = legal_deadlines(day)
    assert found.days_left == left
    [deadline] = [d for d in deadlines(AsOf(day)) if d.rule == "legal"]
    assert deadline.days_late(day) == max(0, -left)


@pytest.mark.parametrize(("shift", "known"), [(-1, False), (0, True), (1, True)])
def test_a_deadline_is_known_from_the_day_its_law_is_in_force(shift, known):
    law()
    assert bool(legal_deadlines(IN_FORCE + timedelta(days=shift))) == known


@pytest.mark.parametrize(
    ("shift", "basis", "due_on"),
    [
        (-1, "Chỉ thị 07/CT-TTg", HOSPITALS),
        (0, "Thông tư 13/2025/TT-BYT", date(2025, 12, 31)),
        (1, "Thông tư 13/2025/TT-BYT", date(2025, 12, 31)),
    ],
)
def test_a_later_law_replaces_the_deadline_from_its_own_day_on(shift, basis, due_on):
    law()
    law(since=SUPERSEDED, due_on=date(2025, 12, 31), basis="Thông tư 13/2025/TT-BYT")
    [found] = legal_deadlines(SUPERSEDED + timedelta(days=shift))
    assert (found.basis, found.due_on) == (basis, due_on)


@pytest.mark.parametrize(("shift", "count"), [(-1, 1), (0, 0), (1, 0)])
def test_a_repealed_deadline_is_gone(shift, count):
    law()
    law(since=SUPERSEDED, due_on=None)
    day = SUPERSEDED + timedelta(days=shift)
    assert len(legal_deadlines(day)) == count
    assert len([d for d in deadlines(AsOf(day)) if d.rule == "legal"]) == count


def test_a_repealed_deadline_may_be_set_anew():
    law()
    law(since=SUPERSEDED, due_on=None)
    law(since=date(2026, 1, 1), due_on=date(2026, 12, 31))
    assert [found.due_on for found in legal_deadlines(date(2026, 1, 1))] == [date(2026, 12, 31)]


def test_the_nearest_comes_first():
    law("others", due_on=date(2026, 12, 31))
    law("hospitals")
    assert [found.code for found in legal_deadlines(REPORT)] == ["hospitals", "others"]


def test_a_withdrawn_row_leaves_the_one_before():
    law()
    wrong = law(since=SUPERSEDED, due_on=None)
    withdraw(fact=wrong, because="only a draft", by=factories.recorder())
    assert [found.due_on for found in legal_deadlines(date(2025, 8, 1))] == [HOSPITALS]
    assert legal_deadlines(date(2025, 8, 1), known_at=wrong.recorded_at) == []


@pytest.mark.parametrize(
    ("language", "name"),
    [("vi", "Bệnh viện hoàn thành bệnh án điện tử"), ("en", "Hospitals on EMR")],
)
def test_its_name_comes_in_the_readers_language_also_in_alerts(language, name):
    law()
    [found] = legal_deadlines(REPORT)
    [deadline] = [d for d in deadlines(AsOf(REPORT)) if d.rule == "legal"]
    with translation.override(language):
        assert found.name == name
        assert str(deadline.what) == name


def test_it_takes_one_query(django_assert_num_queries):
    law()
    law("others")
    with django_assert_num_queries(1):
        assert len(legal_deadlines(REPORT)) == 2
