"""What passes on at a merger, case by case."""

from datetime import date, timedelta

import pytest

import rollout.programme.services
from connectivity.services import record_step
from equipment.models import Hosting, ItLevel
from facilities.as_of import AsOf
from facilities.lineage import family, inherit
from facilities.models import Facility, Ownership, Scope
from facilities.reorganising import merge, open_facility
from facilities.timeline import Change, fold
from rollout.figures.progress import PASSES_ON, changes, progress
from rollout.programme.changes import milestones_reached
from rollout.programme.councils import meetings
from rollout.programme.deadlines import deadlines
from rollout.programme.milestone_line import targets
from signatures.models import SignatureNeed
from signatures.services import record_event
from tests import factories
from tests.rollout.small_province import small_province
from tests.writing import devices, milestone, norm, write

pytestmark = pytest.mark.django_db

DAY = date(2025, 7, 1)
EVE = DAY - timedelta(days=1)
LATER = date(2025, 9, 1)


@pytest.fixture
def a():
    return factories.facility("a")


@pytest.fixture
def b():
    return factories.facility("b")


def decision() -> dict:
    return {"on": DAY, "because": "hợp nhất", "by": factories.recorder()}


def into_new(*predecessors: Facility) -> Facility:
    new = open_facility(
        code="new",
        name_vi="Mới",
        kind=factories.Kind.MEDICAL_CENTRE,
        ownership=Ownership.PUBLIC,
        scope=Scope.ROLLOUT,
        **decision(),
    )
    merge(predecessors=predecessors, successor=new, **decision())
    return new


def into(successor: Facility, *predecessors: Facility) -> Facility:
    merge(predecessors=predecessors, successor=successor, **decision())
    return successor


def tally(place, component, on=LATER, **as_of):
    return fold(changes(AsOf(on, **as_of)), on)[place.pk][component]


def amounts(place, component, **as_of) -> list[int]:
    """On the day before the merger, on the day, and later."""
    return [tally(place, component, day, **as_of).amount for day in (EVE, DAY, LATER)]


def test_every_component_has_a_rule():
    small_province()
    components = {change.component for change in changes(AsOf(LATER))}
    assert {family(component) for component in components} <= PASSES_ON.keys()


# --- what adds up -------------------------------------------------------------------------------


def test_devices_pass_on_the_day_of_the_merger(a, b):
    devices(a, 3, EVE)
    devices(b, 5, EVE - timedelta(days=9), document=factories.DocumentFactory())
    into(a, a, b)
    assert amounts(a, "device:tablet") == [3, 8, 8]
    assert amounts(b, "device:tablet") == [5, 0, 0]
    assert amounts(a, "device:tablet", map_on=LATER) == [8, 8, 8]
    # On the same rungs as before, and as old as they were.
    assert tally(a, "device:tablet").evidence == (0, 3, 5, 0, 0)
    assert tally(a, "device:tablet").newest_on == EVE


def test_what_is_found_out_later_passes_on_as_well(a, b):
    into(a, b)
    devices(b, 5, EVE)
    assert amounts(a, "device:tablet") == [0, 5, 5]


def test_what_is_written_for_the_predecessor_afterwards_counts_for_the_successor(a, b):
    into(a, b)
    devices(b, 5, DAY + timedelta(days=3))
    assert amounts(a, "device:tablet") == [0, 0, 5]
    assert amounts(b, "device:tablet") == [0, 0, 0]


def test_what_is_written_for_the_predecessor_on_the_very_day_counts_once(a, b):
    into(a, b)
    devices(b, 5, DAY)
    assert amounts(a, "device:tablet") == [0, 5, 5]
    assert amounts(b, "device:tablet") == [0, 0, 0]


def test_a_certificate_of_the_predecessor_expires_for_the_successor(a, b):
    made = factories.CertificateFactory(facility=b)
    for kind, until in (("requested", None), ("issued", DAY + timedelta(days=20))):
        record_event(
            certificate=made,
            kind=kind,
            happened_on=EVE,
            valid_until=until,
            by=factories.recorder(),
        )
    into(a, b)
    assert amounts(a, "certificates_issued") == [0, 1, 0]
    due = [d for d in deadlines(AsOf(DAY)) if d.rule == "certificate_expiry"]
    assert [d.facility_id for d in due] == [a.pk]


def test_devices_taken_over_can_leave(a, b):
    devices(b, 5, EVE)
    into(a, b)
    devices(a, -4, DAY)
    assert amounts(a, "device:tablet") == [0, 1, 1]


def test_norms_stay_with_their_kind(a, b):
    norm(4, factories.START, kind=factories.Kind.MEDICAL_CENTRE)
    norm(9, factories.START, facility=b)
    new = into_new(a, b)
    assert amounts(new, "norm:tablet") == [0, 4, 4]
    assert amounts(new, "norm:tablet", map_on=LATER) == [4, 4, 4]


