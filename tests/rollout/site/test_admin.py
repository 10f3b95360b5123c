"""/admin/: who may enter, what each role finds there, and that facts are never edited."""

from datetime import UTC, date, datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from connectivity.models import ConnectionStep
from equipment.models import DeviceMovement, StageEvent, StageTarget
from facilities.administration import FactAdmin, ReadOnlyAdmin, TableAdmin
from facilities.models import ApiToken, FacilityName, Role, RoleAssignment, User
from facilities.services import record
from facilities.tokens import TokenAuthentication
from rollout.models import Alert, CouncilRuling, JobRun, MilestoneEvent
from rollout.notices.jobs import watched
from rollout.programme.services import record_milestone, schedule_council
from rollout.schedule import RAISE_ALERTS
from rollout.tasks import raise_alerts
from signatures.models import CertificateEvent, SignatureNeed
from tests import factories

pytestmark = pytest.mark.django_db

ON = date(2025, 5, 21)
OURS = ("facilities", "equipment", "signatures", "connectivity", "rollout")


def tables() -> list:
    return [model for model in admin.site._registry if model._meta.app_label in OURS]


def address(model, view: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


@pytest.fixture
def signed_in(client):
    """Sign in as somebody with a role; returns the user."""

    def sign_in(role: str, **fields) -> User:
        user = factories.user_with(role, **fields)
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def fact():
    return record_milestone(
        facility=factories.facility("f1", name_vi="Bệnh viện A"),
        milestone="launch",
        happened_on=ON,
        by=factories.recorder(),
        document=factories.DocumentFactory(),
    )


class TestDoor:
    def test_strangers_sign_in_on_the_common_page(self, client):
        answer = client.get("/admin/", follow=True)
        assert answer.redirect_chain[-1][0].startswith("/sign-in/?next=/admin/")

    @pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.ADMINISTRATOR])
    def test_open_to(self, client, signed_in, role):
        signed_in(role)
        assert client.get("/admin/").status_code == 200

    @pytest.mark.parametrize("role", [Role.LEADER, Role.CLIENT])
    def test_closed_to(self, client, signed_in, role):
        signed_in(role)
        assert client.get("/admin/", follow=True).status_code == 403

    def test_closed_to_officers(self, client, signed_in):
        signed_in(Role.OFFICER, facility=factories.facility())
        assert client.get("/admin/", follow=True).status_code == 403

    def test_closed_to_agencies(self, client, signed_in):
        signed_in(Role.AGENCY, agency=factories.AgencyFactory())
        assert client.get("/admin/", follow=True).status_code == 403

    def test_djangos_own_flags_open_nothing(self, client):
        client.force_login(factories.UserFactory(is_staff=True, is_superuser=True))
        assert client.get("/admin/", follow=True).status_code == 403

    def test_closed_once_the_role_has_ended(self, client, signed_in):
        today = timezone.localdate()
        signed_in(Role.DEPARTMENT, until=today)
        assert client.get("/admin/", follow=True).status_code == 403

    def test_the_way_in_leads_to_no_other_site(self, client, signed_in):
        signed_in(Role.DEPARTMENT)
        assert client.get("/admin/login/?next=//elsewhere.example/")["Location"] == "/admin/"


