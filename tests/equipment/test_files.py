"""A procurement file on a day: baseline, target, actual, slip; and what a later stage proves."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from equipment.deadlines import deadlines
from equipment.files import files
from equipment.models import StageEvent
from equipment.services import record_stage, set_stage_target
from equipment.stages import ROUTES, Path, Stage
from facilities.as_of import AsOf
from facilities.evidence import Rung
from facilities.services import withdraw
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


@pytest.fixture
def file():
    return factories.ProcurementFactory(code="GT-01")


def reach(file, stage, day, **fields):
    return record_stage(
        procurement=file, stage=stage, happened_on=day, by=factories.recorder(), **fields
    )


def target(file, stage, due_on, set_on=DAY, because=""):
    return set_stage_target(
        procurement=file,
        stage=stage,
        due_on=due_on,
        set_on=set_on,
        by=factories.recorder(),
        because=because,
    )


def seen(day, **options):
    [found] = files(AsOf(day, **options))
    return found


def due(day) -> dict[str, tuple]:
    """Stage of the one file: (due on, done on, days late)."""
    return {
        d.subject.rpartition(":")[2]: (d.due_on, d.done_on, d.days_late(day))
        for d in deadlines(AsOf(day))
    }


def test_a_file_that_nobody_has_begun_shows_all_its_stages(file):
    found = seen(DAY)
    assert [step.stage for step in found.steps] == list(ROUTES[Path.PURCHASE].stages)
    assert found.reached is None
    assert not found.accepted
    assert found.bidding_ends_on is None
    assert {step.slip_days for step in found.steps} == {None}


@pytest.mark.parametrize(
    ("day", "target_then", "because", "slip"),
    [
        (on(9), on(30), "", 0),
        (on(10), on(45), "no bidder", 15),
        (on(11), on(45), "no bidder", 15),
        (on(20), on(40), "new date", 10),
    ],
)
def test_moving_a_target_keeps_the_baseline_and_counts_the_slip(
    file, day, target_then, because, slip
):
    target(file, Stage.AWARD, on(30), on(0))
    target(file, Stage.AWARD, on(45), on(10), "no bidder")
    target(file, Stage.AWARD, on(40), on(20), "new date")
    step = seen(day).step(Stage.AWARD)
    assert (step.baseline, step.target, step.because, step.slip_days) == (
        on(30),
        target_then,
        because,
        slip,
    )


@pytest.mark.parametrize(("reached_on", "slip"), [(on(25), -5), (on(30), 0), (on(37), 7)])
def test_once_reached_the_slip_is_that_of_the_event(file, reached_on, slip):
    target(file, Stage.AWARD, on(30))
    target(file, Stage.AWARD, on(60), on(1))
    reach(file, Stage.AWARD, reached_on)
    assert seen(on(90)).step(Stage.AWARD).slip_days == slip


def test_an_event_without_a_target_has_no_slip(file):
    reach(file, Stage.AWARD, DAY)
    assert seen(DAY).step(Stage.AWARD).slip_days is None


def test_a_stage_nobody_recorded_is_passed_by_a_later_one(file):
    reach(file, Stage.NEED, on(0))
    reach(file, Stage.AWARD, on(20))
    found = seen(on(20))
    opening, contract = found.step(Stage.OPENING), found.step(Stage.CONTRACT)
    assert (opening.reached_on, opening.passed_on) == (None, on(20))
    assert (contract.reached_on, contract.passed_on) == (None, None)
    assert found.step(Stage.NEED).passed_on == on(0)
    assert found.reached.stage == Stage.AWARD
    assert seen(on(19)).step(Stage.OPENING).passed_on is None


def test_stages_dated_out_of_order_are_passed_on_the_earliest_day(file):
    """The contract's paper is older than the award's: the award had been passed by then."""
    reach(file, Stage.AWARD, on(20))
    reach(file, Stage.CONTRACT, on(15))
    award = seen(on(30)).step(Stage.AWARD)
    assert (award.reached_on, award.passed_on) == (on(20), on(15))


@pytest.mark.parametrize(
    ("day", "done_on", "late"),
    [
        (on(9), None, 0),
        (on(10), None, 0),
        (on(12), None, 0),  # its day is a Saturday: due on the Monday
        (on(13), None, 1),
        (on(16), None, 4),
        (on(20), on(20), 0),
    ],
)
def test_a_stage_is_late_until_it_or_a_later_one_is_reached(file, day, done_on, late):
    target(file, Stage.OPENING, on(10))
    reach(file, Stage.AWARD, on(20))
    assert due(day) == {"opening": (on(10), done_on, late)}


def test_only_stages_with_a_target_are_due(file):
    assert due(DAY) == {}
    target(file, Stage.AWARD, on(5), set_on=on(1))
    assert due(on(0)) == {}
    assert due(on(1)) == {"award": (on(5), None, 0)}


def test_a_moved_target_is_due_on_its_new_day(file):
    target(file, Stage.AWARD, on(5))
    target(file, Stage.AWARD, on(25), set_on=on(6), because="estimate returned")
    assert due(on(6)) == {"award": (on(25), None, 0)}


def test_the_words_of_a_deadline_name_stage_and_file(file):
    target(file, Stage.AWARD, on(5))
    [deadline] = deadlines(AsOf(DAY))
    assert "GT-01" in str(deadline.what)
    assert deadline.facility_id == file.facility_id


def test_bidding_ends_with_the_award(file):
    target(file, Stage.AWARD, on(30))
    reach(file, Stage.CONTRACT, on(28))
    assert seen(on(27)).bidding_ends_on == on(30)
    assert seen(on(28)).bidding_ends_on is None


def test_a_step_carries_its_amount_and_its_evidence(file):
    paper = factories.DocumentFactory(issued_on=DAY)
    reach(file, Stage.AWARD, DAY, amount=8_900_000_000, document=paper)
    step = seen(DAY).step(Stage.AWARD)
    assert (step.amount, step.rung) == (8_900_000_000, Rung.DOCUMENTED)


def test_a_withdrawn_event_counts_up_to_its_withdrawal(file):
    wrong = reach(file, Stage.ACCEPTANCE, DAY)
    withdraw(fact=wrong, because="trial run not ended", by=factories.recorder())
    assert not seen(DAY).accepted
    assert seen(DAY, known_at=wrong.recorded_at).accepted


def test_a_stage_is_reached_once(file):
    reach(file, Stage.AWARD, DAY)
    with pytest.raises(ValidationError):
        reach(file, Stage.AWARD, on(1))
    assert StageEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "stage"),
    [
        (Path.PURCHASE, Stage.SERVICE_ENDED),
        (Path.PURCHASE, Stage.SERVICE_SET_UP),
        (Path.RENTAL, Stage.OPENING),
        (Path.RENTAL, Stage.DELIVERY),
    ],
)
def test_a_path_has_only_its_own_stages(path, stage):
    file = factories.ProcurementFactory(path=path)
    with pytest.raises(ValidationError) as refused:
        reach(file, stage, DAY)
    assert refused.value.message_dict.keys() == {"stage"}
    assert not StageEvent.objects.exists()


def test_an_event_without_a_file_is_refused_and_not_an_error():
    event = StageEvent(stage=Stage.NEED, happened_on=DAY, facility=factories.facility())
    event.recorded_by = factories.recorder()
    with pytest.raises(ValidationError) as refused:
        event.full_clean()
    assert "procurement" in refused.value.message_dict


@pytest.mark.parametrize("path", Path.values)
def test_a_route_names_each_stage_once_and_ends_after_acceptance(path):
    stages = ROUTES[path].stages
    assert len(stages) == len(set(stages))
    assert stages[0] == Stage.NEED
    order = [ROUTES[path].stages.index(s) for s in (Stage.AWARD, Stage.CONTRACT, Stage.ACCEPTANCE)]
    assert order == sorted(order)
    assert order[-1] < len(stages) - 1


def test_every_stage_belongs_to_a_route():
    assert {stage for route in ROUTES.values() for stage in route.stages} == set(Stage)


def test_reading_files_takes_the_same_queries_for_any_number(django_assert_num_queries):
    def more(count):
        for _ in range(count):
            made = factories.ProcurementFactory()
            reach(made, Stage.NEED, DAY)
            target(made, Stage.AWARD, on(5))

    for count, total in ((1, 1), (5, 6)):
        more(count)
        as_of = AsOf(DAY)
        with django_assert_num_queries(4):
            assert len(files(as_of)) == total
