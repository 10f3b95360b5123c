"""The officer's first page: what it says, one tap, several facilities, a facility that is no more."""

import uuid
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from equipment.services import set_stage_target
from facilities.models import ChangeSet, Draft, FacilityLineage, Lineage
from rollout.models import ReportingCalendar, StatusReport
from tests import factories
from tests.rollout.pages.my.sending import address, also_officer_of, sent
from tests.writing import milestone, norm, write

pytestmark = pytest.mark.django_db
TAP = "/my/nothing-changed/"


@pytest.fixture
def fridays():
    return write(ReportingCalendar(effective_from=date(2025, 5, 5), weekday=5, hour=16))


def tap(client, **fields):
    return client.post(TAP, {"change_set": str(uuid.uuid4())} | fields, follow=True)


class TestNothingChanged:
    def test_one_tap_is_a_report(self, client, officer, place, fridays):
        page = tap(client)
        assert page.redirect_chain == [("/my/?facility=luc-nam", 302)]
        report = StatusReport.objects.get()
        assert report.nothing_changed
        assert report.recorded_by == officer
        change_set = ChangeSet.objects.get()
        assert (change_set.kind, change_set.facility) == (ChangeSet.Kind.REPORT, place)

    def test_after_answers_it_says_that_something_changed(self, client, officer, place, fridays):
        path = address("connections", place, "account")
        sent(client, path, account="2025-05-02")
        sent(client, path, account="2025-05-03", because="Ghi nhầm")
        assert client.get("/my/").context["answers"] == 2
        tap(client)
        assert not StatusReport.objects.get().nothing_changed
        assert client.get("/my/").context["answers"] == 0

    def test_the_same_tap_twice_counts_once(self, client, officer, fridays):
        change_set = str(uuid.uuid4())
        tap(client, change_set=change_set)
        tap(client, change_set=change_set)
        assert (StatusReport.objects.count(), ChangeSet.objects.count()) == (1, 1)

    def test_it_is_late_for_the_week_before_and_accepted(self, client, officer, place, fridays):
        assert client.get("/my/").context["fresh"].missed == 2
        tap(client)
        assert StatusReport.objects.get().due_on == date(2025, 5, 16)
        fresh = client.get("/my/").context["fresh"]
        assert (fresh.word, fresh.missed, fresh.heard_on) == ("due", 0, date(2025, 5, 21))

    def test_without_a_calendar_it_is_still_heard(self, client, officer):
        tap(client)
        assert ChangeSet.objects.count() == 1
        assert not StatusReport.objects.exists()

    def test_it_is_no_link(self, client, officer):
        assert client.get(TAP).status_code == 405

    def test_not_for_another_facility(self, client, officer, other, fridays):
        assert tap(client, facility=other.code).status_code == 404
        assert not ChangeSet.objects.exists()