class TestDashboard:
    def test_the_department_sees_progress_alerts_and_jobs(self, client, signed_in):
        signed_in(Role.DEPARTMENT)
        record_milestone(
            facility=factories.facility(),
            milestone="launch",
            happened_on=ON,
            by=factories.recorder(),
        )
        raise_alerts("2025-05-21")
        answer = client.get("/admin/")
        assert address(Alert, "changelist") in answer.content.decode()
        assert answer.context["progress"].measure("launched").done == 1
        assert [kind["count"] for kind in answer.context["alerts"]] == [0, 0, 0]
        assert {job.job: job.state for job in answer.context["jobs"]} == (
            dict.fromkeys(watched(), "not_begun") | {RAISE_ALERTS: "done"}
        )

    def test_alerts_are_counted_severest_first(self, client, signed_in):
        signed_in(Role.DEPARTMENT)
        for number, severity in enumerate(("late", "late", "notice")):
            Alert.objects.create(
                rule="milestone",
                subject=f"milestone:{number}",
                due_on=ON,
                severity=severity,
                raised_on=ON,
            )
        Alert.objects.filter(subject="milestone:0").update(cleared_on=ON)
        kinds = client.get("/admin/").context["alerts"]
        assert [(kind["severity"], kind["count"]) for kind in kinds] == [
            ("late", 1),
            ("warning", 0),
            ("notice", 1),
        ]

    def test_the_administrator_sees_jobs_and_counts_but_not_the_programme(self, client, signed_in):
        signed_in(Role.ADMINISTRATOR)
        JobRun.objects.create(
            job="rollout.tasks.raise_alerts",
            started_at=timezone.now() - timedelta(hours=3),
            ended_at=timezone.now() - timedelta(hours=3),
            error="OperationalError: away",
        )
        answer = client.get("/admin/")
        assert [kind["count"] for kind in answer.context["alerts"]] == [0, 0, 0]
        assert reverse("rollout:alert-list") not in answer.content.decode()
        assert address(Alert, "changelist") not in answer.content.decode()
        assert "OperationalError: away" in answer.content.decode()
        assert answer.context["jobs"][1].state == "missed"

    def test_a_run_is_headed_by_its_label_and_local_time(self, client, signed_in):
        signed_in(Role.ADMINISTRATOR)
        began = datetime(2025, 5, 20, 20, 40, 0, 11502, tzinfo=UTC)
        run = JobRun.objects.create(
            job=RAISE_ALERTS, started_at=began, ended_at=began + timedelta(milliseconds=1234)
        )
        page = client.get(address(JobRun, "change", run.pk)).content.decode()
        assert "<h2>Lập cảnh báo, 03:40 21/05/2025</h2>" in page
        assert "1,2 giây" in page
        assert "rollout.tasks" not in page
        assert "1,2 giây" in client.get(address(JobRun, "changelist")).content.decode()


