"""The forecast of small worlds, exact to the day, most of them built from facts in memory."""

from datetime import date, timedelta

import pytest

from equipment.bidding import Selection
from equipment.files import File, Step
from equipment.models import ProcurementLot
from equipment.stages import ROUTES, Path, Stage
from facilities.as_of import AsOf, FacilityOnDay
from facilities.models import Scope
from facilities.reorganising import merge
from facilities.working_days import WEEKENDS_ONLY, WorkingDays
from rollout.forecasting import Shift, forecast_of
from rollout.forecasting.durations import Durations
from rollout.forecasting.forecast import Facts, forecast_from
from rollout.models import Milestone
from rollout.programme.councils import Meeting
from rollout.programme.durations import WAY
from rollout.programme.services import schedule_council
from tests import factories
from tests.writing import milestone, write

ON = date(2025, 5, 21)  # a Wednesday
EACH = (7,) * 5  # every step takes a week
SPREAD = (7, 14, 21, 28, 35)  # each in a fifth of the draws


def after(days: int) -> date:
    return ON + timedelta(days=days)


def seen(
    *, stage: tuple[int, ...] = EACH, servers_to_launch: tuple[int, ...] = EACH, **milestones
) -> Durations:
    """A week for each milestone, stage, and from the servers to the launch, unless told otherwise."""
    return Durations(
        {code.value: EACH for code in WAY[1:]} | milestones,
        {(path.value, one.value): stage for path in Path for one in ROUTES[path].stages[1:]},
        servers_to_launch,
    )


def place(pk: int = 1) -> FacilityOnDay:
    return FacilityOnDay(pk, f"place-{pk}", "", "", "", "", "rollout", None, "", "")


def file(
    *reached: Stage,
    on: date = ON,
    pk: int = 1,
    path: Path = Path.PURCHASE,
    selection: str = Selection.DIRECT,
    price: int | None = None,
) -> File:
    """A file of servers that reached some stages, all on one day."""
    steps = tuple(
        Step(
            stage=stage.value,
            baseline=None,
            target=None,
            because="",
            reached_on=on if stage in reached else None,
            passed_on=None,
            amount=price if stage == Stage.ESTIMATE_APPROVED else None,
            rung=None,
            assumed="",
        )
        for stage in ROUTES[path].stages
    )
    return File(pk, f"GT-{pk}", "", path.value, selection, 1, steps)


THERE = [file(Stage.ACCEPTANCE)]


def council(scheduled_on: date, pk: int = 1) -> Meeting:
    return Meeting(
        id=pk,
        code=f"HD-{pk}",
        facility_id=1,
        level="sector",
        criteria="",
        scheduled_on=scheduled_on,
        first_scheduled_on=scheduled_on,
        fixed_on=ON,
        because="",
        held_on=None,
        conclusion=None,
        minutes_number="",
        rung=None,
        assumed="",
    )


def facts(
    *days: dict[Milestone, date],
    files: list[File] = THERE,
    meetings: tuple[Meeting, ...] = (),
    durations: Durations | None = None,
    law: date | None = None,
    working: WorkingDays = WEEKENDS_ONLY,
    shift: Shift | None = None,
) -> Facts:
    """`days`: of the first facility, of the second... All have the same files and councils."""
    numbered = dict(enumerate(days, start=1))
    return Facts(
        on=ON,
        law=law,
        durations=durations or seen(),
        working=working,
        days={pk: {code.value: day for code, day in of.items()} for pk, of in numbered.items()},
        meetings={pk: [*meetings] for pk in numbered},
        files=dict.fromkeys(numbered, files),
        shift=shift,
    )


def of_one(days: dict[Milestone, date], **known):
    """The forecast of one facility that reached these milestones on these days."""
    [found] = forecast_from(facts(days, **known), [place()]).facilities
    return found


def of_all(*days: dict[Milestone, date], **known):
    return forecast_from(facts(*days, **known), [place(pk) for pk in range(1, len(days) + 1)])


DONE = {Milestone.COUNCIL: after(-9), Milestone.OFFICIAL: after(-2)}


