"""The form of some cells of a row: stored, asked for a reason, refused, stale, sent twice."""

import uuid
from datetime import date

import pytest

from connectivity.models import ConnectionStep
from equipment.models import DeviceMovement
from facilities.models import ChangeSet, Document, Draft, Edit, Role
from rollout.models import ReportingCalendar, StatusReport
from tests import factories
from tests.papers import HEIC, JPEG, upload
from tests.rollout.pages.my.sending import (
    address,
    also_officer_of,
    days,
    department,
    drawn,
    enter_as,
    sent,
)
from tests.writing import devices, norm, write

pytestmark = pytest.mark.django_db


def account(place) -> str:
    return address("connections", place, "account")


class TestStored:
    def test_a_missing_day_becomes_a_fact_of_the_facility_and_no_report_of_the_week(
        self, client, officer, place
    ):
        write(ReportingCalendar(effective_from=date(2025, 5, 5), weekday=5, hour=16))
        answer = sent(client, account(place), account="2025-05-02")
        assert answer.status_code == 302
        assert answer.url == "/my/?facility=luc-nam"
        assert days(place) == {"account": "2025-05-02"}
        change_set = ChangeSet.objects.get()
        assert (change_set.kind, change_set.facility, change_set.by) == (
            ChangeSet.Kind.FORM,
            place,
            officer,
        )
        assert not StatusReport.objects.exists()
        assert client.get("/my/").context["fresh"].heard_on == date(2025, 5, 21)

    def test_only_the_cells_asked_for_are_written(self, client, officer, place):
        data = drawn(client, account(place)) | {"account": "2025-05-02", "connected": "2025-05-03"}
        client.post(account(place), data)
        assert days(place) == {"account": "2025-05-02"}

    def test_the_page_shows_the_last_answers(self, client, officer, place):
        sent(client, account(place), account="2025-05-02")
        page = client.get(address("connections", place))
        assert page.context["form"]["account"].value() == "2025-05-02"
        assert [line.new for line in page.context["history"]] == ["02/05/2025"]

    def test_it_is_headed_by_what_it_is_with_the_facility_below(self, client, officer, place):
        page = client.get(address("connections", place)).content.decode()
        assert "<h1>Kết nối dữ liệu</h1>" in page
        assert '<p class="soft">Trung tâm Y tế Lục Nam</p>' in page

    def test_the_same_form_twice_writes_once_and_says_so(self, client, officer, place):
        data = drawn(client, account(place)) | {"account": "2025-05-02"}
        client.post(account(place), data)
        answer = client.post(account(place), data, follow=True)
        assert answer.status_code == 200
        assert len(answer.context["messages"]) == 2
        assert (ChangeSet.objects.count(), Edit.objects.count()) == (1, 1)

    def test_a_photograph_proves_it(self, client, officer, place):
        sent(client, account(place), account="2025-05-02", file=upload(JPEG, "IMG_0042.jpg"))
        step = ConnectionStep.objects.get()
        assert step.document == Document.objects.get()
        assert step.document.recorded_by == officer

    def test_what_is_no_paper_is_refused_beside_its_field(self, client, officer, place):
        answer = sent(client, account(place), account="2025-05-02", file=upload(HEIC, "x.heic"))
        assert answer.status_code == 400
        assert list(answer.context["form"].errors) == ["file"]
        assert days(place) == {}
        assert not Document.objects.exists()


