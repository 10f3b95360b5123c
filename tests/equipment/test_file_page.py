"""The page of a procurement file: its stages, its legal window, its lots and money."""

from dataclasses import dataclass
from datetime import date, datetime

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from equipment.file_page import procurement_context
from equipment.services import record_setback, record_stage, set_stage_target, withdraw_stage
from equipment.stages import Path, Stage
from tests import factories
from tests.equipment.registers import lot

pytestmark = pytest.mark.django_db

BY = factories.recorder
POSTED = date(2025, 6, 2)


@dataclass(frozen=True)
class Looked:
    on: date = date(2025, 6, 30)
    known_at: datetime | None = None


def reach(file, stage, on, **fields):
    return record_stage(procurement=file, stage=stage, happened_on=on, by=BY(), **fields)


def plan(file, stage, due_on, set_on=date(2025, 5, 1), because=""):
    set_stage_target(
        procurement=file, stage=stage, due_on=due_on, set_on=set_on, by=BY(), because=because
    )


def context(file, **looked) -> dict:
    return procurement_context(file, Looked(**looked))["procurement"]


def page(file, language="en", **looked) -> str:
    with override(language):
        text = render_to_string(
            "equipment/_procurement.html", procurement_context(file, Looked(**looked))
        )
    return " ".join(text.split())


@pytest.fixture
def file():
    return factories.ProcurementFactory()


def line_of(file, stage, **looked):
    return next(line for line in context(file, **looked)["lines"] if line.step.stage == stage)


def test_each_stage_with_slip_and_the_days_since_the_one_before(file):
    plan(file, Stage.AWARD, date(2025, 5, 20))
    reach(file, Stage.NEED, date(2025, 5, 1))
    reach(file, Stage.POLICY, date(2025, 5, 11))
    reach(file, Stage.AWARD, date(2025, 5, 27))
    award = line_of(file, Stage.AWARD)
    assert (award.step.slip_days, award.days_since, award.days_late) == (7, 16, 0)
    assert line_of(file, Stage.NEED).days_since is None
    assert line_of(file, Stage.CONTRACT).days_since is None
    assert line_of(file, Stage.AWARD, on=date(2025, 5, 25)).days_late == 3
    assert "3 working days overdue" in page(file, on=date(2025, 5, 25))


def test_the_paper_of_a_stage_stands_beside_it(file):
    paper = factories.DocumentFactory(number="12/QĐ-SYT", issued_on=POSTED)
    reach(file, Stage.AWARD, POSTED, document=paper)
    assert line_of(file, Stage.AWARD).paper == paper
    assert "12/QĐ-SYT" in page(file)


@pytest.mark.parametrize(
    ("price", "closed", "first", "too_short"),
    [
        (9_000_000_000, date(2025, 6, 10), date(2025, 6, 11), True),
        (9_000_000_000, date(2025, 6, 11), date(2025, 6, 11), False),
        (11_000_000_000, date(2025, 6, 19), date(2025, 6, 20), True),
        (11_000_000_000, date(2025, 6, 20), date(2025, 6, 20), False),
    ],
)
def test_the_legal_window(file, price, closed, first, too_short):
    reach(file, Stage.ESTIMATE_APPROVED, date(2025, 5, 1), amount=price)
    assert context(file)["window"] is None
    reach(file, Stage.INVITATION, POSTED)
    reach(file, Stage.OPENING, closed)
    window = context(file)["window"]
    assert (window.first, window.is_too_short) == (first, too_short)
    assert ("too early" in page(file)) is too_short


def test_without_a_price_the_page_says_which_time_is_taken(file):
    reach(file, Stage.INVITATION, POSTED)
    assert context(file)["window"].first == date(2025, 6, 20)
    assert "not recorded" in page(file)


def test_when_to_post_for_the_acceptance_to_come_in_time(file):
    plan(file, Stage.ACCEPTANCE, date(2025, 9, 30))
    assert context(file)["must_start"].posting.by == date(2025, 7, 21)
    assert "21 Jul 2025" in page(file)
    reach(file, Stage.INVITATION, POSTED)
    assert context(file)["must_start"] is None


def test_money_in_the_readers_notation(file):
    reach(file, Stage.CONTRACT, POSTED, amount=2_708_000_000)
    assert "2.708.000.000" in page(file, "vi")
    assert "2,708,000,000" in page(file, "en")


def test_lots_name_whom_they_are_for_and_setbacks_say_why(file):
    lot(file, quantity=3, place=factories.facility(name_vi="Trung tâm Y tế Lục Nam"))
    record_setback(
        procurement=file,
        kind="no_bidder",
        happened_on=date(2025, 6, 15),
        note="mời thầu lần 1",
        by=BY(),
    )
    text = page(file)
    assert "Trung tâm Y tế Lục Nam" in text
    assert "mời thầu lần 1" in text
    assert "mời thầu lần 1" not in page(file, on=date(2025, 6, 14))


def test_as_it_was_known_then(file):
    event = reach(file, Stage.AWARD, POSTED)
    withdraw_stage(event=event, because="nhầm", by=BY())
    assert line_of(file, Stage.AWARD).step.reached_on is None
    then = line_of(file, Stage.AWARD, known_at=event.recorded_at)
    assert then.step.reached_on == POSTED


@pytest.mark.parametrize("path", Path)
def test_both_paths_have_a_page(path):
    file = factories.ProcurementFactory(path=path)
    reach(file, Stage.INVITATION, POSTED)
    assert "No item is recorded" in page(file)
