"""Stocktakes: what was found becomes facts after a yes, and not before."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from equipment.models import Asset, DeviceMovement
from equipment.registers.assets import Assets
from equipment.registers.devices import Devices
from equipment.registers.movements import Movements
from equipment.stock import installed
from equipment.stocktake import (
    asset_with,
    close,
    count,
    differences,
    findings,
    findings_at_close,
    open_round,
    rounds,
    see,
)
from facilities.models import ChangeSet
from facilities.registers.entering import begin, enter, undo
from tests import factories
from tests.writing import database_refuses, devices

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
BEFORE = DAY - timedelta(days=30)
REGISTERS = {register.code: register for register in (Devices(), Assets(), Movements())}
Reason = DeviceMovement.Reason


@pytest.fixture
def place():
    return factories.facility("luc-nam")


@pytest.fixture
def by():
    return factories.recorder()


@pytest.fixture
def stocktake(place, by):
    """Of four tablets two have a number; one more stands elsewhere."""
    devices(place, 4, BEFORE)
    elsewhere = factories.facility("tan-yen")
    for tag, where in (("LN-1", place), ("LN-2", place), ("TY-1", elsewhere)):
        values = {"tag": tag, "type": "tablet", "facility": where.code}
        enter(
            register=REGISTERS["assets"],
            row=None,
            values=values,
            change_set=a_change_set(by),
            on=BEFORE,
        )
    return open_round(facility=place, title="Kiểm kê quý II", on=DAY, by=by)


def a_change_set(by, kind=ChangeSet.Kind.FORM) -> ChangeSet:
    return begin(kind=kind, by=by, because="Kiểm kê")


def asset(tag) -> Asset:
    return Asset.objects.get(tag=tag)


def tablets(place) -> int:
    return installed(DAY, place, factories.DeviceTypeFactory())


def tags(assets) -> list[str]:
    return [asset.tag for asset in assets]


def test_seen_not_seen_and_unexpected_are_told_apart(stocktake, by):
    see(round=stocktake, asset=asset("LN-1"), by=by)
    see(round=stocktake, asset=asset("TY-1"), by=by)
    found = findings(stocktake, DAY)
    assert tags(found.seen) == ["LN-1"]
    assert tags(found.not_seen) == ["LN-2"]
    assert tags(found.unexpected) == ["TY-1"]
    assert found.expected == 2


def test_seen_twice_is_seen_once(stocktake, by):
    assert see(round=stocktake, asset=asset("LN-1"), by=by)
    assert not see(round=stocktake, asset=asset("LN-1"), by=by)
    again = {"round": stocktake, "asset": asset("LN-1"), "recorded_by": by}
    assert database_refuses(stocktake.sightings.model.objects.create, **again)


def test_devices_without_a_number_are_counted_and_a_later_count_replaces(stocktake, by):
    tablet = factories.DeviceTypeFactory()
    (line,) = findings(stocktake, DAY).counts
    assert (line.expected, line.counted, line.step) == (2, None, 0)
    assert count(round=stocktake, device_type=tablet, count=5, by=by)
    assert count(round=stocktake, device_type=tablet, count=1, by=by)
    assert not count(round=stocktake, device_type=tablet, count=1, by=by)
    (line,) = findings(stocktake, DAY).counts
    assert (line.expected, line.counted, line.step) == (2, 1, -1)


def test_looking_changes_no_figure(stocktake, place, by):
    see(round=stocktake, asset=asset("TY-1"), by=by)
    count(round=stocktake, device_type=factories.DeviceTypeFactory(), count=9, by=by)
    assert tablets(place) == 4


def test_after_the_yes_the_register_says_what_was_found(stocktake, place, by):
    """LN-1 seen, LN-2 gone, TY-1 turned up here, one of the two without a number missing."""
    see(round=stocktake, asset=asset("LN-1"), by=by)
    see(round=stocktake, asset=asset("TY-1"), by=by)
    count(round=stocktake, device_type=factories.DeviceTypeFactory(), count=1, by=by)
    agreed = differences(findings(stocktake, DAY))
    closing = close(
        round=stocktake,
        agreed=agreed,
        change_set=a_change_set(by, ChangeSet.Kind.STOCKTAKE),
        on=DAY,
    )
    assert tablets(place) == 3  # LN-1, TY-1 and one without a number
    values = REGISTERS["assets"].values(list(Asset.objects.values_list("pk", flat=True)), DAY)
    assert {v["tag"]: v["facility"] for v in values.values()} == {
        "LN-1": "luc-nam",
        "LN-2": "",
        "TY-1": "luc-nam",
    }
    after = findings(stocktake, DAY)
    assert not differences(after)
    then = findings_at_close(stocktake, closing)
    assert [d.key for d in differences(then)] == [d.key for d in agreed]


def test_what_was_scrapped_is_retired(stocktake, place, by):
    found = findings(stocktake, DAY)
    agreed = differences(found, retired={asset("LN-2").pk})
    assert [(d.asset.tag, d.reason) for d in agreed] == [
        ("LN-1", Reason.STOCKTAKE),
        ("LN-2", Reason.RETIRED),
    ]


def test_closed_with_nothing_agreed_nothing_changes(stocktake, place, by):
    before = DeviceMovement.objects.count()
    close(round=stocktake, agreed=[], change_set=a_change_set(by), on=DAY)
    assert DeviceMovement.objects.count() == before
    assert not rounds().get().is_open


def test_after_closing_nothing_is_seen_counted_or_closed_again(stocktake, by):
    close(round=stocktake, agreed=[], change_set=a_change_set(by), on=DAY)
    for action, fields in (
        (see, {"asset": asset("LN-1"), "by": by}),
        (count, {"device_type": factories.DeviceTypeFactory(), "count": 1, "by": by}),
        (close, {"agreed": [], "change_set": a_change_set(by), "on": DAY}),
    ):
        with pytest.raises(ValidationError):
            action(round=stocktake, **fields)


def test_one_stocktake_at_a_time(stocktake, place, by):
    with pytest.raises(ValidationError):
        open_round(facility=place, title="Lần nữa", on=DAY, by=by)
    close(round=stocktake, agreed=[], change_set=a_change_set(by), on=DAY)
    open_round(facility=place, title="Lần nữa", on=DAY, by=by)
    assert [round.is_open for round in rounds(facility_ids=[place.pk])] == [True, False]


def test_the_act_can_be_taken_back(stocktake, place, by):
    see(round=stocktake, asset=asset("TY-1"), by=by)
    change_set = a_change_set(by, ChangeSet.Kind.STOCKTAKE)
    close(
        round=stocktake, agreed=differences(findings(stocktake, DAY)), change_set=change_set, on=DAY
    )
    assert tablets(place) == 3
    undo(change_set=change_set, registers=REGISTERS, by=by, because="Nhầm cơ sở", on=DAY)
    assert tablets(place) == 4
    assert findings(stocktake, DAY).unexpected[0].tag == "TY-1"


def test_an_asset_is_found_by_its_number_or_its_serial(stocktake, place):
    Asset.objects.filter(tag="LN-2").update(serial="S9")
    assert asset_with("LN-1", place.pk, DAY).tag == "LN-1"
    assert asset_with("S9", place.pk, DAY).tag == "LN-2"
    assert asset_with("LN-9", place.pk, DAY) is None
    assert asset_with("", place.pk, DAY) is None