def test_a_stated_number_adds_up_until_the_successor_states_its_own(a, b):
    for place, quantity in ((a, 100), (b, 50)):
        write(SignatureNeed(facility=place, quantity=quantity, effective_from=EVE))
    into(a, b)
    assert amounts(a, "certificates_needed") == [100, 150, 150]
    write(SignatureNeed(facility=a, quantity=140, effective_from=DAY + timedelta(days=1)))
    assert amounts(a, "certificates_needed") == [100, 150, 140]
    assert amounts(a, "certificates_needed", map_on=LATER) == [150, 150, 140]


def test_the_successors_own_number_of_the_very_day_replaces_what_was_taken_over(a, b):
    for place, quantity in ((a, 100), (b, 50)):
        write(SignatureNeed(facility=place, quantity=quantity, effective_from=EVE))
    into(a, b)
    write(SignatureNeed(facility=a, quantity=140, effective_from=DAY))
    assert amounts(a, "certificates_needed") == [100, 140, 140]
    assert amounts(a, "certificates_needed", map_on=LATER) == [150, 140, 140]


def test_a_new_successor_knows_the_need_of_its_predecessors(a, b):
    for place, quantity in ((a, 100), (b, 50)):
        write(SignatureNeed(facility=place, quantity=quantity, effective_from=EVE))
    into_new(a, b)
    assert progress(DAY).measure("signatures_registered").total == 150


# --- a yes or no, and one of several values -----------------------------------------------------


def test_a_successor_that_was_there_keeps_what_it_had_reached(a, b):
    milestone(b, "official", EVE)
    write(ItLevel(facility=b, his_level=7, happened_on=EVE))
    into(a, b)
    assert amounts(a, "milestone:official") == [0, 0, 0]
    assert amounts(a, "his_level:7") == [0, 0, 0]


def test_a_new_one_has_reached_what_all_had(a, b):
    milestone(a, "pilot", date(2025, 3, 1))
    milestone(b, "pilot", date(2025, 5, 1))
    milestone(b, "launch", EVE)
    new = into_new(a, b)
    assert amounts(new, "milestone:pilot") == [0, 1, 1]
    assert amounts(new, "milestone:launch") == [0, 0, 0]
    assert milestones_reached(AsOf(DAY))[new.pk] == {"pilot": date(2025, 5, 1)}
    by_map = tally(new, "milestone:pilot", date(2025, 4, 30), map_on=LATER)
    assert by_map.amount == 0
    assert tally(new, "milestone:pilot", date(2025, 5, 1), map_on=LATER).amount == 1


def test_on_a_curve_the_new_one_begins_on_the_day_of_the_merger(a, b):
    for place in (a, b):
        milestone(place, "pilot", date(2025, 3, 1))
    new = into_new(a, b)
    found = changes(AsOf(LATER))
    days = [date(2025, 3, 1), EVE, DAY, LATER]
    assert [fold(found, day)[new.pk]["milestone:pilot"].amount for day in days] == [0, 0, 1, 1]
    # And those before it keep on it what they had.
    assert fold(found, EVE)[a.pk]["milestone:pilot"].amount == 1


def test_what_a_predecessor_reaches_on_the_day_of_the_merger_is_its_own(a, b):
    milestone(a, "pilot", EVE)
    milestone(b, "pilot", DAY)
    assert amounts(into_new(a, b), "milestone:pilot") == [0, 0, 0]


def test_what_all_had_is_proven_as_well_as_by_the_one_who_proves_it_least(a, b):
    paper = factories.DocumentFactory(issued_on=EVE)
    record_milestone = rollout.programme.services.record_milestone
    common = {"milestone": "pilot", "by": factories.recorder()}
    record_milestone(facility=a, happened_on=EVE, document=paper, **common)
    record_milestone(facility=b, happened_on=EVE - timedelta(days=9), **common)
    new = into_new(a, b)
    assert tally(new, "milestone:pilot").evidence == (0, 1, 0, 0, 0)
    assert tally(new, "milestone:pilot").newest_on == EVE


def test_a_value_that_all_have_left_behind_is_not_the_new_ones(a, b):
    for place in (a, b):
        write(ItLevel(facility=place, his_level=6, happened_on=EVE - timedelta(days=9)))
        write(ItLevel(facility=place, his_level=7, happened_on=EVE))
    new = into_new(a, b)
    assert [amounts(new, f"his_level:{n}") for n in (6, 7)] == [[0, 0, 0], [0, 1, 1]]


def test_a_new_ones_own_milestone_takes_the_place_of_what_all_had(a, b):
    for place in (a, b):
        milestone(place, "pilot", EVE)
    new = into_new(a, b)
    milestone(new, "pilot", LATER)
    for day in (DAY, LATER - timedelta(days=1), LATER):
        assert tally(new, "milestone:pilot", day).amount == 1
    assert tally(new, "milestone:pilot").newest_on == LATER


