"""Where single devices stand, asked of each, of those that have been there, and counted: the same."""

from collections import Counter
from datetime import timedelta

from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from equipment.assets import assets_on, have_been_at, have_ever_been_at, standing_at, without_number
from equipment.models import Asset, DeviceMovement
from equipment.registers.assets import Assets
from equipment.stock import stock_of
from facilities.models import Facility, FacilityLineage, Lineage
from facilities.services import record, withdraw
from tests import factories
from tests.examples import few

PLACES = 4
days = st.integers(0, 6)
places = st.integers(0, PLACES - 1)
# An asset: where it begins, and where it is brought on which days; None: it leaves.
lives = st.tuples(places, st.lists(st.tuples(days, st.none() | places), max_size=3))
mergers = st.none() | st.tuples(days, places, places)


def day(n):
    return factories.START + timedelta(days=n)


def live(assets, merger, loose):
    by = factories.recorder()
    there = [factories.facility(f"f{n}") for n in range(PLACES)]
    kind = factories.DeviceTypeFactory()

    def move(place, quantity, on, asset=None):
        reason = DeviceMovement.Reason.MOVED if asset else DeviceMovement.Reason.OPENING
        row = DeviceMovement(
            facility=there[place],
            device_type=kind,
            asset=asset,
            quantity=quantity,
            reason=reason,
            happened_on=day(on),
        )
        return record(row, by=by)

    for place, quantity in loose:
        move(place, quantity, 0)
    for n, (first, steps) in enumerate(assets):
        asset = Asset.objects.create(device_type=kind, tag=f"t{n}")
        now, last = first, move(first, 1, 0, asset)
        for on, to in sorted(steps, key=lambda step: step[0]):
            if now is not None:
                last = move(now, -1, on, asset)
            if to is not None:
                last = move(to, 1, on, asset)
            now = to
        if n % 4 == 3:
            withdraw(fact=last, because="wrong", by=by)
    if merger and merger[1] != merger[2]:
        row = FacilityLineage(
            predecessor=there[merger[1]],
            successor=there[merger[2]],
            kind=Lineage.MERGED,
            effective_from=day(merger[0]),
        )
        record(row, by=by)


class StandingTest(TestCase):
    @few(8)
    @given(
        st.lists(lives, max_size=6),
        mergers,
        st.lists(st.tuples(places, st.integers(1, 5)), max_size=3),
        days,
        st.sets(places),
    )
    def test_however_it_is_asked(self, assets, merger, loose, on, asked):
        live(assets, merger, loose)
        on = day(on)
        keys = set(
            Facility.objects.filter(code__in=[f"f{n}" for n in asked]).values_list("pk", flat=True)
        )
        stands = {
            (pk, place, kind)
            for pk, place, kind in assets_on(on)
            .annotate(place=F("place_id"))
            .values_list("pk", "place", "device_type")
            if place in keys
        }
        assert standing_at(on, keys) == Counter((place, kind) for _pk, place, kind in stands)
        there = {pk for pk, _place, _kind in stands}
        for candidates in (have_been_at(keys, on), have_ever_been_at(keys)):
            assert there <= set(candidates.values_list("asset", flat=True))
        rows = Assets().of_facilities(assets_on(on), keys)
        assert set(rows.values_list("pk", flat=True)) == there
        counted = {key: line.installed for key, line in stock_of(on, keys).items()}
        free = without_number(on, keys)
        standing = standing_at(on, keys)
        for key in {*counted, *standing, *free}:
            assert free[key] == counted.get(key, 0) - standing[key]
