"""The registers of devices, assets and movements: counts that never count twice."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from equipment.models import Asset, DeviceMovement
from equipment.registers.assets import Assets
from equipment.registers.devices import Devices
from equipment.registers.movements import Movements
from equipment.services import move
from equipment.stock import installed
from facilities.models import ChangeSet, FacilityLineage, Lineage
from facilities.registers.entering import Refused, begin, enter, undo, withdraw_row
from facilities.registers.filtering import filter_set
from facilities.registers.writers import RowEntry
from tests import factories
from tests.writing import devices, norm, write

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
BEFORE = DAY - timedelta(days=100)
DEVICES, ASSETS, MOVEMENTS = Devices(), Assets(), Movements()
REGISTERS = {register.code: register for register in (DEVICES, ASSETS, MOVEMENTS)}
Reason = DeviceMovement.Reason


def a_change_set(because="Theo biên bản") -> ChangeSet:
    return begin(kind=ChangeSet.Kind.FORM, by=factories.recorder(), because=because)


def entered(register, row=None, on=DAY, change_set=None, because=None, **values):
    values = {code.replace("_", "-"): value for code, value in values.items()}
    return enter(
        register=register,
        row=row,
        values=values,
        change_set=change_set or a_change_set(),
        on=on,
        because=because or {},
    )


def refusals(register, **fields) -> tuple[set[str], set[str]]:
    """The columns refused, and those of them for which a reason would do."""
    with pytest.raises(Refused) as refused:
        entered(register, **fields)
    return set(refused.value.message_dict), refused.value.odd


def tablets(place, on=DAY) -> int:
    return installed(on, place, factories.DeviceTypeFactory())


@pytest.fixture
def place():
    factories.DeviceTypeFactory()
    return factories.facility("luc-nam")


def asset(place, tag="LN-1", **fields) -> Asset:
    return entered(ASSETS, tag=tag, type="tablet", facility=place.code, **fields)


class TestCounts:
    def test_the_first_count_is_opening_stock_and_the_next_a_difference(self, place):
        entered(DEVICES, place, device_tablet=20, on=BEFORE)
        entered(DEVICES, place, device_tablet=17)
        rows = DeviceMovement.objects.order_by("happened_on").values_list("quantity", "reason")
        assert list(rows) == [(20, Reason.OPENING), (-3, Reason.STOCKTAKE)]
        assert (tablets(place, BEFORE), tablets(place)) == (20, 17)

    def test_a_count_of_the_same_day_replaces_the_earlier_one(self, place):
        devices(place, 5, BEFORE)
        entered(DEVICES, place, device_tablet=20)
        entered(DEVICES, place, device_tablet=18)
        rows = DeviceMovement.objects.known().filter(happened_on=DAY)
        assert [row.quantity for row in rows] == [13]
        assert DeviceMovement.objects.count() == 3  # the earlier word stays readable

    def test_what_is_written_is_what_is_read(self, place):
        entered(DEVICES, place, device_tablet=20)
        values = DEVICES.values([place.pk], DAY)[place.pk]
        assert values == {"facility": "luc-nam", "device-tablet": 20}
        entered(DEVICES, place, **{"device-tablet": 20})
        assert DeviceMovement.objects.count() == 1

    def test_an_empty_cell_is_none(self, place):
        entered(DEVICES, place, device_tablet=20)
        entered(DEVICES, place, device_tablet=None)
        assert tablets(place) == 0

    @pytest.mark.parametrize("count", [-1, 1_000_001])
    def test_impossible_counts_are_refused(self, place, count):
        assert refusals(DEVICES, row=place, device_tablet=count) == ({"device-tablet"}, set())
        assert not DeviceMovement.objects.exists()

    @pytest.mark.parametrize(("count", "asks"), [(40, False), (41, True)])
    def test_more_than_the_norm_asks_for_a_reason(self, place, count, asks):
        norm(40, factories.START)
        if asks:
            assert refusals(DEVICES, row=place, device_tablet=count)[1] == {"device-tablet"}
            entered(DEVICES, place, device_tablet=count, because={"device-tablet": "Được tài trợ"})
        else:
            entered(DEVICES, place, device_tablet=count)
        assert tablets(place) == count

    @pytest.mark.parametrize(("days_ago", "asks"), [(29, True), (30, False)])
    def test_fewer_than_were_just_accepted_asks_for_a_reason(self, place, days_ago, asks):
        devices(place, 10, DAY - timedelta(days=days_ago))
        if asks:
            assert refusals(DEVICES, row=place, device_tablet=9)[1] == {"device-tablet"}
        else:
            entered(DEVICES, place, device_tablet=9)

    def test_no_fewer_than_the_assets_that_stand_there(self, place):
        asset(place)
        assert refusals(DEVICES, row=place, device_tablet=0) == ({"device-tablet"}, set())

    def test_taken_back_the_count_is_as_before(self, place):
        devices(place, 5, BEFORE)
        change_set = a_change_set()
        entered(DEVICES, place, device_tablet=20, change_set=change_set)
        undo(
            change_set=change_set,
            registers=REGISTERS,
            by=factories.recorder(),
            because="Nhầm",
            on=DAY,
        )
        assert tablets(place) == 5
        assert DeviceMovement.objects.known().count() == 1

    def test_after_a_merger_the_successor_counts_what_both_had(self, place):
        heir = factories.facility("heir")
        devices(place, 7, BEFORE)
        devices(heir, 2, BEFORE)
        write(
            FacilityLineage(
                predecessor=place, successor=heir, kind=Lineage.MERGED, effective_from=DAY
            )
        )
        assert DEVICES.values([heir.pk], DAY)[heir.pk]["device-tablet"] == 9
        entered(DEVICES, heir, device_tablet=8)
        assert tablets(heir) == 8
        assert DeviceMovement.objects.latest("pk").quantity == -1

    def test_a_new_type_is_a_new_column(self, place):
        assert [column.code for column in DEVICES.columns] == ["facility", "device-tablet"]
        factories.server_type()
        assert "device-emr-server" in [column.code for column in DEVICES.columns]
        assert filter_set(DEVICES)  # built once, so the counts are not among its filters

    def test_queries_do_not_grow_with_the_facilities(self, place):
        def queries(count):
            places = [factories.facility() for _ in range(count)]
            for one in places:
                devices(one, 3, BEFORE)
            with CaptureQueriesContext(connection) as captured:
                DEVICES.values([one.pk for one in places], DAY)
            return len(captured)

        assert queries(2) == queries(9)


class TestAssets:
    def test_an_asset_is_one_of_those_in_the_count(self, place):
        devices(place, 2, BEFORE)
        made = asset(place)
        assert tablets(place) == 2
        assert ASSETS.values([made.pk], DAY)[made.pk]["arrival"] == Reason.NUMBERED

    def test_one_that_finds_no_room_in_the_count_adds_to_it(self, place):
        devices(place, 1, BEFORE)
        asset(place, "LN-1")
        second = asset(place, "LN-2")
        assert tablets(place) == 2
        assert ASSETS.values([second.pk], DAY)[second.pk]["arrival"] == Reason.OPENING

    def test_a_donated_one_adds_to_the_count(self, place):
        devices(place, 1, BEFORE)
        asset(place, arrival=Reason.DONATED)
        assert tablets(place) == 2

    def test_numbered_is_refused_when_all_have_numbers(self, place):
        found = refusals(
            ASSETS, tag="LN-1", type="tablet", facility=place.code, arrival=Reason.NUMBERED
        )
        assert found == ({"arrival"}, set())

    def test_what_is_written_is_what_is_read(self, place):
        made = asset(place, serial="S1", model="iPad", warranty_until=date(2027, 1, 1))
        assert ASSETS.values([made.pk], DAY)[made.pk] == {
            "tag": "LN-1",
            "serial": "S1",
            "type": "tablet",
            "model": "iPad",
            "facility": "luc-nam",
            "arrival": "opening",
            "since": DAY,
            "warranty-until": date(2027, 1, 1),
        }

    def test_another_facility_is_a_move_on_both_sides(self, place):
        made = asset(place, on=BEFORE)
        other = factories.facility("tan-yen")
        entered(ASSETS, made, facility="tan-yen")
        assert (tablets(place), tablets(other)) == (0, 1)
        assert ASSETS.values([made.pk], BEFORE)[made.pk]["facility"] == "luc-nam"
        assert ASSETS.of_facilities(ASSETS.base(DAY), [other.pk]).get() == made
        assert not ASSETS.of_facilities(ASSETS.base(DAY), [place.pk]).exists()

    def test_moved_back_on_the_same_day_the_move_is_taken_back(self, place):
        made = asset(place, on=BEFORE)
        factories.facility("tan-yen")
        entered(ASSETS, made, facility="tan-yen")
        entered(ASSETS, made, facility="luc-nam")
        assert DeviceMovement.objects.known().count() == 1
        assert tablets(place) == 1

    def test_without_a_facility_it_has_left(self, place):
        made = asset(place, on=BEFORE)
        entered(ASSETS, made, facility="")
        assert tablets(place) == 0
        assert ASSETS.values([made.pk], DAY)[made.pk]["facility"] == ""
        entered(ASSETS, made, facility="luc-nam")
        assert tablets(place) == 1

    def test_an_earlier_move_does_not_slip_under_a_later_one(self, place):
        made = asset(place, on=BEFORE)
        factories.facility("tan-yen")
        entered(ASSETS, made, facility="tan-yen")
        early = refusals(ASSETS, row=made, facility="", on=BEFORE + timedelta(days=1))
        assert early == ({"facility"}, set())

    def test_a_number_is_borne_once_and_the_refusal_says_where(self, place):
        asset(place, "LN-1", serial="S1")
        with pytest.raises(Refused) as refused:
            asset(place, "LN-1", serial="S1")
        assert set(refused.value.message_dict) == {"tag", "serial"}
        assert "Cơ sở <luc-nam>" in refused.value.message_dict["tag"][0]

    def test_two_of_one_file_do_not_share_a_number(self, place):
        new = {c.code: c.empty for c in ASSETS.columns}
        new |= {"tag": "LN-1", "type": "tablet", "facility": "luc-nam"}
        entries = [RowEntry(None, {}, dict(new)) for _ in range(2)]
        found = ASSETS.problems(entries, DAY)
        assert [set(problems.errors) for problems in found] == [set(), {"tag"}]

    @pytest.mark.parametrize(
        ("values", "column"),
        [({"tag": ""}, "tag"), ({"facility": ""}, "facility"), ({"type": ""}, "type")],
    )
    def test_what_a_new_asset_must_say(self, place, values, column):
        new = {"tag": "LN-1", "type": "tablet", "facility": "luc-nam"} | values
        assert column in refusals(ASSETS, **new)[0]

    def test_neither_type_nor_arrival_change_afterwards(self, place):
        factories.server_type()
        made = asset(place)
        assert refusals(ASSETS, row=made, type="emr-server")[0] == {"type"}
        assert refusals(ASSETS, row=made, arrival="donated")[0] == {"arrival"}

    def test_withdrawn_it_leaves_the_count_as_it_was_and_its_number_free(self, place):
        devices(place, 2, BEFORE)
        made = asset(place)
        withdraw_row(register=ASSETS, row=made, change_set=a_change_set(), on=DAY)
        assert tablets(place) == 2
        assert not ASSETS.base(DAY).exists()
        asset(place)
        assert tablets(place) == 2

    def test_after_a_merger_it_stands_at_the_successor(self, place):
        heir = factories.facility("heir")
        made = asset(place, on=BEFORE)
        write(
            FacilityLineage(
                predecessor=place, successor=heir, kind=Lineage.MERGED, effective_from=DAY
            )
        )
        assert ASSETS.values([made.pk], DAY)[made.pk]["facility"] == "heir"
        assert ASSETS.of_facilities(ASSETS.base(DAY), [heir.pk]).get() == made
        assert tablets(heir) == 1

    def test_one_that_came_later_is_not_listed_before(self, place):
        asset(place)
        assert not ASSETS.base(DAY - timedelta(days=1)).exists()


class TestMovements:
    def test_the_list_tells_each_side(self, place):
        other = factories.facility("tan-yen")
        devices(place, 5, BEFORE)
        move(
            device_type=factories.DeviceTypeFactory(),
            quantity=2,
            giver=place,
            taker=other,
            happened_on=DAY,
            by=factories.recorder(),
            document=factories.DocumentFactory(number="9/QĐ"),
        )
        keys = list(MOVEMENTS.base(DAY).order_by("pk").values_list("pk", flat=True))
        values = list(MOVEMENTS.values(keys, DAY).values())
        told = [(v["facility"], v["quantity"], v["reason"], v["document"]) for v in values]
        assert told[1:] == [("luc-nam", -2, "moved", "9/QĐ"), ("tan-yen", 2, "moved", "9/QĐ")]

    def test_one_side_taken_back_takes_the_other_along(self, place):
        other = factories.facility("tan-yen")
        devices(place, 5, BEFORE)
        gone, _come = move(
            device_type=factories.DeviceTypeFactory(),
            quantity=2,
            giver=place,
            taker=other,
            happened_on=DAY,
            by=factories.recorder(),
        )
        withdraw_row(register=MOVEMENTS, row=gone, change_set=a_change_set(), on=DAY)
        assert (tablets(place), tablets(other)) == (5, 0)