class TestTables:
    def test_only_three_kinds(self):
        for model in tables():
            assert isinstance(admin.site._registry[model], TableAdmin), model

    def test_every_table_opens_for_the_department(self, client, signed_in, fact):
        signed_in(Role.DEPARTMENT)
        request = RequestFactory().get("/admin/")
        request.user = User.objects.get(username=client.get("/admin/").context["user"].username)
        for model in tables():
            table = admin.site._registry[model]
            seen = table.has_view_permission(request)
            expected = model not in (User, RoleAssignment, ApiToken)
            assert seen == expected, model
            assert client.get(address(model, "changelist")).status_code == (200 if seen else 403)
            may_add = table.has_add_permission(request)
            assert client.get(address(model, "add")).status_code == (200 if may_add else 403)

    def test_the_administrator_opens_users_and_jobs_only(self, client, signed_in):
        signed_in(Role.ADMINISTRATOR)
        opened = {
            model
            for model in tables()
            if client.get(address(model, "changelist")).status_code == 200
        }
        assert opened == {User, RoleAssignment, ApiToken, JobRun}

    def test_nothing_can_be_deleted(self, client, signed_in, fact):
        signed_in(Role.DEPARTMENT)
        for row in (fact, fact.facility, fact.document):
            assert (
                client.post(address(type(row), "delete", row.pk), {"post": "yes"}).status_code
                == 403
            )
        actions = {"action": "delete_selected", "_selected_action": [fact.pk], "post": "yes"}
        client.post(address(MilestoneEvent, "changelist"), actions)
        assert MilestoneEvent.objects.filter(pk=fact.pk).exists()

    def test_what_jobs_compute_and_registers_keep_is_read_only(self):
        """What has a register is changed there: it asks for a reason and keeps what stood before."""
        computed = {"Alert", "JobRun", "ProgressSnapshot"}
        people = {"Certificate", "CertificateEvent", "StaffMember"}
        registers = {"Asset", "Batch", "CouncilMeeting", "Procurement"}
        found = [m for m in tables() if isinstance(admin.site._registry[m], ReadOnlyAdmin)]
        assert {model.__name__ for model in found} == computed | people | registers

    def test_lists_show_the_name_of_today(self, client, signed_in, fact):
        signed_in(Role.DEPARTMENT)
        record(
            FacilityName(
                facility=fact.facility, name_vi="Bệnh viện B", effective_from=date(2025, 7, 1)
            ),
            by=factories.recorder(),
        )
        assert "Bệnh viện B" in client.get(address(MilestoneEvent, "changelist")).content.decode()

    @pytest.mark.parametrize("number", [3, 30])
    def test_lists_ask_as_often_for_many_rows(
        self, client, signed_in, number, django_assert_max_num_queries
    ):
        signed_in(Role.DEPARTMENT)
        for _i in range(number):
            record_milestone(
                facility=factories.facility(),
                milestone="launch",
                happened_on=ON,
                by=factories.recorder(),
                document=factories.DocumentFactory(),
            )
        with django_assert_max_num_queries(8):
            client.get(address(MilestoneEvent, "changelist"))

    def test_the_code_of_a_facility_is_fixed(self, client, signed_in):
        signed_in(Role.DEPARTMENT)
        place = factories.facility("f1")
        client.post(address(type(place), "change", place.pk), {"code": "f2"})
        place.refresh_from_db()
        assert place.code == "f1"

    def test_what_figures_of_the_past_hang_on_is_fixed(self, rf):
        for row, names in (
            (factories.PartnerFactory(), {"code", "counted"}),
            (factories.programme(), {"area"}),
        ):
            table = admin.site._registry[type(row)]
            assert names <= set(table.get_readonly_fields(rf.get("/"), row))
            assert not names & set(table.get_readonly_fields(rf.get("/")))