class TestMilestones:
    @pytest.mark.parametrize(("council_on", "official_on"), [(-9, -2), (-2, -9)])
    def test_done_when_it_is_official_and_its_council_has_passed_it(self, council_on, official_on):
        found = of_one(
            {Milestone.COUNCIL: after(council_on), Milestone.OFFICIAL: after(official_on)}
        )
        assert (found.done_on, found.likely_on, found.lacking) == (after(-2), None, "")

    def test_the_steps_that_remain_follow_one_another(self):
        for passed in range(1, len(WAY)):
            found = of_one(dict.fromkeys(WAY[:passed], ON))
            # All begin today, on a Wednesday, and a week is a week.
            assert found.likely_on == found.safe_on == after(7 * (len(WAY) - passed))
            assert (found.sample, found.done_on) == (5, None)

    def test_the_way_goes_on_from_the_last_day_something_was_reached(self):
        days = {Milestone.COUNCIL: after(-30), Milestone.DECISION: after(-2)}
        assert of_one(days).likely_on == after(5)
        entered_late = {Milestone.COUNCIL: after(-2), Milestone.DECISION: after(-30)}
        assert of_one(entered_late).likely_on == after(5)

    @pytest.mark.parametrize(
        ("days", "steps"),
        [
            ({Milestone.OFFICIAL: ON}, 1),  # the council
            ({Milestone.DECISION: ON}, 2),  # and official use
            ({Milestone.PILOT: after(-30), Milestone.OFFICIAL: ON}, 1),
        ],
    )
    def test_whoever_went_past_the_council_has_it_still_to_pass(self, days, steps):
        assert of_one(days).likely_on == after(7 * steps)
        found = of_one(days, meetings=(council(after(20)),))
        assert found.likely_on == after(20 + 7 * (steps - 1))

    @pytest.mark.parametrize("days", [{}, {Milestone.PORTAL: after(-3)}])
    def test_who_has_not_begun_is_not_foreseen(self, days):
        found = of_one(days)
        assert (found.lacking, found.is_foreseen) == ("no_beginning", False)
        assert found.lacking_label
        assert not of_one(DONE).lacking_label

    def test_days_without_work_move_the_day_to_the_next_one_worked(self):
        off = WorkingDays(off=frozenset({after(7)}))
        found = of_one({Milestone.DECISION: ON, Milestone.COUNCIL: ON}, working=off)
        assert found.likely_on == found.safe_on == after(8)

    def test_half_and_nine_in_ten_of_the_draws_and_the_chance_to_make_the_day_of_the_law(self):
        days = {Milestone.DECISION: ON, Milestone.COUNCIL: ON}
        spread = seen(official=SPREAD)
        found = of_one(days, durations=spread)
        assert (found.likely_on, found.safe_on, found.chance) == (after(21), after(35), None)
        for law, chance in ((after(6), 0), (after(20), 0.4), (after(21), 0.6), (after(35), 1)):
            found = of_one(days, durations=spread, law=law)
            assert found.chance == pytest.approx(chance, abs=0.05)

    @pytest.mark.parametrize(
        ("pool", "lacking", "sample"), [((7,) * 4, "too_few", 0), (EACH, "", 5), ((7,) * 6, "", 6)]
    )
    def test_five_durations_of_each_step_are_enough(self, pool, lacking, sample):
        durations = seen(council=(7,) * 9, decision=pool, official=(7,) * 9)
        found = of_one({Milestone.SELF_ASSESSMENT: ON}, durations=durations)
        assert (found.lacking, found.sample) == (lacking, sample)
        assert found.lacking_step == (Milestone.DECISION.label if lacking else "")


class TestCouncil:
    def test_the_day_fixed_for_it_holds_unless_the_way_to_it_is_longer(self):
        days = {Milestone.SELF_ASSESSMENT: ON}
        assert of_one(days, meetings=(council(after(21)),)).likely_on == after(35)
        assert of_one({Milestone.PILOT: ON}, meetings=(council(after(7)),)).likely_on == after(35)

    @pytest.mark.parametrize(
        ("kind", "subject", "likely"), [("council", 1, 42), ("council", 2, 35), ("file", 1, 35)]
    )
    def test_a_what_if_moves_the_council_it_names(self, kind, subject, likely):
        found = of_one(
            {Milestone.SELF_ASSESSMENT: ON},
            meetings=(council(after(21)),),
            shift=Shift(kind, subject, after(28)),
        )
        assert found.likely_on == after(likely)

    def test_only_the_next_one_counts(self):
        found = of_one(
            {Milestone.SELF_ASSESSMENT: ON},
            meetings=(council(after(42), pk=1), council(after(21), pk=2)),
        )
        assert found.likely_on == after(35)


