"""Bac Giang as loaded: the figures of the two reports, and where each row comes from."""

import csv
import re
from collections import Counter
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Q, Sum
from django.test import TestCase, override_settings

from connectivity.models import ConnectionStep
from equipment.models import DeviceMovement, Hosting, ItLevel, Procurement, StageEvent
from equipment.stages import ROUTES, Path, Stage
from facilities.as_of import AsOf
from facilities.evidence import Assumed
from facilities.exchange.headers import match
from facilities.models import ApiToken, Document, Ledger, Record, Role, RoleAssignment, User
from rollout.models import (
    CouncilDate,
    CouncilRuling,
    Directive,
    MilestoneEvent,
    MilestoneTarget,
    Obstacle,
    Programme,
)
from rollout.programme.provinces import names_on
from rollout.registers.loading import BACGIANG, load_province
from rollout.registers.loading.names import Names
from rollout.registers.loading.registers import SheetRegister
from rollout.registers.loading.sheets import SHEETS
from rollout.site import demo
from signatures.models import Batch, Certificate, CertificateEvent
from signatures.validity import latest_end

CONFERENCE = date(2025, 2, 18)
REPORT = date(2025, 5, 21)
MODELS = {sheet.model for sheet in SHEETS} | {Batch, Certificate, CertificateEvent, Programme}
RECORDS = [model for model in MODELS if issubclass(model, Record)]


def row_counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in MODELS}


class BacGiangTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.counts = load_province(BACGIANG)

    def test_everything_in_the_files_is_stored(self):
        assert all(new == rows for new, rows in self.counts.values())
        assert self.counts["certificates"] == (4210, 4210)

    def test_a_second_time_changes_nothing(self):
        rows, version = row_counts(), Ledger.current()
        again = load_province(BACGIANG)
        assert {name for name, (new, _rows) in again.items() if new} == set()
        assert row_counts() == rows
        assert Ledger.current() == version

    def test_every_record_says_where_it_comes_from(self):
        for model in RECORDS:
            assert not model.objects.filter(source="").exists(), model
            invented = model.objects.filter(source__startswith="[giả định]")
            assert not invented.filter(assumed=Assumed.NOTHING).exists(), model
            assert not model.objects.filter(import_key="").exists(), model

    def test_seventeen_public_facilities_and_forty_two_private_ones(self):
        facilities = AsOf(REPORT).on(REPORT)
        rollout = [f for f in facilities if f.in_rollout]
        assert len(rollout) == 17
        assert all(f.is_public for f in rollout)
        assert Counter(f.kind for f in facilities) == {
            "general_hospital": 7,
            "specialised_hospital": 6,
            "traditional_hospital": 1,
            "medical_centre": 9,
            "polyclinic": 36,
        }
        assert all("(giả định)" in f.name_vi for f in facilities if not f.is_public)

    def test_names_change_on_the_day_of_the_merger(self):
        def name(on):
            return next(f.name_vi for f in AsOf(on).on(on) if f.code == "bg-bvdk")

        merger = date(2025, 7, 1)
        assert name(merger - timedelta(days=1)) == "Bệnh viện Đa khoa tỉnh Bắc Giang"
        assert name(merger) == "Bệnh viện Đa khoa Bắc Ninh số 1"
        assert names_on(merger - timedelta(days=1)) == ("Bắc Giang", "Bac Giang")
        assert names_on(merger)[0] == "Bắc Ninh (địa bàn Bắc Giang cũ)"

    def test_devices_of_the_february_conference(self):
        counted = dict(
            DeviceMovement.objects.as_of(CONFERENCE)
            .values_list("device_type__code")
            .annotate(Sum("quantity"))
        )
        assert counted["his-server"] == 25
        assert counted["computer"] == 2416
        assert counted["printer"] == 1658

    def test_hosting_and_levels_of_the_february_conference(self):
        hosting = Hosting.objects.as_of(CONFERENCE)
        assert Counter(hosting.values_list("mode", flat=True)) == {
            "own_room": 5,
            "rented_cloud": 12,
        }
        levels = ItLevel.objects.as_of(CONFERENCE)
        assert Counter(levels.values_list("his_level", flat=True)) == {7: 1, 6: 4, 5: 3}

    def test_certificates_on_the_two_days(self):
        assert self.funnel(CONFERENCE) == {
            "requested": 1100,
            "issued": 640,
            "received": 640,
            "handed_over": 640,
            "authenticated": 210,
        }
        assert self.funnel(REPORT) == {
            "requested": 4187,
            "issued": 3650,
            "received": 3420,
            "handed_over": 3180,
            "authenticated": 2240,
        }

    def funnel(self, on: date) -> dict[str, int]:
        events = CertificateEvent.objects.as_of(on)
        revoked = events.filter(kind="revoked").values("certificate")
        return dict(
            events.filter(
                kind__in=("requested", "issued", "received", "handed_over", "authenticated")
            )
            .exclude(certificate__in=revoked)
            .values_list("kind")
            .annotate(Count("certificate", distinct=True))
            .order_by()
        )

    def test_every_returned_request_was_made_again(self):
        events = CertificateEvent.objects.as_of(REPORT)
        returned = set(events.filter(kind="returned").values_list("certificate", "happened_on"))
        again = dict(
            events.filter(kind="requested", attempt=2).values_list("certificate", "happened_on")
        )
        assert returned
        assert all(again[certificate] > on for certificate, on in returned)

    def test_no_certificate_is_valid_longer_than_the_decree_allows(self):
        issued = CertificateEvent.objects.filter(kind="issued")
        for on, end in issued.values_list("happened_on", "valid_until").distinct():
            assert end <= latest_end("issued", on)

    def test_holders_are_invented_and_the_same_at_every_loading(self):
        assert not Certificate.objects.filter(Q(assumed=False) | Q(holder="")).exists()
        assert not Certificate.objects.exclude(serial="").exists()
        first = Certificate.objects.order_by("import_key").first()
        assert (first.holder, first.position, first.unit) == (
            "Nguyễn Minh Lan",
            "Điều dưỡng",
            "Khoa Ngoại tổng hợp",
        )

    def test_eleven_facilities_have_servers_and_six_are_in_bidding(self):
        accepted = StageEvent.objects.as_of(REPORT).filter(stage=Stage.ACCEPTANCE)
        assert accepted.values("facility").distinct().count() == 11
        assert accepted.filter(happened_on__lte=CONFERENCE).count() == 4
        waiting = Procurement.objects.exclude(events__in=accepted)
        assert waiting.count() == 6
        for procurement in waiting:
            award = procurement.targets.filter(stage=Stage.AWARD).order_by("effective_from").last()
            assert date(2025, 6, 1) <= award.due_on <= date(2025, 6, 30)

    def test_what_was_bought_stands_where_it_was_accepted(self):
        bought = DeviceMovement.objects.filter(device_type__code="emr-server")
        accepted = StageEvent.objects.filter(
            stage=Stage.ACCEPTANCE, procurement__path=Path.PURCHASE
        )
        assert set(bought.values_list("procurement", "facility", "happened_on")) == set(
            accepted.values_list("procurement", "facility", "happened_on")
        )
        for movement in bought:
            assert movement.quantity == movement.procurement.lots.get().quantity

    def test_stages_follow_each_other_and_the_law(self):
        for procurement in Procurement.objects.prefetch_related("events"):
            days = {event.stage: event.happened_on for event in procurement.events.all()}
            amounts = {event.stage: event.amount for event in procurement.events.all()}
            in_order = [days[stage] for stage in ROUTES[procurement.path].stages if stage in days]
            assert in_order == sorted(in_order), procurement
            assert all(day.weekday() < 5 for day in in_order), procurement
            if procurement.path == Path.PURCHASE and Stage.OPENING in days:
                least = 9 if amounts[Stage.ESTIMATE_APPROVED] <= 10_000_000_000 else 18
                assert days[Stage.OPENING] - days[Stage.INVITATION] >= timedelta(days=least)
            if Stage.AWARD in days:
                assert amounts[Stage.AWARD] <= amounts[Stage.ESTIMATE_APPROVED]

    def test_all_have_launched_or_pilot_and_five_are_official(self):
        events = MilestoneEvent.objects.as_of(REPORT)
        assert events.filter(milestone="pilot").count() == 17
        assert events.filter(milestone="launch").count() == 7
        official = events.filter(milestone="official").values("facility")
        assert official.count() == 5
        rulings = CouncilRuling.objects.as_of(REPORT)
        assert set(rulings.values_list("facility", flat=True)) == {
            row["facility"] for row in official
        }
        assert Counter(rulings.values_list("conclusion", flat=True)) == {
            "pass": 4,
            "conditions": 1,
        }

    def test_two_councils_are_scheduled_and_have_not_ruled(self):
        coming = CouncilDate.objects.in_force(REPORT).filter(scheduled_on__gt=REPORT)
        assert dict(coming.values_list("meeting__facility__code", "scheduled_on")) == {
            "bg-ttyt-lucnam": date(2025, 5, 23),
            "bg-ttyt-tanyen": date(2025, 5, 24),
        }
        assert not CouncilRuling.objects.filter(meeting__dates__in=coming).exists()

    def test_the_other_ten_are_to_launch_from_june_to_august(self):
        launched = MilestoneEvent.objects.filter(milestone="launch").values("facility")
        due = {}
        for target in MilestoneTarget.objects.in_force(REPORT).filter(milestone="launch"):
            due[target.facility_id] = target.due_on
        waiting = [day for pk, day in due.items() if not launched.filter(facility=pk).exists()]
        assert len(waiting) == 10
        assert all(date(2025, 6, 1) <= day <= date(2025, 8, 31) for day in waiting)

    def test_every_facility_is_connected_with_bach_mai(self):
        steps = ConnectionStep.objects.as_of(REPORT).filter(partner__counted=True)
        for step in ("account", "connected"):
            assert steps.filter(step=step).values("facility").distinct().count() == 59
        assert steps.filter(step="first_message").count() == 5

    def test_directives_of_the_report_name_no_day(self):
        directives = Directive.objects.filter(issued_on=REPORT).order_by("code")
        assert [
            (d.lead and d.lead.code, sorted(a.code for a in d.coordinating.all()), d.due_on)
            for d in directives
        ] == [(None, ["bhxh-kv11", "cong-an-tinh", "syt"], None), ("syt", [], None)]

    def test_three_obstacles_were_raised_by_facilities_and_one_by_the_chair(self):
        raised = Counter(Obstacle.objects.values_list("raised_by_en", flat=True))
        facilities = "representatives of several healthcare facilities"
        assert raised.pop(facilities) == 3
        assert [(by.endswith("in his directive"), count) for by, count in raised.items()] == [
            (True, 1)
        ]

    def test_facts_said_by_the_report_point_to_it(self):
        report = Document.objects.get(import_key="bac-giang:documents:bao-bacgiang-2025-05-21")
        assert report.issued_on == REPORT
        for model in (MilestoneEvent, ConnectionStep, Directive, CouncilDate, CertificateEvent):
            assert model.objects.filter(document=report).exists(), model


