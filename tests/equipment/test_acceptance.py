"""Acceptance of a purchase brings its devices, whoever records it; taken back, they go."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from equipment.models import DeviceMovement, StageEvent
from equipment.registers.lots import Lots
from equipment.registers.procurements import Procurements
from equipment.services import (
    record_lot,
    record_movement,
    record_stage,
    withdraw_lot,
    withdraw_stage,
)
from equipment.stages import Path, Stage
from facilities.models import ChangeSet
from facilities.registers.entering import undo, withdraw_row
from tests import factories
from tests.equipment.registers import DAY, change_set, lot, purchase, put, refusals
from tests.writing import refused

pytestmark = pytest.mark.django_db

ACCEPTED = date(2025, 6, 20)
REGISTER, LOTS = Procurements(), Lots()
REGISTERS = {register.code: register for register in (REGISTER, LOTS)}


def accept(file, on=ACCEPTED, **fields):
    return record_stage(
        procurement=file, stage=Stage.ACCEPTANCE, happened_on=on, by=factories.recorder(), **fields
    )


def arrived() -> list[tuple]:
    return [
        (movement.facility, movement.quantity, movement.happened_on)
        for movement in DeviceMovement.objects.known().order_by("pk")
    ]


def test_each_lot_arrives_where_it_is_for():
    file, other = purchase(quantity=2), factories.facility()
    lot(file, quantity=3, place=other)
    paper = factories.DocumentFactory(issued_on=ACCEPTED)
    accept(file, document=paper)
    assert arrived() == [(file.facility, 2, ACCEPTED), (other, 3, ACCEPTED)]
    assert {m.document for m in DeviceMovement.objects.all()} == {paper}
    assert {m.procurement for m in DeviceMovement.objects.all()} == {file}


def test_it_is_accepted_once():
    file = purchase()
    accept(file)
    assert refused(accept, file)
    assert len(arrived()) == 1


def test_what_was_brought_before_is_not_brought_again():
    file = purchase(quantity=2)
    record_movement(
        facility=file.facility,
        device_type=factories.server_type(),
        quantity=2,
        reason="accepted",
        happened_on=date(2025, 6, 1),
        procurement=file,
        by=factories.recorder(),
    )
    accept(file)
    assert arrived() == [(file.facility, 2, date(2025, 6, 1))]


def test_a_rental_brings_no_devices():
    file = factories.ProcurementFactory(path=Path.RENTAL)
    lot(file)
    accept(file)
    assert arrived() == []


def test_other_stages_bring_nothing():
    record_stage(
        procurement=purchase(),
        stage=Stage.DELIVERY,
        happened_on=ACCEPTED,
        by=factories.recorder(),
    )
    assert arrived() == []


def test_taken_back_the_devices_go():
    file = purchase()
    event = accept(file)
    withdraw_stage(event=event, because="chưa chạy thử", by=factories.recorder())
    assert arrived() == []
    accept(file, date(2025, 6, 25))
    assert arrived() == [(file.facility, 2, date(2025, 6, 25))]


def retire(file, quantity=1):
    record_movement(
        facility=file.facility,
        device_type=factories.server_type(),
        quantity=-quantity,
        reason="retired",
        happened_on=date(2025, 6, 25),
        by=factories.recorder(),
    )


class TestOnceDevicesHaveLeft:
    """Whichever way is tried, what came and left again keeps its arrival."""

    @pytest.fixture
    def file(self):
        file = purchase(quantity=2)
        accept(file)
        retire(file)
        return file

    def test_the_acceptance_is_not_taken_back(self, file):
        with pytest.raises(ValidationError):
            withdraw_stage(event=file.events.get(), because="chưa chạy", by=factories.recorder())
        assert refusals(REGISTER, file, reached_acceptance=None) == {"reached-acceptance"}
        assert StageEvent.objects.known().count() == 1

    def test_nor_the_lot(self, file):
        [row] = file.lots.known()
        with pytest.raises(ValidationError):
            withdraw_lot(lot=row, because="nhập trùng", by=factories.recorder())
        with pytest.raises(ValidationError):
            withdraw_row(register=LOTS, row=row, change_set=change_set("nhập trùng"), on=DAY)
        assert file.lots.known().exists()
        assert arrived()[0] == (file.facility, 2, ACCEPTED)

    def test_nor_the_file(self, file):
        with pytest.raises(ValidationError):
            withdraw_row(register=REGISTER, row=file, change_set=change_set("nhập trùng"), on=DAY)
        file.refresh_from_db()
        assert file.withdrawn_at is None
        assert arrived()[0] == (file.facility, 2, ACCEPTED)

    def test_another_lot_of_the_file_goes(self, file):
        other = lot(file, quantity=5, place=factories.facility())
        withdraw_lot(lot=other, because="nhập trùng", by=factories.recorder())
        assert file.lots.known().count() == 1


def test_a_lot_that_is_added_to_an_accepted_file_brings_its_devices():
    file, place = purchase(quantity=2), factories.facility()
    accept(file)
    added = record_lot(
        procurement=file,
        facility=place,
        device_type=factories.server_type(),
        quantity=3,
        by=factories.recorder(),
    )
    assert arrived() == [(file.facility, 2, ACCEPTED), (place, 3, ACCEPTED)]
    withdraw_lot(lot=added, because="nhập trùng", by=factories.recorder())
    assert arrived() == [(file.facility, 2, ACCEPTED)]


class TestInTheRegister:
    def test_a_form_does_the_same(self):
        file = purchase()
        put(REGISTER, file, reached_acceptance=ACCEPTED)
        assert arrived() == [(file.facility, 2, ACCEPTED)]

    def test_moved_to_another_day_the_devices_come_on_that_day(self):
        file = purchase()
        put(REGISTER, file, reached_acceptance=ACCEPTED)
        put(REGISTER, file, reached_acceptance=date(2025, 6, 24))
        assert arrived() == [(file.facility, 2, date(2025, 6, 24))]

    def test_the_count_that_was_really_accepted_survives_a_change_of_the_day(self):
        """The loader writes arrivals by itself; they need not be what the lot said."""
        file = purchase(quantity=2)
        record_movement(
            facility=file.facility,
            device_type=factories.server_type(),
            quantity=1,
            reason="accepted",
            happened_on=ACCEPTED,
            procurement=file,
            by=factories.recorder(),
        )
        accept(file)
        put(REGISTER, file, reached_acceptance=date(2025, 6, 24))
        assert arrived() == [(file.facility, 1, date(2025, 6, 24))]

    def test_undone_the_devices_go(self):
        file = purchase()
        put(REGISTER, file, reached_acceptance=ACCEPTED)
        undo(
            change_set=ChangeSet.objects.get(),
            registers=REGISTERS,
            by=factories.recorder(),
            because="nhầm gói thầu",
            on=DAY,
        )
        assert arrived() == []
        assert not StageEvent.objects.known().exists()

    def test_a_withdrawn_file_takes_everything_with_it(self):
        file = purchase()
        put(REGISTER, file, reached_acceptance=ACCEPTED)
        withdraw_row(register=REGISTER, row=file, change_set=change_set("nhập trùng"), on=DAY)
        assert arrived() == []
        assert not file.lots.known().exists()

    def test_without_lots_it_asks_whether_that_is_meant(self):
        file = factories.ProcurementFactory()
        assert refusals(REGISTER, file, reached_acceptance=ACCEPTED) == {"reached-acceptance"}
        reasons = {"reached-acceptance": "lô nhập sau"}
        put(REGISTER, file, reasons=reasons, reached_acceptance=ACCEPTED)
        assert arrived() == []
        put(
            LOTS,
            None,
            procurement=file.code,
            facility=file.facility.code,
            device_type=factories.server_type().code,
            quantity=4,
        )
        assert arrived() == [(file.facility, 4, ACCEPTED)]

    def test_a_lot_of_an_accepted_file_stands(self):
        file = purchase()
        accept(file)
        [row] = file.lots.known()
        assert refusals(LOTS, row, quantity=5) == {"quantity"}
        put(LOTS, row, estimated_value=1_500_000_000)
        assert arrived() == [(file.facility, 2, ACCEPTED)]

    def test_a_lot_that_is_withdrawn_takes_its_devices_along(self):
        file = purchase()
        lot(file, quantity=5, place=factories.facility())
        accept(file)
        row = file.lots.known().get(quantity=5)
        withdraw_row(register=LOTS, row=row, change_set=change_set("nhập trùng"), on=DAY)
        assert arrived() == [(file.facility, 2, ACCEPTED)]
