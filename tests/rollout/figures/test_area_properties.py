"""The areas together are the whole: on every day, of every measure, whatever moved or is not known."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from facilities.areas import OWN, areas_of
from facilities.as_of import AsOf
from facilities.models import Area, AreaName, AreaParent, FacilityArea, Ownership, Scope
from facilities.reorganising import merge, open_facility
from rollout.figures.measures import MEASURES
from rollout.figures.progress import progress, progress_by
from rollout.figures.trend import trend
from rollout.models import Tracking
from tests import factories
from tests.examples import few
from tests.rollout.worlds import FIRST, LAST, World, days, happenings

AREAS = ("province", "north", "south", "corner", "abroad")
# Who moves where on which day: (number of the facility, number of the area, day).
moves = st.lists(st.tuples(st.integers(0, 2), st.integers(0, len(AREAS) - 1), days), max_size=6)
# Which area is put into which on which day; a circle may come of it, as of wrong rows.
placings = st.lists(
    st.tuples(st.integers(0, len(AREAS) - 1), st.integers(0, len(AREAS) - 1), days), max_size=5
)
mergers = st.none() | st.tuples(days, st.booleans())
untracked = st.lists(st.sampled_from([measure.code for measure in MEASURES]), max_size=4)


def lived(happened, moved, placed, merged, unknown) -> World:
    world = World()
    for happening in happened:
        world.live(happening)
    areas = [
        Area.objects.get_or_create(code=code, defaults={"level": Area.Level.DISTRICT})[0]
        for code in AREAS
    ]
    written = {"recorded_by": world.by}
    for area in areas[:4]:  # the fifth has no name
        AreaName.objects.create(area=area, name_vi=area.code, effective_from=FIRST, **written)
    for place, where, on in dict.fromkeys((p, w, d) for p, w, d in moved):
        FacilityArea.objects.filter(facility=world.facilities[place], effective_from=on).delete()
        FacilityArea.objects.create(
            facility=world.facilities[place], area=areas[where], effective_from=on, **written
        )
    for below, above, on in placed:
        if below != above:
            AreaParent.objects.filter(area=areas[below], effective_from=on).delete()
            AreaParent.objects.create(
                area=areas[below], parent=areas[above], effective_from=on, **written
            )
    if unknown:
        Tracking.objects.filter(measure__in=unknown).delete()
    if merged:
        on, into_new = merged
        decision = {"on": on, "because": "hợp nhất", "by": world.by}
        successor = world.facilities[0]
        if into_new:
            successor = open_facility(
                code="new",
                name_vi="Mới",
                kind="medical_centre",
                ownership=Ownership.PUBLIC,
                scope=Scope.ROLLOUT,
                area=areas[1],
                **decision,
            )
        merge(predecessors=world.facilities[:2], successor=successor, **decision)
    return world


def figures(found):
    facilities = tuple(replace(f, late_for=str(f.late_for)) for f in found.facilities)
    return replace(found, generated_at=None, facilities=facilities)


def added(results) -> Counter:
    """What adds up, of every measure; that nothing is known is told by `known` and `unknown`."""
    found: Counter = Counter()
    for result in results:
        for one in result.measures:
            found["done", one.code] += one.done
            found["counted", one.code] += one.counted
            found["total", one.code] += one.total or 0
            found["known", one.code] += one.known
            found["unknown", one.code] += one.unknown
            found["begun", one.code] += one.begun
            found["before", one.code] += one.before_done or 0
            found["before total", one.code] += one.before_total or 0
            for rung, count in enumerate(one.evidence):
                found["rung", rung, one.code] += count
        for figure in result.figures:
            found["figure", figure.code] += figure.value
        found["facilities"] += len(result.facilities)
        found["public"] += result.public
        found["private"] += result.private
        found["late"] += sum(facility.days_late > 0 for facility in result.facilities)
    return +found


def parts_on(day: date, **asked) -> list[str]:
    """Codes of the parts of the whole, and of what each of them falls into."""
    tree = areas_of(AsOf(day, **asked)).on(asked.get("map_on") or day)
    return [part.code for part in tree.parts(None)]


class AreasAreTheWhole(TestCase):
    @few(5)
    @given(happenings, moves, placings, mergers, untracked, days, st.none() | days, st.booleans())
    def test_the_parts_add_up_to_the_whole(
        self, happened, moved, placed, merged, unknown, day, compare, by_map
    ):
        lived(happened, moved, placed, merged, unknown)
        map_on = LAST if by_map else None
        whole = progress(day, compare=compare, map_on=map_on)
        codes = parts_on(day, map_on=map_on)
        parts = [progress(day, compare=compare, map_on=map_on, area=code) for code in codes]
        if compare is None or parts_on(compare, map_on=map_on) == codes:
            assert added(parts) == added([whole])
        ids = [facility.id for part in parts for facility in part.facilities]
        assert sorted(ids) == sorted(facility.id for facility in whole.facilities)

    @few(5)
    @given(happenings, moves, placings, mergers, untracked, days, days)
    def test_known_at_any_moment_too(self, happened, moved, placed, merged, unknown, day, other):
        lived(happened, moved, placed, merged, unknown)
        for known_at in (timezone.now(), timezone.now() - timedelta(days=1)):
            whole = progress(day, known_at=known_at)
            codes = parts_on(day, known_at=known_at)
            assert added(progress(day, known_at=known_at, area=c) for c in codes) == added([whole])

    @few(5)
    @given(happenings, moves, placings, mergers, untracked, days, st.none() | days)
    def test_the_figure_of_an_area_is_that_of_its_group(
        self, happened, moved, placed, merged, unknown, day, compare
    ):
        lived(happened, moved, placed, merged, unknown)
        areas = areas_of(AsOf(LAST))
        for code in (*AREAS, OWN, *(f"{OWN}{code}" for code in AREAS)):

            def is_inside(facility, _state, on, code=code):
                tree = areas.on(on)
                found = tree.find(code)
                return found is not None and facility.area_id in tree.within(found)

            grouped = progress_by(is_inside, day, compare=compare)
            alone = progress(day, compare=compare, area=code)
            if True not in grouped:
                assert (alone.facilities, added([alone])) == ((), Counter())
                continue
            same = replace(
                grouped[True], area=alone.area, name_vi=alone.name_vi, name_en=alone.name_en
            )
            assert figures(same) == figures(alone), code

    @few(5)
    @given(happenings, moves, placings, mergers, untracked)
    def test_the_curve_of_an_area_is_its_progress(self, happened, moved, placed, merged, unknown):
        lived(happened, moved, placed, merged, unknown)
        some_days = {FIRST, LAST, *(on for _p, _a, on in moved), *(on for _b, _a, on in placed)}
        for code in ("north", OWN):
            curves = {m.code: trend(m, FIRST, LAST, area=code) for m in MEASURES[:4]}
            for day in some_days:
                found = progress(day, area=code)
                for measure, points in curves.items():
                    point, result = points[(day - FIRST).days], found.measure(measure)
                    assert (point.done, point.total) == (result.done, result.total)

    @few(5)
    @given(happenings, moves, placings, days, st.integers(0, 2), st.integers(0, 4))
    def test_a_later_move_changes_no_earlier_day(self, happened, moved, placed, day, place, where):
        world = lived(happened, moved, placed, None, [])
        before = {code: figures(progress(day, area=code)) for code in (*AREAS, OWN)}
        later = LAST + timedelta(days=1)
        FacilityArea.objects.create(
            facility=world.facilities[place],
            area=Area.objects.get(code=AREAS[where]),
            effective_from=later,
            recorded_by=world.by,
        )
        AreaParent.objects.create(
            area=Area.objects.get(code="south"),
            parent=Area.objects.get(code="north"),
            effective_from=later,
            recorded_by=factories.recorder(),
        )
        assert {code: figures(progress(day, area=code)) for code in (*AREAS, OWN)} == before