class TestServers:
    def test_without_a_file_nothing_is_foreseen_until_the_council_has_passed_it(self):
        assert of_one({Milestone.PILOT: ON}, files=[]).lacking == "no_file"
        assert of_one({Milestone.SELF_ASSESSMENT: ON}, files=[]).lacking == "no_file"
        assert of_one({Milestone.COUNCIL: ON}, files=[]).likely_on == after(14)
        assert of_one({Milestone.COUNCIL: ON}, files=[file()]).likely_on == after(14)

    def test_one_accepted_file_of_several_is_enough(self):
        files = [file(Stage.CONTRACT), *THERE]
        assert of_one({Milestone.SELF_ASSESSMENT: ON}, files=files).likely_on == after(21)

    def test_nobody_launches_before_the_servers_are_there_and_in_use(self):
        # Delivered today: trial run, acceptance and a week besides, then four steps from the launch.
        delivered = [file(Stage.DELIVERY)]
        assert of_one({Milestone.PILOT: ON}, files=delivered).likely_on == after(3 * 7 + 4 * 7)
        slow = seen(launch=(35,) * 5)
        found = of_one({Milestone.PILOT: ON}, files=delivered, durations=slow)
        assert found.likely_on == after(35 + 4 * 7)

    def test_whoever_launched_without_them_meets_the_council_with_them(self):
        bought = [file(Stage.CONTRACT)]  # delivery, trial run, acceptance
        no_wait = seen(servers_to_launch=())
        found = of_one({Milestone.LAUNCH: ON}, files=bought, durations=no_wait)
        assert found.likely_on == after(3 * 7 + 2 * 7)
        found = of_one({Milestone.SELF_ASSESSMENT: ON}, files=bought, durations=no_wait)
        assert found.likely_on == after(3 * 7 + 2 * 7)

    def test_how_long_a_launch_takes_after_the_servers_must_be_known_before_it(self):
        few = seen(servers_to_launch=(7,) * 4)
        found = of_one({Milestone.PILOT: ON}, files=[file(Stage.DELIVERY)], durations=few)
        assert (found.lacking, found.lacking_step) == (
            "too_few",
            "từ khi có máy chủ đến khi triển khai",
        )
        known = seen(servers_to_launch=(7,) * 6, launch=(7,) * 9)
        found = of_one({Milestone.PILOT: ON}, files=[file(Stage.DELIVERY)], durations=known)
        assert found.sample == 5

    def test_a_stage_of_which_too_few_are_known_is_named(self):
        found = of_one(
            {Milestone.PILOT: ON}, files=[file(Stage.DELIVERY)], durations=seen(stage=(7,) * 4)
        )
        assert (found.lacking, found.lacking_step) == ("too_few", Stage.TRIAL_RUN.label)

    def test_a_stage_goes_on_from_the_day_of_the_one_before_it(self):
        found = of_one(
            {Milestone.SELF_ASSESSMENT: after(-5)}, files=[file(Stage.TRIAL_RUN, on=after(-3))]
        )
        assert found.likely_on == after(4 + 14 + 1)  # the day before is a Sunday

    def test_a_file_that_has_not_begun_goes_all_stages_after_the_first_from_today_on(self):
        stages = [*ROUTES[Path.PURCHASE].stages]
        remain = stages.index(Stage.ACCEPTANCE)
        found = of_one({Milestone.SELF_ASSESSMENT: ON}, files=[file()])
        assert found.likely_on == after(7 * remain + 14)

    def test_a_file_that_has_begun_leads_before_one_that_has_not(self):
        remain = [*ROUTES[Path.PURCHASE].stages].index(Stage.ACCEPTANCE)
        files = [file(), file(Stage.NEED, pk=2, on=after(-2))]
        found = of_one({Milestone.SELF_ASSESSMENT: ON}, files=files)
        assert found.likely_on == after(7 * remain - 2 + 14)

    def test_a_rental_goes_its_own_way(self):
        rented = [file(Stage.CONTRACT, path=Path.RENTAL)]
        found = of_one({Milestone.SELF_ASSESSMENT: ON}, files=rented)
        assert found.likely_on == after(3 * 7 + 14)

    @pytest.mark.parametrize(
        "others",
        [
            [file(pk=2)],
            [file(Stage.NEED, pk=2)],
            [file(Stage.NEED, Stage.AWARD, pk=2, on=after(-1))],
            [file(Stage.CONTRACT, pk=2, on=after(-3))],
        ],
    )
    def test_the_file_that_has_come_furthest_leads(self, others):
        leading = file(Stage.NEED, Stage.CONTRACT)
        for files in ([leading, *others], [*others, leading]):
            found = of_one({Milestone.SELF_ASSESSMENT: ON}, files=files)
            assert found.likely_on == after(3 * 7 + 14)

    def test_what_was_paid_is_there_though_nobody_entered_the_acceptance(self):
        paid = [file(Stage.PAYMENT)]
        for shift in (None, Shift("file", 1, after(70))):
            found = of_one({Milestone.SELF_ASSESSMENT: ON}, files=paid, shift=shift)
            assert found.likely_on == after(21)

    @pytest.mark.parametrize(
        ("kind", "subject", "likely"), [("file", 1, 56), ("file", 2, 35), ("council", 1, 35)]
    )
    def test_a_what_if_moves_the_next_stage_of_the_file_it_names(self, kind, subject, likely):
        found = of_one(
            {Milestone.SELF_ASSESSMENT: ON},
            files=[file(Stage.CONTRACT)],
            shift=Shift(kind, subject, after(28)),
        )
        assert found.likely_on == after(likely)

    def test_a_what_if_moves_the_last_stage_too(self):
        found = of_one(
            {Milestone.SELF_ASSESSMENT: ON},
            files=[file(Stage.TRIAL_RUN)],
            shift=Shift("file", 1, after(28)),
        )
        assert found.likely_on == after(28 + 14)

    @pytest.mark.parametrize(
        ("selection", "price", "days"),
        [
            (Selection.OPEN_DOMESTIC, None, 18),
            (Selection.OPEN_DOMESTIC, 10_000_000_000, 9),
            (Selection.OPEN_DOMESTIC, 10_000_000_001, 18),
            (Selection.OPEN_INTERNATIONAL, None, 35),
            (Selection.QUOTATION, None, 8),  # five working days, of which a Thursday is off
            (Selection.DIRECT, None, 1),
        ],
    )
    def test_bidders_have_the_time_that_the_law_gives_them(self, selection, price, days):
        posted = file(Stage.INVITATION, selection=selection, price=price)
        found = of_one(
            {Milestone.SELF_ASSESSMENT: ON},
            files=[posted],
            durations=seen(stage=(1,) * 5),
            working=WorkingDays(off=frozenset({after(1)})),
        )
        # The opening, six stages of a day to the acceptance, then the decision and official use.
        end = after(days + 6 + 14)
        assert found.likely_on == WEEKENDS_ONLY.next_working(end)