@pytest.mark.django_db
def test_every_heading_of_a_file_means_its_own_column():
    """Labels, codes and other names of columns meet in one file; none takes another's place."""
    for file in {sheet.file_name for sheet in SHEETS}:
        registers = [SheetRegister(sheet, Names("")) for sheet in SHEETS if sheet.file_name == file]
        columns = {column.code: column for register in registers for column in register.columns}
        heading = match([(1, tuple(columns))], list(columns.values()), {})
        assert list(heading.columns.values()) == list(columns), file


def test_no_cell_looks_like_an_id_card_or_a_telephone_number():
    for path in BACGIANG.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                row.pop("amount", None)
                assert not any(
                    re.search(r"(?<!\d)(\d{9}|\d{12}|0\d{9})(?!\d)", cell) for cell in row.values()
                ), (path.name, row)


@pytest.mark.django_db
class TestDemoUsers:
    @override_settings(DEMO=False)
    def test_they_are_refused_without_the_demo_setting(self):
        with pytest.raises(CommandError, match="EMR_DEMO"):
            call_command("load_bacgiang", demo_users=True)
        assert not User.objects.exists()

    @override_settings(DEMO=True)
    def test_each_can_sign_in_in_its_role(self, client):
        out = StringIO()
        for _time in range(2):
            call_command("load_bacgiang", demo_users=True, stdout=out)
        speaking = [user for user in demo.DEMO_USERS if user.answers_for]
        assert RoleAssignment.objects.count() == len(demo.DEMO_USERS) + len(speaking)
        for user in demo.DEMO_USERS:
            assert User.objects.get(username=user.username).check_password(user.password)
            assert user.password in out.getvalue()
            held = RoleAssignment.objects.filter(user__username=user.username)
            roles = [user.role, *([Role.AGENCY] if user.answers_for else [])]
            assert sorted(held.values_list("role", flat=True)) == sorted(roles)
        token = ApiToken.objects.get(digest=ApiToken.digest_of(demo.API_KEY))
        assert token.user.username == "hethong"

    def test_nobody_can_sign_in_as_the_loader(self):
        call_command("load_bacgiang", stdout=StringIO())
        loader = User.objects.get(username="import")
        assert not loader.is_active
        assert not loader.has_usable_password()