class TestAsked:
    def test_days_in_an_odd_order_are_taken_with_a_reason(self, client, officer, place):
        path = address("connections", place, "account", "connected")
        odd = {"account": "2025-05-10", "connected": "2025-05-02"}
        answer = sent(client, path, **odd)
        assert answer.status_code == 400
        assert 'name="because-' in answer.content.decode()
        assert days(place) == {}
        code = next(iter(answer.context["form"].errors))
        assert sent(client, path, **odd, **{f"because-{code}": "Nối thử"}).status_code == 302
        assert Edit.objects.get(column=code).because == "Nối thử"

    def test_a_number_above_the_norm_is_taken_with_a_reason(self, client, officer, place):
        norm(10, date(2025, 1, 1))
        devices(place, 4, date(2025, 2, 1))
        path = address("devices", place, "device-tablet")
        more = {"device-tablet": "25", "because": "Nhận thêm"}
        answer = sent(client, path, **more)
        assert answer.status_code == 400
        assert answer.context["form"]["device-tablet"].value() == "25"
        reason = {"because-device-tablet": "Tỉnh cấp bổ sung"}
        assert sent(client, path, **more, **reason).status_code == 302
        assert sum(m.quantity for m in DeviceMovement.objects.known()) == 25

    def test_a_correction_needs_a_reason_and_both_values_stay_readable(
        self, client, officer, place
    ):
        sent(client, account(place), account="2025-05-02")
        answer = sent(client, account(place), account="2025-05-03")
        assert answer.status_code == 400
        assert list(answer.context["form"].errors) == ["because"]
        assert answer.context["form"]["account"].value() == "2025-05-03"
        sent(client, account(place), account="2025-05-03", because="Gõ nhầm ngày")
        line = client.get(account(place)).context["history"][0]
        assert (line.old, line.new, line.because) == ("02/05/2025", "03/05/2025", "Gõ nhầm ngày")


class TestRefused:
    def test_a_day_to_come_with_all_other_input_kept(self, client, officer, place):
        path = address("connections", place, "account", "connected")
        answer = sent(client, path, account="2025-05-02", connected="2025-05-22")
        assert answer.status_code == 400
        form = answer.context["form"]
        assert list(form.errors) == ["connected"]
        assert form["account"].value() == "2025-05-02"
        assert "data-answered" in answer.content.decode()
        assert days(place) == {}

    def test_what_is_no_number(self, client, officer, place):
        factories.DeviceTypeFactory()
        path = address("devices", place, "device-tablet")
        answer = sent(client, path, **{"device-tablet": "mười"})
        assert answer.status_code == 400
        assert list(answer.context["form"].errors) == ["device-tablet"]

    def test_plans_are_not_the_officers(self, client, officer, place):
        assert client.get(address("milestones", place, "target-launch")).status_code == 404
        columns = client.get(address("milestones", place)).context["form"].columns
        assert {column.code.partition("-")[0] for column in columns} == {"reached", "number"}


class TestStale:
    def test_both_versions_are_shown_and_nothing_is_stored(self, client, officer, place):
        data = drawn(client, account(place)) | {"account": "2025-05-02"}
        enter_as(department(), None, "connections", place, account=date(2025, 4, 20))
        answer = client.post(account(place), data)
        assert answer.status_code == 409
        (cell,) = answer.context["stale"]
        assert (cell["now"], cell["yours"]) == ("20/04/2025", "02/05/2025")
        assert days(place) == {"account": "2025-04-20"}

    @pytest.mark.parametrize(
        ("choice", "expected"), [("mine", "2025-05-02"), ("theirs", "2025-04-20")]
    )
    def test_the_officer_chooses(self, client, officer, place, choice, expected):
        data = drawn(client, account(place)) | {"account": "2025-05-02"}
        enter_as(department(), None, "connections", place, account=date(2025, 4, 20))
        form = client.post(account(place), data).context["form"]
        again = data | {
            "change_set": str(uuid.uuid4()),
            "seen-account": form["seen-account"].value(),
            "theirs-account": "2025-04-20",
            "choose": choice,
            "because": "Theo biên bản",
        }
        assert client.post(account(place), again).status_code == 302
        assert days(place) == {"account": expected}


