"""The province on a day, put together: identity, yardsticks, stages, lateness, plain figures."""

from datetime import date, timedelta

import pytest

from equipment.models import Hosting, ItLevel, ProcurementLot
from equipment.services import record_stage, set_stage_target
from equipment.stages import Path, Stage
from facilities.models import AreaName, FacilityName, Ownership, Scope
from rollout.figures.progress import progress
from rollout.models import MeasureWeight, Milestone
from rollout.programme.services import record_ruling, schedule_council, set_milestone_target
from signatures.models import SignatureNeed
from signatures.services import record_event
from tests import factories
from tests.writing import devices, milestone, norm, write

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
LAST_YEAR = date(2024, 5, 21)
MERGER = date(2025, 7, 1)
ONE_DAY = timedelta(days=1)


class TestIdentity:
    def test_a_renamed_facility_keeps_its_progress_under_the_name_of_each_day(self):
        place = factories.facility("general", name_vi="Bệnh viện tỉnh Bắc Giang")
        write(
            FacilityName(facility=place, name_vi="Bệnh viện Bắc Ninh số 1", effective_from=MERGER)
        )
        milestone(place, Milestone.LAUNCH, LAST_YEAR)
        before, after = progress(MERGER - ONE_DAY), progress(MERGER)
        assert before.facility("general").name == "Bệnh viện tỉnh Bắc Giang"
        assert after.facility("general").name == "Bệnh viện Bắc Ninh số 1"
        assert [p.measure("launched").done for p in (before, after)] == [1, 1]
        assert [len(p.facilities) for p in (before, after)] == [1, 1]

    def test_the_province_is_called_by_the_name_of_the_day(self):
        programme = factories.programme(name_vi="Tỉnh Bắc Giang", name_en="Bac Giang")
        write(AreaName(area=programme.area, name_vi="Tỉnh Bắc Ninh", effective_from=MERGER))
        assert progress(MERGER - ONE_DAY).name_vi == "Tỉnh Bắc Giang"
        assert (progress(MERGER).name_vi, progress(MERGER).name_en) == ("Tỉnh Bắc Ninh", "")

    def test_public_and_private_are_counted_as_they_were(self):
        factories.facility()
        factories.facility(ownership=Ownership.PRIVATE, kind=factories.Kind.POLYCLINIC)
        factories.facility(scope=Scope.CONNECTIVITY, ownership=Ownership.PRIVATE)
        factories.facility(since=DAY + ONE_DAY)
        found = progress(DAY)
        assert (found.public, found.private) == (1, 1)
        assert found.measure("connected_private").total == 2
        assert progress(DAY + ONE_DAY).public == 2


class TestYardsticks:
    def test_a_norm_raised_today_does_not_rewrite_last_years_progress(self):
        place = factories.facility("f")
        norm(10, factories.START)
        devices(place, 10, LAST_YEAR)
        before = progress(LAST_YEAR).facility("f").measures["devices"]
        norm(40, DAY)
        assert progress(LAST_YEAR).facility("f").measures["devices"] == before
        assert progress(DAY - ONE_DAY).measure("devices").done == 1
        today = progress(DAY)
        assert today.measure("devices").done == 0
        assert today.facility("f").measures["devices"].share == 0.25

    def test_without_a_norm_the_share_is_unknown_and_leaves_the_progress_alone(self):
        place = factories.facility("f")
        devices(place, 10, LAST_YEAR)
        for code in ("devices", "launched"):
            write(MeasureWeight(measure=code, weight=1, effective_from=factories.START))
        milestone(place, Milestone.LAUNCH, LAST_YEAR)
        found = progress(DAY)
        assert found.facility("f").measures["devices"].state == "unknown"
        assert (found.measure("devices").unknown, found.measure("devices").done) == (1, 0)
        assert found.facility("f").progress == 1.0

    def test_a_weight_changed_today_leaves_yesterday(self):
        place = factories.facility("f")
        milestone(place, Milestone.LAUNCH, LAST_YEAR)
        for code, weight, since in (
            ("launched", 1, factories.START),
            ("official", 1, factories.START),
            ("official", 3, DAY),
        ):
            write(MeasureWeight(measure=code, weight=weight, effective_from=since))
        assert progress(DAY - ONE_DAY).overall == 0.5
        assert progress(DAY).overall == 0.25

    def test_without_weights_there_is_no_progress_rather_than_none_at_all(self):
        factories.facility("f")
        found = progress(DAY)
        assert (found.facility("f").progress, found.overall) == (None, None)

    def test_more_than_planned_counts_as_whole_in_the_weighted_progress(self):
        place = factories.facility("f")
        write(SignatureNeed(facility=place, quantity=1, effective_from=LAST_YEAR))
        for _ in range(3):
            record_event(
                certificate=factories.CertificateFactory(facility=place),
                kind="requested",
                happened_on=DAY,
                by=factories.recorder(),
            )
        for code in ("signatures_registered", "servers"):
            write(MeasureWeight(measure=code, weight=1, effective_from=LAST_YEAR))
        found = progress(DAY)
        assert found.measure("signatures_registered").share == 3.0
        assert found.measure("signatures_registered").missing == 0
        assert found.facility("f").progress == 0.5


