"""Forms pressed as their pages show them, with keys as a province of some years has them."""

import json
from datetime import date, timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from connectivity.models import ConnectionStep
from facilities.models import ChangeSet, Draft, Edit, Role
from facilities.registers.entering import begin, enter
from rollout.models import (
    Alert,
    FeedAddress,
    ImportFile,
    Message,
    ReportingCalendar,
    SavedView,
    Webhook,
    WebhookCall,
)
from rollout.notices.alerts import raise_alerts
from rollout.notices.notices import notify
from rollout.notices.webhooks import services
from rollout.programme.services import set_milestone_target
from rollout.registers.catalogue import REGISTERS
from signatures.models import CertificateEvent
from tests import factories
from tests.factories import user_with
from tests.keys import MILLION
from tests.pressing import boxes, form_with, forms, press
from tests.rollout.registers.importing.tables import uploaded, xlsx
from tests.writing import write

pytestmark = pytest.mark.django_db
DUE = date(2025, 6, 20)  # a Friday
ON = DUE + timedelta(days=4)


@pytest.fixture(params=["vi", "en"], autouse=True)
def language(request, client):
    """Both group their numbers, each with another sign."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = request.param
    with time_machine.travel(ON, tick=False):
        yield request.param


@pytest.fixture
def place():
    factories.programme()
    factories.PartnerFactory()
    return factories.facility("luc-nam")


@pytest.fixture
def department(client, place):
    user = user_with(Role.DEPARTMENT)
    client.force_login(user)
    return user


@pytest.fixture
def officer(place):
    return user_with(Role.OFFICER, facility=place, email="lan@example.vn")


@pytest.fixture
def certificates(place):
    made = [factories.CertificateFactory(facility=place) for _ in range(3)]
    assert all(certificate.pk > MILLION for certificate in made)
    return made


def set_in_the_chosen(client, chosen: list[str]):
    """From the list to the stored value: chosen, the column named, looked at, stored."""
    listed = client.get("/desk/certificates/")
    form = form_with(listed, row=chosen[0])
    page = press(client, listed, form, row=chosen)
    page = press(client, page, form_with(page, column="requested"), column="requested")
    filled = {"value-requested": "2025-04-01", "because": "Theo công văn 12"}
    page = press(client, page, form_with(page, column="requested"), **filled)
    return press(client, page, form_with(page, yes="yes"), "yes=yes")


class TestTheDesk:
    def test_a_value_is_set_in_the_chosen_certificates(self, client, department, certificates):
        chosen = [str(certificate.pk) for certificate in certificates[:2]]
        assert set_in_the_chosen(client, chosen).status_code == 200
        events = CertificateEvent.objects.known().filter(kind="requested")
        assert {str(event.certificate_id) for event in events} == set(chosen)

    def test_every_box_of_a_list_names_its_row(self, client, department, certificates):
        page = client.get("/desk/certificates/")
        form = form_with(page, row=str(certificates[0].pk))
        assert set(boxes(form, "row")) == {str(certificate.pk) for certificate in certificates}

    def test_a_certificate_is_changed_and_withdrawn_on_its_own_page(
        self, client, department, certificates
    ):
        address = f"/desk/certificates/{certificates[0].pk}/"
        page = client.get(f"{address}edit/")
        form = form_with(page, position=certificates[0].position)
        press(client, page, form, position="Trưởng khoa Nội & Nhi", because="Bổ nhiệm")
        certificates[0].refresh_from_db()
        assert certificates[0].position == "Trưởng khoa Nội & Nhi"
        page = client.get(f"{address}withdraw/")
        press(client, page, form_with(page, because=""), because="Nhập hai lần")
        assert client.get("/desk/certificates/").context["count"] == 2

    def test_a_view_that_was_kept_is_dropped(self, client, department, certificates):
        page = client.get("/desk/certificates/?facility=luc-nam")
        press(client, page, form_with(page, name=""), name="Lục Nam")
        kept = SavedView.objects.get()
        page = client.get("/desk/certificates/")
        [drop] = [form for form in forms(page) if f"/{kept.pk}/drop/" in (form.action or "")]
        press(client, page, drop)
        assert not SavedView.objects.exists()

    def test_a_calendar_is_withdrawn(self, client, department):
        calendar = write(
            ReportingCalendar(effective_from=DUE, weekday=5, hour=16, source="Công văn 12")
        )
        page = client.get("/desk/reporting/")
        form = form_with(page, row=str(calendar.pk), do="withdraw-calendar")
        press(client, page, form, because="Gõ nhầm")
        assert not ReportingCalendar.objects.known().exists()

    def test_a_message_given_up_is_sent_again(self, client, department):
        message = Message.objects.create(
            person=department,
            kind=Message.Kind.TEST,
            on=ON,
            key="test",
            made_at=timezone.now(),
            not_before=timezone.now(),
            given_up_at=timezone.now(),
        )
        page = client.get("/desk/outbox/")
        press(client, page, form_with(page, do="again", row=str(message.pk)))
        message.refresh_from_db()
        assert message.given_up_at is None

    def test_a_webhook_is_tested_called_again_and_ended(self, client, department):
        webhook = services.add(name="Trục <LGSP> & kho", url="http://127.0.0.1:9/", by=department)
        page = client.get("/desk/webhooks/")
        press(client, page, form_with(page, row=str(webhook.pk)), "do=test")
        call = WebhookCall.objects.get()
        WebhookCall.objects.update(given_up_at=timezone.now())
        page = client.get("/desk/webhooks/")
        press(client, page, form_with(page, do="again", row=str(call.pk)))
        call.refresh_from_db()
        assert call.given_up_at is None
        page = client.get("/desk/webhooks/")
        press(client, page, form_with(page, row=str(webhook.pk), do="end"), "do=end")
        assert not Webhook.objects.filter(ended_at=None).exists()


class TestChecking:
    @pytest.fixture
    def reported(self, officer, place):
        change_set = begin(kind=ChangeSet.Kind.FORM, by=officer, facility=place)
        values = {"account": date(2025, 3, 1), "connected": date(2025, 4, 1)}
        enter(
            register=REGISTERS["connections"],
            row=place,
            values=values,
            change_set=change_set,
            on=ON,
        )
        return change_set

    def test_each_field_gets_its_own_verdict(self, client, department, reported):
        good, bad = Edit.objects.order_by("column")
        page = client.get(f"/desk/checking/{reported.pk}/")
        verdicts = {
            f"verdict-{good.pk}": "accept",
            f"verdict-{bad.pk}": "return",
            f"because-{bad.pk}": "Thiếu biên bản",
        }
        form = form_with(page, **{f"verdict-{good.pk}": "accept"})
        press(client, page, form, **verdicts)
        told = dict(Edit.objects.values_list("pk", "returned_because"))
        assert told == {good.pk: "", bad.pk: "Thiếu biên bản"}

    def test_that_nothing_changed_is_said_and_looked_at(self, client, officer, department, place):
        client.force_login(officer)
        page = client.get("/my/")
        press(client, page, form_with(page, facility=place.code))
        change_set = ChangeSet.objects.get()
        client.force_login(department)
        page = client.get("/desk/checking/")
        press(client, page, form_with(page, change_set=str(change_set.pk)))
        change_set.refresh_from_db()
        assert change_set.looked_at


class TestTheInbox:
    @pytest.fixture
    def alert(self, client, officer, place):
        set_milestone_target(
            facility=place,
            milestone="launch",
            due_on=DUE,
            set_on=date(2025, 1, 2),
            by=factories.recorder(),
        )
        raise_alerts(ON)
        notify(ON)
        client.force_login(officer)
        return Alert.objects.get()

    def test_somebody_sees_to_it(self, client, officer, alert):
        page = client.get("/inbox/")
        press(client, page, form_with(page, do="seen", row=str(alert.pk)))
        assert alert.responses.get().by == officer

    def test_it_is_put_off(self, client, alert):
        page = client.get("/inbox/")
        form = form_with(page, do="put-off", row=str(alert.pk))
        press(client, page, form, until="2025-06-30", because="Chờ <Sở> & VNPT")
        assert alert.responses.get().until == date(2025, 6, 30)

    def test_a_feed_is_revoked(self, client, officer, alert):
        page = client.get("/inbox/")
        press(client, page, form_with(page, do="feed"))
        feed = FeedAddress.objects.get()
        page = client.get("/inbox/")
        press(client, page, form_with(page, do="revoke-feed", row=str(feed.pk)))
        assert FeedAddress.objects.get().revoked_at is not None


class TestWhatIsTypedAndNotSent:
    def test_a_draft_comes_back_on_its_own_form_and_is_dropped(
        self, client, department, certificates
    ):
        address = f"/desk/certificates/{certificates[0].pk}/edit/"
        page = client.get(address)
        form = form_with(page, position=certificates[0].position)
        fields = json.dumps({"position": ["Trưởng khoa <Nội> & Nhi"]})
        client.post("/drafts/", {"draft": form.get("data-draft"), "fields": fields})
        page = client.get(f"{address}?draft=yes")
        assert form_with(page, position="Trưởng khoa <Nội> & Nhi") is not None
        assert "drop-draft" not in client.get(f"/desk/certificates/{certificates[1].pk}/edit/").text
        page = client.get(address)
        press(client, page, form_with(page, draft=form.get("data-draft")))
        assert not Draft.objects.exists()


class TestTheImport:
    def test_from_the_file_to_the_rows_and_back(self, client, department, place):
        rows = xlsx(("facility", "account"), (place.code, date(2025, 5, 2)))
        sent = {"file": uploaded(rows), "on": "2025-05-21"}
        page = client.post("/imports/new/connections/", sent, follow=True)
        assert ImportFile.objects.get().pk > MILLION
        page = press(client, page, form_with(page, do="confirm"), "do=confirm")
        assert ConnectionStep.objects.get().happened_on == date(2025, 5, 2)
        press(client, page, form_with(page, do="undo"), "do=undo", because="Nhầm")
        assert not ConnectionStep.objects.known().exists()