class TestFacts:
    def test_are_recorded_in_the_name_of_whoever_typed_them(self, client, signed_in):
        user = signed_in(Role.DEPARTMENT)
        place = factories.facility()
        answer = client.post(
            address(MilestoneEvent, "add"),
            {"facility": place.pk, "milestone": "launch", "happened_on": "21/05/2025"},
        )
        assert answer.status_code == 302, answer.context["errors"]
        fact = MilestoneEvent.objects.get()
        assert (fact.recorded_by, fact.happened_on, fact.facility) == (user, ON, place)

    def test_what_the_verb_refuses_is_said_beside_the_form(self, client, signed_in, fact):
        signed_in(Role.DEPARTMENT)
        answer = client.post(
            address(MilestoneEvent, "add"),
            {"facility": fact.facility.pk, "milestone": "launch", "happened_on": "22/05/2025"},
        )
        assert answer.status_code == 200
        assert answer.context["errors"]
        assert MilestoneEvent.objects.count() == 1

    def test_a_stage_belongs_to_the_buyer(self, client, signed_in):
        signed_in(Role.DEPARTMENT)
        file = factories.ProcurementFactory()
        data = {"procurement": file.pk, "stage": "award", "happened_on": "21/05/2025"}
        assert client.post(address(StageEvent, "add"), data).status_code == 302
        assert StageEvent.objects.get().facility == file.facility
        answer = client.post(address(StageEvent, "add"), data | {"stage": "service_ended"})
        assert "stage" in answer.context["adminform"].form.errors
        assert client.post(address(StageEvent, "add"), {"stage": "award"}).status_code == 200

    def test_events_of_certificates_are_for_their_registers(self, client, signed_in):
        """One way to write: there a change set says what else an event changed."""
        signed_in(Role.DEPARTMENT)
        certificate = factories.CertificateFactory()
        data = {"certificate": certificate.pk, "kind": "requested", "happened_on": "01/05/2025"}
        assert client.get(address(CertificateEvent, "changelist")).status_code == 200
        assert client.post(address(CertificateEvent, "add"), data).status_code == 403
        assert not CertificateEvent.objects.exists()

    def test_a_device_that_is_not_there_cannot_leave(self, client, signed_in):
        signed_in(Role.DEPARTMENT)
        data = {
            "facility": factories.facility().pk,
            "device_type": factories.DeviceTypeFactory().pk,
            "reason": "retired",
            "happened_on": "21/05/2025",
        }
        page = address(DeviceMovement, "add")
        answer = client.post(page, data | {"quantity": "-1"})
        assert "quantity" in answer.context["adminform"].form.errors
        client.post(page, data | {"quantity": "2", "reason": "opening"})
        assert client.post(page, data | {"quantity": "-1"}).status_code == 302
        assert DeviceMovement.objects.count() == 2

    def test_a_target_of_a_stage_keeps_its_paper(self, client, signed_in):
        signed_in(Role.DEPARTMENT)
        paper = factories.DocumentFactory()
        data = {
            "procurement": factories.ProcurementFactory().pk,
            "stage": "award",
            "due_on": "01/07/2025",
            "effective_from": "21/05/2025",
            "because": "new funds",
            "document": paper.pk,
        }
        assert client.post(address(StageTarget, "add"), data).status_code == 302
        target = StageTarget.objects.get()
        assert (target.effective_from, target.because, target.document) == (ON, "new funds", paper)

    def test_a_council_does_not_rule_before_its_meeting_was_fixed(self, client, signed_in):
        user = signed_in(Role.DEPARTMENT)
        meeting = factories.CouncilMeetingFactory()
        schedule_council(meeting=meeting, scheduled_on=ON, set_on=date(2025, 5, 1), by=user)
        data = {"meeting": meeting.pk, "conclusion": "pass"}
        page = address(CouncilRuling, "add")
        early = client.post(page, data | {"happened_on": "30/04/2025"})
        assert "happened_on" in early.context["adminform"].form.errors
        assert client.post(page, data | {"happened_on": "21/05/2025"}).status_code == 302
        assert CouncilRuling.objects.get().facility == meeting.facility

    def test_a_connection_made_again_is_numbered(self, client, signed_in):
        signed_in(Role.DEPARTMENT)
        data = {"facility": factories.facility().pk, "partner": factories.PartnerFactory().pk}
        for step, on in (
            ("connected", "01/03/2025"),
            ("disconnected", "01/04/2025"),
            ("connected", "01/05/2025"),
        ):
            answer = client.post(
                address(ConnectionStep, "add"), data | {"step": step, "happened_on": on}
            )
            assert answer.status_code == 302
        assert list(ConnectionStep.objects.values_list("attempt", flat=True)) == [1, 1, 2]

    def test_their_numbers_are_grouped_and_their_keys_are_not(self, client, signed_in):
        signed_in(Role.DEPARTMENT)
        need = SignatureNeed(facility=factories.facility(), quantity=4187, effective_from=ON)
        need = record(need, by=factories.recorder())
        listed = client.get(address(SignatureNeed, "changelist")).content.decode()
        assert '<td class="field-quantity">4.187</td>' in listed
        assert address(SignatureNeed, "change", need.pk) in listed
        assert "4.187" in client.get(address(SignatureNeed, "change", need.pk)).content.decode()

    def test_are_never_edited(self, client, signed_in, fact):
        signed_in(Role.DEPARTMENT)
        page = address(MilestoneEvent, "change", fact.pk)
        answer = client.get(page)
        assert answer.status_code == 200
        assert not answer.context["has_change_permission"]
        data = {"facility": fact.facility.pk, "milestone": "pilot", "happened_on": "20/05/2025"}
        assert client.post(page, data).status_code == 403
        fact.refresh_from_db()
        assert fact.milestone == "launch"

    def test_every_kind_shows_its_two_clocks(self):
        for model in tables():
            table = admin.site._registry[model]
            if isinstance(table, FactAdmin):
                shown = table.get_fields(None, obj=model())
                assert {"recorded_at", "recorded_by", "withdrawn_because"} <= set(shown), model
                assert len(shown) == len(set(shown)), model

    def test_withdrawing_asks_for_the_reason(self, client, signed_in, fact):
        user = signed_in(Role.DEPARTMENT)
        page = address(MilestoneEvent, "withdraw", fact.pk)
        assert client.get(page).status_code == 200
        answer = client.post(page, {"because": "  "})
        assert answer.status_code == 200
        assert answer.context["problems"]
        fact.refresh_from_db()
        assert fact.withdrawn_at is None
        assert client.post(page, {"because": "another facility"}).status_code == 302
        fact.refresh_from_db()
        assert (fact.withdrawn_by, fact.withdrawn_because) == (user, "another facility")
        again = client.post(page, {"because": "again"})
        assert again.context["problems"]
        shown = client.get(address(MilestoneEvent, "change", fact.pk))
        assert "another facility" in shown.content.decode()
        assert "withdraw_url" not in shown.context

    def test_checking(self, client, signed_in, fact):
        user = signed_in(Role.DEPARTMENT)
        page = address(MilestoneEvent, "check", fact.pk)
        assert client.get(page).status_code == 405
        assert client.post(page).status_code == 302
        fact.refresh_from_db()
        assert fact.checked_by == user

    def test_nobody_checks_an_own_fact(self, client, signed_in):
        user = signed_in(Role.DEPARTMENT)
        own = record_milestone(
            facility=factories.facility(),
            milestone="launch",
            happened_on=ON,
            by=user,
            document=factories.DocumentFactory(),
        )
        answer = client.post(address(MilestoneEvent, "check", own.pk), follow=True)
        assert [message.level_tag for message in answer.context["messages"]] == ["error"]
        own.refresh_from_db()
        assert own.checked_at is None

    def test_several_are_checked_at_once(self, client, signed_in, fact):
        signed_in(Role.DEPARTMENT)
        client.post(
            address(MilestoneEvent, "changelist"),
            {"action": "check_selected", "_selected_action": [fact.pk]},
        )
        fact.refresh_from_db()
        assert fact.checked_at is not None

    @pytest.mark.parametrize("view", ["withdraw", "check"])
    def test_the_administrator_touches_no_fact(self, client, signed_in, fact, view):
        signed_in(Role.ADMINISTRATOR)
        answer = client.post(address(MilestoneEvent, view, fact.pk), {"because": "I want to"})
        assert answer.status_code == 403
        fact.refresh_from_db()
        assert fact.withdrawn_at is fact.checked_at is None

    def test_withdrawing_needs_the_door_too(self, client, signed_in, fact):
        signed_in(Role.OFFICER, facility=fact.facility)
        answer = client.post(
            address(MilestoneEvent, "withdraw", fact.pk), {"because": "mine"}, follow=True
        )
        assert answer.status_code == 403
        fact.refresh_from_db()
        assert fact.withdrawn_at is None