class TestProvince:
    near = {Milestone.COUNCIL: ON, Milestone.DECISION: ON}
    far = {Milestone.COUNCIL: ON}

    def test_it_is_there_when_its_last_facility_is(self):
        spread = seen(decision=(7,) * 6, official=SPREAD)
        alone = of_all(self.near, durations=spread).province
        assert (alone.likely_on, alone.safe_on) == (after(21), after(35))
        found = of_all(DONE, self.near, self.far, durations=seen(decision=(70,) * 6))
        assert found.province.likely_on == after(77)
        assert (found.province.sample, found.province.facility) == (5, None)
        assert (found.official, found.unforeseen, len(found.facilities)) == (1, 0, 3)

    def test_two_that_must_both_be_there_are_later_than_each(self):
        found = of_all(self.near, self.near, durations=seen(official=SPREAD), law=after(21))
        assert [one.likely_on for one in found.facilities] == [after(21)] * 2
        assert found.province.likely_on == after(28)
        assert found.province.chance == pytest.approx(0.36, abs=0.05)

    def test_the_weakest_step_says_on_how_much_it_rests(self):
        found = of_all(self.near, self.far, durations=seen(decision=(7,) * 6, official=(7,) * 9))
        assert [one.sample for one in found.facilities] == [9, 6]
        assert found.province.sample == 6

    def test_how_many_are_there_by_the_day_of_the_law(self):
        spread = seen(official=SPREAD)
        for law, expected in (
            (after(6), (1, 1, 1)),
            (after(7), (1, 1, 2)),
            (after(20), (1, 1, 2)),
            (after(21), (1, 2, 2)),
            (after(35), (2, 2, 2)),
        ):
            assert of_all(DONE, self.near, durations=spread, law=law).by_law == expected
        found = of_all(DONE, self.near, durations=spread)
        assert (found.by_law, found.province.chance, found.law) == (None, None, None)

    def test_one_that_is_not_foreseen_leaves_the_province_without_a_day(self):
        found = of_all(DONE, self.near, {}, law=after(21))
        assert (found.official, found.unforeseen) == (1, 1)
        assert (found.province.is_foreseen, found.by_law, found.fan) == (False, None, ())
        assert found.facilities[1].is_foreseen

    def test_where_all_are_there_it_says_since_when(self):
        early = {Milestone.COUNCIL: after(-90), Milestone.OFFICIAL: after(-80)}
        found = of_all(DONE, early, law=after(21))
        assert (found.province.done_on, found.province.is_foreseen) == (after(-2), False)
        assert (found.by_law, found.fan) == ((2, 2, 2), ())

    def test_where_there_is_none_nothing_is_told(self):
        found = of_all(law=after(21))
        assert (found.province.done_on, found.province.is_foreseen) == (None, False)
        assert (found.official, found.unforeseen, found.fan) == (0, 0, ())

    def test_the_fan_goes_from_the_day_to_two_weeks_after_the_last(self):
        fan = of_all(DONE, self.near).fan  # over in a week: each day of three
        assert fan == (
            *((after(day), 1, 1, 1) for day in range(7)),
            *((after(day), 2, 2, 2) for day in range(7, 22)),
        )
        assert of_all(DONE, self.near, law=after(-9)).fan == fan
        assert [day for day, *_ in of_all(self.near, law=after(20)).fan] == [
            after(day) for day in range(35)
        ]

    def test_a_long_fan_has_forty_steps_and_the_day_of_the_law(self):
        durations = seen(official=(68,) * 5)  # 68 and 14 days: every third day and the last
        days = [day for day, *_ in of_all(self.near, durations=durations, law=after(31)).fan]
        every = {*range(0, 82, 3), 82, 31}
        assert days == [after(day) for day in sorted(every)]


