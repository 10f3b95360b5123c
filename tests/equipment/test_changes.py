"""Devices, servers, norms and levels as dated steps."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from equipment import changes
from equipment.models import DeviceNorm, Hosting, ItLevel, ProcurementLot
from equipment.services import move, record_movement, record_stage
from equipment.stages import Path, Stage
from facilities.evidence import Rung
from facilities.models import FacilityKind
from facilities.services import correct, record, withdraw
from tests import factories
from tests.reading import tally

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
MONTH_LATER = DAY + timedelta(days=30)
YEAR_LATER = DAY + timedelta(days=365)


def amount(place, component, on, **options) -> int:
    return tally(changes, place, component, on, **options).amount


def moved(place, quantity, on=DAY, device_type=None, reason="accepted", document=None):
    return record_movement(
        facility=place,
        device_type=device_type or factories.DeviceTypeFactory(),
        quantity=quantity,
        reason=reason,
        happened_on=on,
        by=factories.recorder(),
        document=document,
    )


def reach(file, stage, on):
    return record_stage(procurement=file, stage=stage, happened_on=on, by=factories.recorder())


def write(row):
    return record(row, by=factories.recorder())


class TestDevices:
    @pytest.mark.parametrize(("on", "expected"), [(BEFORE, 0), (DAY, 5), (AFTER, 5)])
    def test_devices_count_from_the_day_they_came(self, on, expected):
        place = factories.facility()
        moved(place, 5)
        assert amount(place, "device:tablet", on) == expected

    @pytest.mark.parametrize(
        ("on", "expected"),
        [(MONTH_LATER - timedelta(days=1), 5), (MONTH_LATER, 3), (YEAR_LATER, 3)],
    )
    def test_a_retired_device_counts_until_the_day_before(self, on, expected):
        place = factories.facility()
        moved(place, 5)
        moved(place, -2, on=MONTH_LATER, reason="retired")
        assert amount(place, "device:tablet", on) == expected

    def test_the_retirement_of_the_last_server_leaves_the_facility_without(self):
        place = factories.facility()
        moved(place, 1, device_type=factories.server_type())
        moved(place, -1, on=MONTH_LATER, device_type=factories.server_type(), reason="retired")
        assert amount(place, "servers", MONTH_LATER - timedelta(days=1)) == 1
        assert amount(place, "servers", MONTH_LATER) == 0

    def test_a_tablet_is_no_server(self):
        place = factories.facility()
        moved(place, 5)
        assert amount(place, "servers", DAY) == 0

    def test_what_stands_on_paper_and_what_was_only_told_are_kept_apart(self):
        place = factories.facility()
        moved(place, 3, document=factories.DocumentFactory())
        moved(place, 2)
        found = tally(changes, place, "device:tablet", DAY)
        assert found.evidence == (0, 2, 3, 0, 0)
        assert found.rung_reaching(3) == Rung.DOCUMENTED
        assert found.rung_reaching(4) == Rung.REPORTED

    def test_a_withdrawn_movement_is_gone_from_now_on(self):
        place = factories.facility()
        wrong = moved(place, 5)
        withdraw(fact=wrong, because="other facility", by=factories.recorder())
        assert amount(place, "device:tablet", DAY) == 0
        just_before = wrong.withdrawn_at - timedelta(microseconds=1)
        assert amount(place, "device:tablet", DAY, known_at=just_before) == 5

    def test_a_move_takes_here_and_gives_there_on_one_day(self):
        giver, taker = factories.facility(), factories.facility()
        moved(giver, 5)
        move(
            device_type=factories.DeviceTypeFactory(),
            quantity=2,
            giver=giver,
            taker=taker,
            happened_on=MONTH_LATER,
            by=factories.recorder(),
        )
        day_before = MONTH_LATER - timedelta(days=1)
        assert [amount(f, "device:tablet", day_before) for f in (giver, taker)] == [5, 0]
        assert [amount(f, "device:tablet", MONTH_LATER) for f in (giver, taker)] == [3, 2]


class TestRental:
    @pytest.fixture
    def file(self):
        return factories.ProcurementFactory(path=Path.RENTAL)

    @pytest.mark.parametrize(
        ("on", "servers"),
        [
            (BEFORE, 0),
            (DAY, 1),
            (YEAR_LATER - timedelta(days=1), 1),
            (YEAR_LATER, 0),
            (YEAR_LATER + timedelta(days=1), 0),
        ],
    )
    def test_serves_from_acceptance_until_it_ends(self, file, on, servers):
        reach(file, Stage.ACCEPTANCE, DAY)
        reach(file, Stage.SERVICE_ENDED, YEAR_LATER)
        assert amount(file.facility, "servers", on) == servers

    @pytest.mark.parametrize("stage", [Stage.CONTRACT, Stage.SERVICE_SET_UP, Stage.TRIAL_RUN])
    def test_is_no_server_before_it_is_accepted(self, file, stage):
        reach(file, stage, DAY)
        assert amount(file.facility, "servers", YEAR_LATER) == 0

    def test_a_purchase_is_accepted_as_goods_not_as_a_service(self):
        file = factories.ProcurementFactory(path=Path.PURCHASE)
        reach(file, Stage.ACCEPTANCE, DAY)
        assert amount(file.facility, "servers", DAY) == 0

    def test_an_end_without_acceptance_takes_away_nothing(self, file):
        moved(file.facility, 1, device_type=factories.server_type())
        reach(file, Stage.SERVICE_ENDED, MONTH_LATER)
        assert amount(file.facility, "servers", YEAR_LATER) == 1

    def test_an_end_dated_before_the_acceptance_never_counts_below_nothing(self, file):
        reach(file, Stage.SERVICE_ENDED, DAY)
        reach(file, Stage.ACCEPTANCE, MONTH_LATER)
        seen = [
            amount(file.facility, "servers", on, until=YEAR_LATER)
            for on in (BEFORE, DAY, MONTH_LATER - timedelta(days=1), MONTH_LATER, YEAR_LATER)
        ]
        assert seen == [0, 0, 0, 0, 0]

    def test_two_rentals_end_one_by_one(self, file):
        second = factories.ProcurementFactory(path=Path.RENTAL, facility=file.facility)
        for rental in (file, second):
            reach(rental, Stage.ACCEPTANCE, DAY)
        reach(file, Stage.SERVICE_ENDED, MONTH_LATER)
        assert amount(file.facility, "servers", MONTH_LATER) == 1


class TestServerFiles:
    def test_a_file_begins_with_its_first_stage_for_whoever_gets_the_server(self):
        buyer, getter = factories.facility(), factories.facility()
        file = factories.ProcurementFactory(facility=buyer)
        ProcurementLot.objects.create(
            procurement=file,
            facility=getter,
            device_type=factories.server_type(),
            quantity=1,
            recorded_by=factories.recorder(),
        )
        reach(file, Stage.ESTIMATE_APPROVED, MONTH_LATER)
        reach(file, Stage.NEED, DAY)
        assert amount(getter, "server_files", BEFORE) == 0
        assert amount(getter, "server_files", DAY) == 1
        assert amount(getter, "server_files", MONTH_LATER) == 1
        assert amount(buyer, "server_files", MONTH_LATER) == 0

    def test_a_file_for_tablets_is_none_for_servers(self):
        file = factories.ProcurementFactory()
        ProcurementLot.objects.create(
            procurement=file,
            facility=file.facility,
            device_type=factories.DeviceTypeFactory(),
            quantity=9,
            recorded_by=factories.recorder(),
        )
        reach(file, Stage.NEED, DAY)
        assert amount(file.facility, "server_files", DAY) == 0

    def test_a_file_without_any_stage_has_not_begun(self):
        file = factories.ProcurementFactory(path=Path.RENTAL)
        assert amount(file.facility, "server_files", YEAR_LATER) == 0


def norm(quantity, since=DAY, *, kind="", facility=None, device_type=None):
    return write(
        DeviceNorm(
            device_type=device_type or factories.DeviceTypeFactory(),
            quantity=quantity,
            kind_id=factories.kind_of(kind) if kind else None,
            facility=facility,
            effective_from=since,
        )
    )


class TestNorms:
    def test_the_facilitys_own_goes_before_its_kinds_and_that_before_the_general(self):
        own = factories.facility(kind=factories.Kind.MEDICAL_CENTRE)
        of_kind = factories.facility(kind=factories.Kind.MEDICAL_CENTRE)
        other = factories.facility(kind=factories.Kind.POLYCLINIC)
        norm(1)
        norm(10, kind=factories.Kind.MEDICAL_CENTRE)
        norm(100, facility=own)
        assert [amount(f, "norm:tablet", DAY) for f in (own, of_kind, other)] == [100, 10, 1]

    def test_a_newer_general_norm_does_not_overrule_an_older_special_one(self):
        own = factories.facility(kind=factories.Kind.MEDICAL_CENTRE)
        of_kind = factories.facility(kind=factories.Kind.MEDICAL_CENTRE)
        norm(10, kind=factories.Kind.MEDICAL_CENTRE)
        norm(100, facility=own)
        norm(1, since=MONTH_LATER)
        assert [amount(f, "norm:tablet", YEAR_LATER) for f in (own, of_kind)] == [100, 10]

    @pytest.mark.parametrize(
        ("on", "expected"),
        [
            (BEFORE, 0),
            (DAY, 10),
            (MONTH_LATER - timedelta(days=1), 10),
            (MONTH_LATER, 25),
            (YEAR_LATER, 25),
        ],
    )
    @pytest.mark.parametrize("until", [None, YEAR_LATER])
    def test_raising_a_norm_leaves_the_days_before_as_they_were(self, on, expected, until):
        place = factories.facility()
        norm(10)
        norm(25, since=MONTH_LATER)
        assert amount(place, "norm:tablet", on, until=until) == expected

    def test_a_norm_can_be_lowered(self):
        place = factories.facility()
        norm(25)
        norm(10, since=MONTH_LATER)
        assert amount(place, "norm:tablet", MONTH_LATER) == 10

    def test_a_facility_that_changes_its_kind_changes_its_norm(self):
        place = factories.facility(kind=factories.Kind.MEDICAL_CENTRE)
        norm(10, kind=factories.Kind.MEDICAL_CENTRE)
        norm(40, kind=factories.Kind.GENERAL_HOSPITAL)
        write(
            FacilityKind(
                facility=place,
                kind_id=factories.kind_of(factories.Kind.GENERAL_HOSPITAL),
                effective_from=MONTH_LATER,
            )
        )
        assert amount(place, "norm:tablet", MONTH_LATER - timedelta(days=1)) == 10
        assert amount(place, "norm:tablet", MONTH_LATER) == 40

    def test_a_facility_that_becomes_a_kind_without_a_norm_has_none(self):
        place = factories.facility(kind=factories.Kind.MEDICAL_CENTRE)
        norm(10, kind=factories.Kind.MEDICAL_CENTRE)
        write(
            FacilityKind(
                facility=place,
                kind_id=factories.kind_of(factories.Kind.POLYCLINIC),
                effective_from=MONTH_LATER,
            )
        )
        assert amount(place, "norm:tablet", MONTH_LATER - timedelta(days=1)) == 10
        assert amount(place, "norm:tablet", MONTH_LATER) == 0
        assert amount(place, "norm:tablet", YEAR_LATER) == 0

    def test_a_withdrawn_special_norm_leaves_the_general_one(self):
        place = factories.facility()
        norm(10)
        own = norm(25, facility=place)
        withdraw(fact=own, because="not approved", by=factories.recorder())
        assert amount(place, "norm:tablet", DAY) == 10

    def test_norms_of_other_types_stay_apart(self):
        place = factories.facility()
        norm(10)
        norm(2, device_type=factories.DeviceTypeFactory(code="printer"))
        assert amount(place, "norm:tablet", DAY) == 10
        assert amount(place, "norm:printer", DAY) == 2


class TestLevelsAndHosting:
    def level(self, place, level, on=DAY):
        return write(ItLevel(facility=place, his_level=level, happened_on=on))

    def levels(self, place, on, **options):
        found = {n: amount(place, f"his_level:{n}", on, **options) for n in range(1, 8)}
        return {level for level, count in found.items() if count}, set(found.values())

    @pytest.mark.parametrize(
        ("on", "levels"),
        [
            (BEFORE, set()),
            (DAY, {5}),
            (MONTH_LATER - timedelta(days=1), {5}),
            (MONTH_LATER, {6}),
            (YEAR_LATER, {6}),
        ],
    )
    def test_a_facility_is_on_one_level_at_a_time(self, on, levels):
        place = factories.facility()
        self.level(place, 6, MONTH_LATER)
        self.level(place, 5, DAY)
        standing, counts = self.levels(place, on, until=YEAR_LATER)
        assert standing == levels
        assert counts <= {0, 1}

    def test_the_same_level_confirmed_again_counts_once(self):
        place = factories.facility()
        self.level(place, 5, DAY)
        self.level(place, 5, MONTH_LATER)
        assert amount(place, "his_level:5", YEAR_LATER) == 1

    def test_a_corrected_level_replaces_the_wrong_one(self):
        place = factories.facility()
        wrong = self.level(place, 7)
        correct(fact=wrong, because="misread", by=factories.recorder(), his_level=6)
        assert self.levels(place, DAY)[0] == {6}

    @pytest.mark.parametrize("level", [0, 8])
    def test_there_are_seven_levels(self, level):
        with pytest.raises(ValidationError):
            self.level(factories.facility(), level)
        assert not ItLevel.objects.exists()

    def test_moving_to_the_cloud_leaves_the_own_room(self):
        place = factories.facility()
        for mode, on in ((Hosting.Mode.OWN_ROOM, DAY), (Hosting.Mode.RENTED_CLOUD, MONTH_LATER)):
            write(Hosting(facility=place, mode=mode, happened_on=on))
        both = ("hosting:own_room", "hosting:rented_cloud")
        assert [amount(place, c, MONTH_LATER - timedelta(days=1)) for c in both] == [1, 0]
        assert [amount(place, c, MONTH_LATER) for c in both] == [0, 1]


def test_a_facility_without_rows_has_nothing_of_anything():
    place = factories.facility()
    assert amount(place, "servers", DAY) == 0
    assert tally(changes, place, "device:tablet", DAY).newest_on is None