class TestPeople:
    def test_an_account_is_made_and_given_a_role(self, client, signed_in):
        signed_in(Role.ADMINISTRATOR)
        answer = client.post(
            address(User, "add"),
            {
                "username": "lan",
                "full_name": "Nguyễn Thị Lan",
                "language": "vi",
                "usable_password": "true",
                "password1": "bong lau trang 2025",
                "password2": "bong lau trang 2025",
            },
        )
        assert answer.status_code == 302, answer.context["errors"]
        lan = User.objects.get(username="lan")
        assert lan.check_password("bong lau trang 2025")
        page = address(User, "change", lan.pk)
        assert client.get(page).status_code == 200
        answer = client.post(
            page,
            {
                "username": "lan",
                "full_name": "Nguyễn Thị Lan",
                "language": "vi",
                "is_active": "on",
                "assignments-TOTAL_FORMS": "1",
                "assignments-INITIAL_FORMS": "0",
                "assignments-0-role": "leader",
                "assignments-0-valid_from": "01/05/2025",
            },
        )
        assert answer.status_code == 302, answer.context["errors"]
        assert lan.assignments.get().role == Role.LEADER
        assert (
            client.get(reverse("admin:auth_user_password_change", args=[lan.pk])).status_code == 200
        )

    def test_an_officer_needs_a_facility_and_nobody_else_has_one(self, client, signed_in):
        signed_in(Role.ADMINISTRATOR)
        data = {"user": factories.UserFactory().pk, "valid_from": "01/05/2025"}
        page, place = address(RoleAssignment, "add"), factories.facility()
        for wrong in ({"role": "officer"}, {"role": "leader", "facility": place.pk}):
            answer = client.post(page, data | wrong)
            assert "facility" in answer.context["adminform"].form.errors
        right = data | {"role": "officer", "facility": place.pk}
        assert client.post(page, right).status_code == 302

    def test_a_role_is_ended_not_changed(self, client, signed_in):
        signed_in(Role.ADMINISTRATOR)
        leader = factories.user_with(Role.LEADER)
        held = leader.assignments.get()
        page = address(RoleAssignment, "change", held.pk)
        client.post(page, {"role": "administrator", "valid_until": "01/06/2025"})
        held.refresh_from_db()
        assert (held.role, held.valid_until) == (Role.LEADER, date(2025, 6, 1))
        early = client.post(page, {"valid_until": factories.START.strftime("%d/%m/%Y")})
        assert "valid_until" in early.context["adminform"].form.errors

    def test_a_lock_is_lifted(self, client, signed_in):
        signed_in(Role.ADMINISTRATOR)
        locked = factories.UserFactory()
        AccessAttempt.objects.create(
            username=locked.username, ip_address="10.0.0.1", failures_since_start=5
        )
        client.post(
            address(User, "changelist"), {"action": "lift_lock", "_selected_action": [locked.pk]}
        )
        assert not AccessAttempt.objects.filter(username=locked.username).exists()

    def test_nobody_deactivates_themselves_by_a_slip(self, client, signed_in):
        me, other = signed_in(Role.ADMINISTRATOR), factories.UserFactory()
        client.post(
            address(User, "changelist"),
            {"action": "deactivate", "_selected_action": [me.pk, other.pk]},
        )
        assert list(User.objects.filter(is_active=False)) == [other]

    def test_a_key_is_shown_once_and_works_until_it_is_revoked(self, client, signed_in, rf):
        signed_in(Role.ADMINISTRATOR)
        robot = factories.user_with(Role.CLIENT)
        until = timezone.localdate() + timedelta(days=30)
        answer = client.post(
            address(ApiToken, "add"),
            {
                "user": robot.pk,
                "label": "Kho dữ liệu",
                "scope": ["progress:read"],
                "expires_on": until.strftime("%d/%m/%Y"),
            },
            follow=True,
        )
        shown = " ".join(str(message) for message in answer.context["messages"])
        key = next(word.rstrip(".") for word in shown.split() if word.startswith("emr_"))
        request = rf.get("/api/v1/progress/", headers={"Authorization": f"Bearer {key}"})
        assert TokenAuthentication().authenticate(request)[0] == robot
        token = ApiToken.objects.get()
        assert key not in client.get(address(ApiToken, "change", token.pk)).content.decode()
        client.post(
            address(ApiToken, "changelist"), {"action": "revoke", "_selected_action": [token.pk]}
        )
        token.refresh_from_db()
        assert token.revoked_at is not None


def test_the_verb_and_not_the_form_has_the_last_word():
    """What the admin leaves out of a form is still asked before a fact is stored."""
    with pytest.raises(ValidationError):
        record(
            DeviceMovement(
                facility=factories.facility(),
                device_type=factories.DeviceTypeFactory(),
                quantity=0,
                reason="accepted",
                happened_on=ON,
            ),
            by=factories.recorder(),
        )