class TestPage:
    def test_each_line_has_the_form_of_its_cells(self, client, officer, place):
        norm(10, date(2025, 1, 1))
        page = client.get("/my/")
        asked = {line.kind: form for line, form, _begun, _named in page.context["first"]}
        assert [column.code for column in asked["devices"].columns] == ["device-tablet"]
        assert [column.code for column in asked["connection"].columns] == ["account"]

    def test_ids_are_unique_however_many_lines_are_about_one_row(self, client, officer, place):
        milestone(place, "official", date(2025, 5, 1))
        html = client.get("/my/").content.decode()
        ids = [part.partition('"')[0] for part in html.split(' id="')[1:]]
        assert len(ids) > 20
        assert len(ids) == len(set(ids))

    def test_a_form_that_was_begun_says_so(self, client, officer, place):
        Draft.objects.create(user=officer, form=f"my:connections:{place.pk}:account")
        page = client.get("/my/")
        assert [begun for _line, _form, begun, _named in page.context["first"]] == [True]
        assert f"/my/connections/{place.pk}/?cells=account&amp;draft=yes" in page.content.decode()

    def test_after_ten_lines_the_rest_is_folded(self, client, officer, place):
        for _number in range(12):
            set_stage_target(
                procurement=factories.ProcurementFactory(facility=place),
                stage="award",
                due_on=date(2025, 5, 20),
                set_on=date(2025, 2, 1),
                by=factories.recorder(),
            )
        page = client.get("/my/")
        assert (len(page.context["first"]), len(page.context["rest"])) == (10, 3)

    def test_the_queries_do_not_depend_on_how_much_is_owed(self, client, officer):
        def count() -> int:
            client.get("/my/")  # what is kept until a fact changes is kept now
            with CaptureQueriesContext(connection) as found:
                client.get("/my/")
            return len(found)

        numbers = []
        for number in range(5):
            kind = factories.DeviceTypeFactory(code=f"type-{number}", name_vi=str(number))
            norm(1, date(2025, 1, 1), device_type=kind)
            numbers.append(count())
        assert len(set(numbers)) == 1

    def test_lists_of_the_own_records(self, client, officer, place, other):
        for where, holder in ((place, "Nguyễn Thị Ánh"), (other, "Trần Văn Khác")):
            factories.CertificateFactory(facility=where, holder=holder, unit="Khoa Cấp cứu")
        page = client.get("/my/certificates/").content.decode()
        assert "Nguyễn Thị Ánh" in page
        assert "Trần Văn Khác" not in page
        assert "Nguyễn Thị Ánh" in client.get("/my/certificates/?q=cap cuu").content.decode()
        assert "Nguyễn Thị Ánh" not in client.get("/my/certificates/?q=noi tiet").content.decode()
        assert client.get("/my/connections/").url == f"/my/connections/{place.pk}/"

    def test_nothing_is_kept_by_the_browser(self, client, officer):
        assert "no-store" in client.get("/my/")["Cache-Control"]


class TestSeveral:
    def test_one_is_chosen_by_its_code(self, client, officer, place, other):
        also_officer_of(officer, other)
        assert client.get("/my/").context["me"].facility == place
        page = client.get("/my/?facility=tan-yen")
        assert page.context["me"].facility == other
        assert page.context["me"].others == (("luc-nam", "Trung tâm Y tế Lục Nam"),)

    def test_not_one_that_is_not_the_own(self, client, officer, other):
        assert client.get("/my/?facility=tan-yen").status_code == 404

    def test_the_tap_counts_for_the_one_that_is_shown(self, client, officer, other, fridays):
        also_officer_of(officer, other)
        tap(client, facility="tan-yen")
        assert StatusReport.objects.get().facility == other


def test_a_facility_that_merged_names_its_successor(client, officer, place, other):
    write(
        FacilityLineage(
            predecessor=place,
            successor=other,
            kind=Lineage.MERGED,
            effective_from=date(2025, 5, 1),
        )
    )
    page = client.get("/my/")
    assert page.status_code == 200
    assert "Trung tâm Y tế Tân Yên" in page.content.decode()
    assert page.templates[0].name == "my/departed.html"


@pytest.mark.parametrize(
    ("role", "expected"), [("department", "/desk/"), ("leader", "/"), ("officer", "/my/")]
)
def test_everybody_lands_where_the_work_is(client, place, role, expected):
    user = factories.user_with(role, facility=place if role == "officer" else None)
    fields = {"username": user.username, "password": "a long pass phrase"}
    assert client.post("/sign-in/", fields).url == expected
    client.logout()
    there = client.post("/sign-in/?next=/my/connections/1/", fields)
    assert there.url == "/my/connections/1/"


def test_the_page_of_another_facility_says_what_is_not_shown(client, officer, place, other):
    sentence = "shown to the facility itself"
    client.cookies["django_language"] = "en"
    assert sentence in client.get(f"/facilities/{other.code}/").content.decode()
    assert sentence not in client.get(f"/facilities/{place.code}/").content.decode()
