"""Movements of devices: both sides or none, one piece at a time where it has a number."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from equipment.models import Asset, DeviceMovement, DeviceNorm, ItLevel, Procurement
from equipment.services import move, record_movement
from facilities.models import Facility
from tests import factories
from tests.writing import database_refuses, refused

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)


def movement(quantity=1, **fields):
    return record_movement(
        **{
            "facility": factories.facility(),
            "device_type": factories.DeviceTypeFactory(),
            "quantity": quantity,
            "reason": "accepted",
            "happened_on": DAY,
            "by": factories.recorder(),
            **fields,
        }
    )


def test_a_movement_moves_something():
    with pytest.raises(ValidationError):
        movement(0)
    assert not DeviceMovement.objects.exists()


@pytest.mark.parametrize(("quantity", "accepted"), [(1, True), (-1, True), (2, False), (-2, False)])
def test_a_single_asset_moves_as_one_piece(quantity, accepted):
    asset = Asset.objects.create(device_type=factories.DeviceTypeFactory(), serial="SN-1")
    place = factories.facility()
    movement(5, facility=place)
    assert bool(refused(movement, quantity, asset=asset, facility=place)) != accepted
    assert DeviceMovement.objects.filter(asset=asset).exists() == accepted


def moving(**fields):
    return move(
        **{
            "device_type": factories.DeviceTypeFactory(),
            "quantity": 2,
            "giver": factories.facility(),
            "taker": factories.facility(),
            "happened_on": DAY,
            "by": factories.recorder(),
            **fields,
        }
    )


def test_a_move_is_written_on_both_sides():
    giver = factories.facility()
    movement(2, facility=giver)
    gone, come = moving(giver=giver)
    assert (gone.quantity, come.quantity) == (-2, 2)
    assert {row.reason for row in (gone, come)} == {"moved"}


def test_no_more_is_moved_than_the_giver_has():
    giver = factories.facility()
    movement(1, facility=giver)
    with pytest.raises(ValidationError):
        moving(giver=giver)
    assert DeviceMovement.objects.count() == 1


def test_a_move_with_one_wrong_side_writes_neither():
    with pytest.raises(ValidationError):
        moving(taker=Facility(pk=987654))
    assert not DeviceMovement.objects.exists()


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_move_goes_from_the_giver_to_the_taker(quantity):
    """A negative number would turn it round without saying so."""
    with pytest.raises(ValidationError):
        moving(quantity=quantity)
    assert not DeviceMovement.objects.exists()


def test_a_move_goes_to_another_facility():
    place = factories.facility()
    with pytest.raises(ValidationError):
        moving(giver=place, taker=place)
    assert not DeviceMovement.objects.exists()


class TestTheDatabaseRefuses:
    """Raw writes, past every verb."""

    def raw_movement(self, **fields):
        DeviceMovement.objects.bulk_create(
            [
                DeviceMovement(
                    facility=factories.facility(),
                    device_type=factories.DeviceTypeFactory(),
                    reason="accepted",
                    happened_on=DAY,
                    recorded_by=factories.recorder(),
                    **fields,
                )
            ]
        )

    def test_a_movement_of_nothing(self):
        assert database_refuses(self.raw_movement, quantity=0)
        assert not database_refuses(self.raw_movement, quantity=-1)

    def test_an_asset_in_two_pieces(self):
        asset = Asset.objects.create(device_type=factories.DeviceTypeFactory(), tag="TS-1")
        assert database_refuses(self.raw_movement, quantity=2, asset=asset)
        assert not database_refuses(self.raw_movement, quantity=1, asset=asset)

    @pytest.mark.parametrize(
        ("kind", "has_facility", "wrong"),
        [
            ("", False, False),
            ("", True, False),
            (factories.Kind.POLYCLINIC, False, False),
            (factories.Kind.POLYCLINIC, True, True),
        ],
    )
    def test_a_norm_for_a_facility_and_a_kind_at_once(self, kind, has_facility, wrong):
        norm = DeviceNorm(
            device_type=factories.DeviceTypeFactory(),
            kind_id=factories.kind_of(kind) if kind else None,
            facility=factories.facility() if has_facility else None,
            quantity=1,
            effective_from=DAY,
            recorded_by=factories.recorder(),
        )
        assert database_refuses(DeviceNorm.objects.bulk_create, [norm]) == wrong

    @pytest.mark.parametrize("special", [True, False], ids=["of a facility", "for all"])
    def test_two_norms_of_one_day(self, special):
        facility = factories.facility() if special else None

        def norm():
            DeviceNorm.objects.create(
                device_type=factories.DeviceTypeFactory(),
                facility=facility,
                quantity=1,
                effective_from=DAY,
                recorded_by=factories.recorder(),
            )

        assert not database_refuses(norm)
        assert database_refuses(norm)

    @pytest.mark.parametrize(
        ("his", "overall", "wrong"),
        [
            (1, None, False),
            (7, 7, False),
            (0, None, True),
            (8, None, True),
            (5, 0, True),
            (5, 8, True),
        ],
    )
    def test_levels_outside_one_to_seven(self, his, overall, wrong):
        level = ItLevel(
            facility=factories.facility(),
            his_level=his,
            overall_level=overall,
            happened_on=DAY,
            recorded_by=factories.recorder(),
        )
        assert database_refuses(ItLevel.objects.bulk_create, [level]) == wrong

    def test_two_files_under_one_code(self):
        file = factories.ProcurementFactory(code="GT-01")
        assert database_refuses(
            lambda: Procurement.objects.create(
                code="GT-01", title="x", path=file.path, facility=file.facility
            )
        )

    def test_two_assets_with_one_serial_number(self):
        def asset(serial):
            Asset.objects.create(device_type=factories.DeviceTypeFactory(), serial=serial)

        assert not database_refuses(asset, "SN-1")
        assert database_refuses(asset, "SN-1")
        assert not database_refuses(asset, "")
        assert not database_refuses(asset, "")