@pytest.mark.django_db
class TestRead:
    def test_it_is_read_under_whoever_carries_on(self):
        gone, stays = factories.facility("gone"), factories.facility("stays")
        outside = factories.facility("outside", scope=Scope.CONNECTIVITY)
        bought = factories.ProcurementFactory(facility=gone)
        write(
            ProcurementLot(
                procurement=bought, facility=gone, device_type=factories.server_type(), quantity=1
            )
        )
        factories.ProcurementFactory(facility=gone)  # of something else
        meeting = factories.CouncilMeetingFactory(facility=gone)
        by = factories.recorder()
        schedule_council(meeting=meeting, scheduled_on=after(20), set_on=after(-9), by=by)
        milestone(stays, "launch", after(-9))
        merge(predecessors=[gone], successor=stays, on=ON, because="hợp nhất", by=by)
        found = Facts.read(AsOf(ON), Shift("file", bought.pk, after(3)))
        assert [one.id for one in found.files[stays.pk]] == [bought.pk]
        assert [one.id for one in found.meetings[stays.pk]] == [meeting.pk]
        assert found.days[stays.pk] == {"launch": after(-9)}
        assert (found.on, found.law, found.shift) == (ON, None, Shift("file", bought.pk, after(3)))
        assert not {gone.pk, outside.pk} & {*found.files, *found.meetings, *found.days}
        assert [one.facility.code for one in forecast_of(AsOf(ON)).facilities] == ["stays"]