def test_a_new_one_has_the_value_on_which_all_agree_until_it_says_its_own(a, b):
    for place in (a, b):
        write(ItLevel(facility=place, his_level=6, happened_on=EVE))
        write(Hosting(facility=place, mode="own_room", happened_on=EVE))
    new = into_new(a, b)
    assert amounts(new, "his_level:6") == [0, 1, 1]
    assert amounts(new, "hosting:own_room") == [0, 1, 1]
    write(ItLevel(facility=new, his_level=7, happened_on=DAY + timedelta(days=1)))
    assert amounts(new, "his_level:6") == [0, 1, 0]
    assert amounts(new, "his_level:7") == [0, 0, 1]


def test_where_predecessors_differ_nothing_is_known(a, b):
    write(ItLevel(facility=a, his_level=6, happened_on=EVE))
    write(ItLevel(facility=b, his_level=5, happened_on=EVE))
    new = into_new(a, b)
    assert [amounts(new, f"his_level:{n}") for n in (5, 6)] == [[0, 0, 0], [0, 0, 0]]
    unknown = next(f for f in progress(DAY).figures if f.code == "his_level:unknown")
    assert unknown.value == 1


def test_a_new_one_is_connected_when_all_were(a, b):
    for place in (a, b):
        for step in ("account", "connected"):
            record_step(
                facility=place,
                partner=factories.PartnerFactory(),
                step=step,
                happened_on=EVE,
                by=factories.recorder(),
            )
    into_new(a, b)
    connected = progress(DAY).measure("connected_public")
    assert (connected.done, connected.total) == (1, 1)


def passed(place, code, conclusion="pass"):
    meeting = factories.CouncilMeetingFactory(facility=place, code=code)
    rollout.programme.services.record_ruling(
        meeting=meeting, conclusion=conclusion, held_on=EVE, by=factories.recorder()
    )


def test_a_new_one_is_official_when_all_were_and_fails_by_its_own_council(a, b):
    for place in (a, b):
        passed(place, f"m-{place.code}")
        milestone(place, "official", EVE)
    new = into_new(a, b)
    [found] = progress(DAY).facilities
    assert (found.stage, found.measures["official"].done) == ("official", 1)
    meeting = factories.CouncilMeetingFactory(facility=new, code="m-new")
    rollout.programme.services.record_ruling(
        meeting=meeting,
        conclusion="fail",
        held_on=DAY + timedelta(days=1),
        by=factories.recorder(),
    )
    [found] = progress(LATER).facilities
    assert (found.stage, found.measures["official"].done) == ("council_failed", 0)


def test_a_ruling_about_one_does_not_speak_for_the_other(a, b):
    passed(b, "m-b")
    milestone(b, "official", EVE)
    into(a, b)
    [found] = progress(DAY).facilities
    assert (found.stage, found.measures["official"].done) == ("not_started", 0)
    assert [m.facility_id for m in meetings(AsOf(DAY))] == [b.pk]


def test_an_awaited_council_is_the_successors(a, b):
    meeting = factories.CouncilMeetingFactory(facility=b, code="m-b")
    rollout.programme.services.schedule_council(
        meeting=meeting, scheduled_on=LATER, set_on=EVE, by=factories.recorder()
    )
    into(a, b)
    assert progress(DAY).facility("a").council_on == LATER
    assert progress(EVE).facility("a").council_on is None


def test_plans_of_a_merged_facility_give_way_or_pass_on_as_the_latest(a, b):
    for place, due_on in ((a, date(2025, 8, 1)), (b, date(2025, 8, 9))):
        rollout.programme.services.set_milestone_target(
            facility=place, milestone="launch", due_on=due_on, set_on=EVE, by=factories.recorder()
        )
    new = into_new(a, b)
    found = targets(AsOf(DAY))
    assert {pk: planned["launch"].due_on for pk, planned in found.items() if planned} == {
        new.pk: date(2025, 8, 9)
    }
    todo = [d for d in deadlines(AsOf(DAY)) if d.rule == "milestone"]
    assert [(d.facility_id, d.due_on) for d in todo] == [(new.pk, date(2025, 8, 9))]


# --- several mergers ----------------------------------------------------------------------------


def test_what_passed_on_passes_on_again(a, b):
    devices(a, 3, EVE)
    into(b, a)
    c = factories.facility("c")
    merge(predecessors=[b], successor=c, **(decision() | {"on": LATER}))
    assert amounts(b, "device:tablet") == [0, 3, 0]
    assert amounts(c, "device:tablet") == [0, 0, 3]
    assert amounts(c, "device:tablet", map_on=LATER) == [3, 3, 3]


def test_one_facility_read_alone_has_what_it_took_over(a, b):
    devices(b, 5, EVE)
    into(a, b)
    alone = {"facility_ids": frozenset({a.pk})}
    assert amounts(a, "device:tablet", **alone) == [0, 5, 5]
    assert [f.code for f in AsOf(DAY, **alone).on(DAY)] == ["a"]


def test_without_mergers_nothing_is_touched(a):
    written = [Change(a.pk, EVE, "anything", 1, 1)]
    assert inherit(iter(written), AsOf(DAY), {}) == written
