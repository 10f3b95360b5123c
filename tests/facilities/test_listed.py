"""The condition of SQL names the same facilities as the reading of everything, whatever was recorded."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from facilities.as_of import AsOf
from facilities.listed import latest, listed_on, overruled
from facilities.models import (
    FacilityLineage,
    FacilityName,
    FacilityScope,
    Lineage,
    Scope,
)
from facilities.models.places import IN_ROLLOUT
from facilities.services import record, withdraw
from tests import factories
from tests.examples import few

DAYS = st.integers(0, 6)
PLACES = st.integers(0, 3)
SCOPES = st.sampled_from([scope.value for scope in Scope])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("name"), PLACES, DAYS),
        st.tuples(st.just("scope"), PLACES, DAYS, SCOPES),
        st.tuples(st.just("merged"), PLACES, DAYS, PLACES),
        st.tuples(st.just("withdrawn"), st.integers(0, 20)),
    ),
    max_size=14,
)


def day(n):
    return factories.START + timedelta(days=n)


def replay(steps):
    """Each step at a moment of its own; what the tables refuse is left out."""
    by = factories.recorder()
    places = [factories.facility(f"f{n}", since=day(n)) for n in range(4)]
    moments, written, taken = [timezone.now()], [], set()
    for kind, *told in steps:
        if kind == "withdrawn":
            if written:
                withdraw(fact=written.pop(told[0] % len(written)), because="wrong", by=by)
        else:
            place, on = places[told[0]], day(told[1])
            if (kind, place.pk, on) in taken or (kind in ("name", "scope") and told[1] == told[0]):
                continue
            taken.add((kind, place.pk, on))
            if kind == "name":
                row = FacilityName(facility=place, name_vi=f"Tên {len(written)}", effective_from=on)
            elif kind == "scope":
                row = FacilityScope(facility=place, scope=told[2], because="x", effective_from=on)
            elif told[2] == told[0]:
                continue
            else:
                row = FacilityLineage(
                    predecessor=place,
                    successor=places[told[2]],
                    kind=Lineage.MERGED,
                    effective_from=on,
                )
            written.append(record(row, by=by))
        moments.append(timezone.now())
    return moments


class ListedTest(TestCase):
    @few(12)
    @given(STEPS, DAYS, st.integers(0, 20))
    def test_it_lists_whom_the_reading_of_everything_lists(self, steps, on, moment):
        moments = replay(steps)
        for known_at in (None, moments[moment % len(moments)]):
            described = AsOf(day(on), known_at).on(day(on))
            assert set(listed_on(day(on), known_at).values_list("pk", flat=True)) == {
                facility.id for facility in described
            }
            for scopes in (IN_ROLLOUT, [Scope.CONNECTIVITY]):
                found = listed_on(day(on), known_at, scopes).values_list("code", flat=True)
                assert sorted(found) == [f.code for f in described if f.scope in scopes]


@pytest.mark.django_db
def test_of_each_subject_one_row_holds_and_the_others_are_overruled():
    place, other = factories.facility("one"), factories.facility("two")
    later = record(
        FacilityName(facility=place, name_vi="Tên mới", effective_from=day(3)),
        by=factories.recorder(),
    )
    for on, held in ((2, [place, other]), (3, [later, other])):
        rows = FacilityName.objects.in_force(day(on))
        names = set(latest(rows, "facility").values_list("name_vi", flat=True))
        assert ("Tên mới" in names) == (on == 3)
        assert len(names) == len(held)
        assert overruled(rows, "facility").count() == (on == 3)