class TestReturned:
    def test_the_reviewers_words_stand_at_the_field_until_it_is_written_anew(
        self, client, officer, place
    ):
        sent(client, account(place), account="2025-05-02")
        edit = Edit.objects.get()
        edit.reviewed_by, edit.reviewed_at = department(), edit.change_set.at
        edit.returned_because = "Biên bản ghi ngày 12/5"
        edit.save()
        page = client.get(address("connections", place, "account", "connected"))
        said = {line["column"].code: line["returned"] for line in page.context["form"].lines()}
        assert said == {"account": "Biên bản ghi ngày 12/5", "connected": ""}
        sent(client, account(place), account="2025-05-12", because="Theo biên bản")
        assert client.get(account(place)).context["form"].returned == {}


class TestWhose:
    def test_a_row_of_another_facility_is_not_there(self, client, officer, other):
        assert client.get(account(other)).status_code == 404
        data = {"change_set": str(uuid.uuid4()), "account": "2025-05-02"}
        assert client.post(account(other), data).status_code == 404
        assert days(other) == {}

    @pytest.mark.parametrize("register", ["facilities", "documents", "nonsense"])
    def test_books_that_are_not_the_officers(self, client, officer, place, register):
        assert client.get(f"/my/{register}/").status_code == 404
        assert client.get(f"/my/{register}/{place.pk}/").status_code == 404

    def test_cells_that_are_not_there(self, client, officer, place):
        assert client.get(address("connections", place, "nonsense")).status_code == 404

    @pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.LEADER, Role.ADMINISTRATOR])
    def test_the_pages_are_closed_to_other_roles(self, client, place, role):
        client.force_login(factories.user_with(role))
        paths = ("/my/", "/my/connections/", account(place), "/my/waiting/handed-over/")
        assert {client.get(path).status_code for path in paths} == {403}
        assert client.post("/my/nothing-changed/").status_code == 403

    def test_whoever_is_not_signed_in_comes_back_to_the_very_form(self, client, place):
        answer = client.get(account(place))
        assert answer.status_code == 302
        assert answer.url == f"/sign-in/?next=/my/connections/{place.pk}/%3Fcells%3Daccount"

    def test_of_two_own_facilities_the_page_names_that_of_the_row(
        self, client, officer, place, other
    ):
        also_officer_of(officer, other)
        for facility in (place, other):
            assert client.get(account(facility)).context["me"].facility == facility


class TestDraft:
    NAME = "my:connections:{}:account"

    def begun(self, officer, place, **fields) -> Draft:
        return Draft.objects.create(user=officer, form=self.NAME.format(place.pk), fields=fields)

    def test_it_is_offered_and_fills_the_form_when_asked_for(self, client, officer, place):
        draft = self.begun(officer, place, account=["2025-05-02"], because=["x"], row=["9"])
        page = client.get(account(place))
        assert page.context["draft"] == draft
        assert not page.context["form"]["account"].value()
        page = client.get(account(place) + "&draft=yes")
        assert page.context["draft"] is None
        assert page.context["form"]["account"].value() == "2025-05-02"

    def test_what_was_seen_when_it_was_begun_goes_along(self, client, officer, place):
        self.begun(officer, place, account=["2025-05-02"], **{"seen-account": [""]})
        enter_as(department(), None, "connections", place, account=date(2025, 4, 20))
        answer = sent(client, account(place) + "&draft=yes", because="Theo biên bản")
        assert answer.status_code == 409
        assert days(place) == {"account": "2025-04-20"}

    def test_storing_the_row_drops_every_draft_about_it(self, client, officer, place, other):
        self.begun(officer, place)
        Draft.objects.create(user=officer, form=f"my:connections:{place.pk}:")
        kept = self.begun(officer, other)
        sent(client, account(place), account="2025-05-02")
        assert list(Draft.objects.all()) == [kept]

    def test_nobody_sees_that_of_a_colleague(self, client, officer, place):
        colleague = factories.user_with(Role.OFFICER, facility=place)
        self.begun(colleague, place, account=["2025-05-02"])
        page = client.get(account(place) + "&draft=yes")
        assert not page.context["form"]["account"].value()