class TestStage:
    @pytest.mark.parametrize(
        ("on", "stage", "next_step"),
        [
            (date(2025, 5, 20), "self_assessed", "fix_council"),
            (date(2025, 5, 21), "council_scheduled", "hold_council"),
            (date(2025, 5, 23), "council_scheduled", "hold_council"),
            (date(2025, 5, 24), "council_scheduled", "record_ruling"),
            (date(2025, 5, 25), "council_conditions", "decision"),
            (date(2025, 6, 2), "decision_signed", "official"),
            (date(2025, 6, 10), "official", "portal"),
            (date(2025, 6, 20), "announced", "nothing"),
        ],
    )
    def test_the_way_of_one_facility(self, on, stage, next_step):
        place = factories.facility("luc-nam")
        devices(place, 1, LAST_YEAR, device_type=factories.server_type())
        for code, day in (
            (Milestone.LAUNCH, date(2025, 3, 1)),
            (Milestone.SELF_ASSESSMENT, date(2025, 5, 1)),
            (Milestone.DECISION, date(2025, 6, 2)),
            (Milestone.OFFICIAL, date(2025, 6, 10)),
            (Milestone.PORTAL, date(2025, 6, 20)),
        ):
            milestone(place, code, day)
        meeting = factories.CouncilMeetingFactory(facility=place)
        by = factories.recorder()
        schedule_council(meeting=meeting, scheduled_on=date(2025, 5, 23), set_on=DAY, by=by)
        record_ruling(meeting=meeting, conclusion="conditions", held_on=date(2025, 5, 25), by=by)
        found = progress(on).facility("luc-nam")
        assert (found.stage, found.next_step) == (stage, next_step)
        assert found.council_on == (date(2025, 5, 23) if stage == "council_scheduled" else None)


class TestLate:
    def test_the_longest_overdue_decides_and_trouble_comes_first(self):
        late, later, fine = (factories.facility(code) for code in ("a", "b", "c"))
        for place, days in ((late, 2), (later, 9)):
            set_milestone_target(
                facility=place,
                milestone=Milestone.LAUNCH,
                due_on=DAY - timedelta(days=days),
                set_on=LAST_YEAR,
                by=factories.recorder(),
            )
        set_stage_target(
            procurement=factories.ProcurementFactory(facility=late, code="GT-9"),
            stage=Stage.AWARD,
            due_on=DAY - timedelta(days=5),
            set_on=LAST_YEAR,
            by=factories.recorder(),
        )
        found = progress(DAY).facilities
        assert [(f.code, f.days_late) for f in found] == [("b", 7), ("a", 3), ("c", 0)]
        assert "GT-9" in str(found[1].late_for)
        assert found[2].late_for is None
        assert found[2].id == fine.pk


class TestBidding:
    def file(self, place, due_on, path=Path.PURCHASE, device_type=None):
        made = factories.ProcurementFactory(facility=place, path=path)
        set_stage_target(
            procurement=made,
            stage=Stage.AWARD,
            due_on=due_on,
            set_on=LAST_YEAR,
            by=factories.recorder(),
        )
        if device_type:
            write(
                ProcurementLot(
                    procurement=made, facility=place, device_type=device_type, quantity=1
                )
            )
        return made

    def expected(self, on=DAY):
        return progress(on).measure("servers").expected_by

    def test_the_last_award_for_a_missing_server_is_awaited(self):
        for due_on in (date(2025, 6, 10), date(2025, 6, 30)):
            self.file(factories.facility(), due_on, device_type=factories.server_type())
        assert self.expected() == date(2025, 6, 30)

    def test_a_rental_brings_a_server_too(self):
        self.file(factories.facility(), date(2025, 6, 10), path=Path.RENTAL)
        assert self.expected() == date(2025, 6, 10)

    def test_a_file_for_tablets_brings_none(self):
        place = factories.facility()
        self.file(place, date(2025, 6, 10), device_type=factories.server_type())
        self.file(place, date(2025, 12, 1), device_type=factories.DeviceTypeFactory())
        assert self.expected() == date(2025, 6, 10)

    def test_a_facility_that_has_its_server_waits_for_none(self):
        place = factories.facility()
        self.file(place, date(2025, 6, 10), device_type=factories.server_type())
        devices(place, 1, DAY, device_type=factories.server_type())
        assert self.expected(DAY - ONE_DAY) == date(2025, 6, 10)
        assert self.expected(DAY) is None

    def test_once_awarded_nothing_is_awaited(self):
        made = self.file(
            factories.facility(), date(2025, 6, 10), device_type=factories.server_type()
        )
        record_stage(procurement=made, stage=Stage.AWARD, happened_on=DAY, by=factories.recorder())
        assert self.expected(DAY - ONE_DAY) == date(2025, 6, 10)
        assert self.expected(DAY) is None


class TestFigures:
    def figure(self, code, on=DAY):
        return next((f for f in progress(on).figures if f.code == code), None)

    def test_devices_add_up_over_facilities_with_their_evidence(self):
        paper = factories.DocumentFactory()
        first, second = factories.facility(), factories.facility()
        devices(first, 3, LAST_YEAR, document=paper)
        devices(second, 2, LAST_YEAR)
        found = self.figure("device:tablet")
        assert (found.value, found.facilities, found.evidence) == (5, 2, (0, 2, 3, 0, 0))

    def test_a_retirement_without_a_paper_leaves_no_negative_evidence(self):
        place = factories.facility()
        devices(place, 3, LAST_YEAR, document=factories.DocumentFactory())
        devices(place, -1, DAY)
        found = self.figure("device:tablet")
        assert (found.value, found.evidence) == (2, (0, 0, 2, 0, 0))

    def test_what_nobody_said_of_a_facility_is_unknown(self):
        first, _second = factories.facility(), factories.facility()
        write(ItLevel(facility=first, his_level=6, happened_on=LAST_YEAR))
        write(Hosting(facility=first, mode="own_room", happened_on=LAST_YEAR))
        assert self.figure("his_level:6").value == 1
        assert self.figure("his_level:unknown").value == 1
        assert self.figure("hosting:own_room").value == 1
        assert self.figure("hosting:unknown").value == 1

    def test_devices_of_facilities_outside_the_rollout_are_not_the_rollouts(self):
        devices(factories.facility(scope=Scope.CONNECTIVITY), 3, LAST_YEAR)
        assert self.figure("device:tablet") is None


def test_a_facility_without_rows_is_there_with_nothing_done():
    factories.facility("bare")
    found = progress(DAY).facility("bare")
    assert (found.stage, found.next_step, found.days_late) == ("not_started", "servers", 0)
    assert {cell.done for cell in found.measures.values()} == {0}
    assert progress(DAY).newest_on is None


def test_an_empty_installation_has_a_progress():
    found = progress(DAY)
    assert (found.public, found.facilities, found.overall) == (0, (), None)
    assert {m.done for m in found.measures} == {0}
    assert {m.share for m in found.measures} == {None}
