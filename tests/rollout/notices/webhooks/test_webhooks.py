"""Calls that arrive signed, are tried again, and are made once for each event."""

import json
import socket
import threading
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from standardwebhooks import Webhook as Receiver
from standardwebhooks import WebhookVerificationError

from facilities.models import Facility, Role
from facilities.services import withdraw
from rollout.models import MilestoneTarget, Webhook, WebhookCall
from rollout.notices import alerts
from rollout.notices.webhooks import calls, services
from rollout.notices.webhooks.addresses import fault_of
from rollout.notices.webhooks.signing import secret_of
from rollout.programme.services import record_milestone, set_milestone_target
from tests import factories
from tests.factories import user_with

pytestmark = pytest.mark.django_db

DUE = date(2025, 6, 20)


class Ear:
    """A system of somebody else: keeps what it hears, answers what it is told to."""

    def __init__(self):
        self.heard: list[tuple[dict, str]] = []
        self.answers: list[int] = []
        self.babbles: bytes = b""  # instead of an answer
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/alerts"


@contextmanager
def listening():
    ear = Ear()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            ear.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if ear.babbles:
                self.wfile.write(ear.babbles)
                return
            status = ear.answers.pop(0) if ear.answers else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", ear.url + "/elsewhere")
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    ear.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield ear
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def ear():
    with listening() as found:
        yield found


@pytest.fixture
def webhook(ear):
    return services.add(name="Trục tích hợp", url=ear.url, by=factories.recorder())


def late():
    place, by = factories.facility(), factories.recorder()
    set_milestone_target(
        facility=place, milestone="launch", due_on=DUE, set_on=date(2025, 1, 1), by=by
    )
    alerts.raise_alerts(DUE + timedelta(days=5))


def test_an_alert_arrives_and_an_independent_receiver_accepts_it(ear, webhook):
    late()
    assert calls.call_waiting(timezone.now()) == 1
    [(headers, body)] = ear.heard
    said = Receiver(secret_of(webhook)).verify(body, headers)
    assert said["type"] == "alert.raised"
    assert said["data"]["rule"] == "milestone"
    assert said["data"]["due_on"] == "2025-06-20"
    with pytest.raises(WebhookVerificationError):
        Receiver(secret_of(webhook)).verify(body.replace("milestone", "council"), headers)


def test_what_is_cleared_and_raised_again_on_one_day_is_told_each_time(ear, webhook):
    late()
    on, place = DUE + timedelta(days=5), Facility.objects.get()
    for _time in range(2):
        reached = record_milestone(
            facility=place, milestone="launch", happened_on=on, by=factories.recorder()
        )
        alerts.raise_alerts(on)
        withdraw(fact=reached, because="another facility", by=factories.recorder())
        alerts.raise_alerts(on)
        alerts.raise_alerts(on)  # doubled
    assert calls.call_waiting(timezone.now()) == 5
    said = [json.loads(body)["type"] for _headers, body in ear.heard]
    assert said == ["alert.raised", *["alert.cleared", "alert.raised"] * 2]


def test_another_key_does_not_fit(ear, webhook):
    other = services.add(name="x", url=ear.url, by=factories.recorder())
    assert secret_of(other) != secret_of(webhook)
    services.test(webhook=webhook, at=timezone.now())
    calls.call_waiting(timezone.now())
    [(headers, body)] = ear.heard
    with pytest.raises(WebhookVerificationError):
        Receiver(secret_of(other)).verify(body, headers)


def test_raised_once_and_cleared_once_however_often_the_job_runs(ear, webhook):
    late()
    for _turn in range(3):
        alerts.raise_alerts(DUE + timedelta(days=5))
        calls.call_waiting(timezone.now())
    target = MilestoneTarget.objects.get()
    withdraw(fact=target, because="typed twice", by=factories.recorder())
    for _turn in range(3):
        alerts.raise_alerts(DUE + timedelta(days=6))
        calls.call_waiting(timezone.now())
    assert [json.loads(body)["type"] for _h, body in ear.heard] == ["alert.raised", "alert.cleared"]


def test_tried_again_later_with_the_same_identifier(ear, webhook):
    ear.answers = [500, 302, 204]
    now = timezone.now()
    services.test(webhook=webhook, at=now)
    assert calls.call_waiting(now) == 0
    assert calls.call_waiting(now + timedelta(seconds=30)) == 0  # it waits its minute
    assert len(ear.heard) == 1
    assert calls.call_waiting(now + timedelta(minutes=1)) == 0
    assert len(ear.heard) == 2  # and was not led elsewhere
    assert calls.call_waiting(now + timedelta(minutes=10)) == 1
    assert len({headers["webhook-id"] for headers, _body in ear.heard}) == 1
    call = WebhookCall.objects.get()
    assert (call.attempts, call.answer, call.error) == (3, 204, "")


def test_nobody_there_is_tried_for_three_days_and_then_shown(webhook, ear):
    Webhook.objects.update(url="http://127.0.0.1:9/")
    now = timezone.now()
    services.test(webhook=webhook, at=now)
    for hours in range(0, 96, 6):
        calls.call_waiting(now + timedelta(hours=hours))
    call = WebhookCall.objects.get()
    assert call.given_up_at is not None
    assert call.error
    Webhook.objects.update(url=ear.url)
    calls.call_again(call=call, now=now + timedelta(hours=100))
    assert calls.call_waiting(now + timedelta(hours=100)) == 1


def stored(url: str) -> Webhook:
    """An address that nobody could add today."""
    return Webhook.objects.create(name="x", url=url, salt="x", made_by=factories.recorder())


@pytest.mark.parametrize(
    "babble",
    [
        b"what?\r\n\r\n",
        b"HTTP/1.1 204 Heard\r\nX-Long: " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 two\r\n\r\n",
        b"HTTP/1.1 \x00\xff\r\n\r\n",
    ],
)
def test_whoever_answers_nonsense_keeps_nobody_else_from_being_called(ear, webhook, babble):
    with listening() as nonsense:
        nonsense.babbles = babble
        wrong = services.add(name="nonsense", url=nonsense.url, by=factories.recorder())
        now = timezone.now()
        for one in (wrong, webhook):
            services.test(webhook=one, at=now)
        assert calls.call_waiting(now) == 1
    assert len(ear.heard) == 1
    call = WebhookCall.objects.get(webhook=wrong)
    assert (call.attempts, call.answer, bool(call.error)) == (1, None, True)
    assert call.not_before > now
    calls.call_waiting(now + timedelta(days=4))
    call.refresh_from_db()
    assert call.given_up_at is not None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:99999/", "http://127.0.0.1/đường", "http://[::1", "http://a..b/"]
)
def test_an_address_that_cannot_be_called_keeps_nobody_else_from_being_called(ear, webhook, url):
    wrong, now = stored(url), timezone.now()
    for one in (wrong, webhook):
        services.test(webhook=one, at=now)
    assert calls.call_waiting(now) == 1
    call = WebhookCall.objects.get(webhook=wrong)
    assert (call.attempts, bool(call.error)) == (1, True)
    assert call.not_before > now


def test_who_never_comes_to_an_end_is_hung_up_on(ear, webhook, monkeypatch):
    monkeypatch.setattr(calls, "LONGEST_CALL", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as mute:  # it takes the call and says nothing
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        slow = services.add(name="mute", url=url, by=factories.recorder())
        now = timezone.now()
        services.test(webhook=slow, at=now)
        services.test(webhook=webhook, at=now)
        assert calls.call_waiting(now) == 1
    assert WebhookCall.objects.get(webhook=slow).error


def test_gone_is_gone(ear, webhook):
    ear.answers = [410]
    services.test(webhook=webhook, at=timezone.now())
    calls.call_waiting(timezone.now())
    assert WebhookCall.objects.get().given_up_at is not None


def test_a_worker_that_died_while_calling_is_made_up_for(ear, webhook):
    now = timezone.now()
    services.test(webhook=webhook, at=now)
    WebhookCall.objects.update(claimed_at=now, begun_at=now)
    assert calls.call_waiting(now + timedelta(minutes=14)) == 0
    assert calls.call_waiting(now + timedelta(minutes=16)) == 1


def test_an_ended_address_is_called_no_more(ear, webhook):
    services.test(webhook=webhook, at=timezone.now())
    services.end(webhook=webhook, by=factories.recorder(), at=timezone.now())
    late()
    assert calls.call_waiting(timezone.now()) == 0
    assert ear.heard == []
    with pytest.raises(ValidationError):
        calls.call_again(call=WebhookCall.objects.get(), now=timezone.now())


@pytest.mark.parametrize(
    "url",
    [
        "ftp://emr.example.vn/",
        "https://a:b@emr.example.vn/",
        "x",
        "https://emr.example.vn:99999/",
        "https://emr.example.vn:0/",
        "https://emr..vn/",
        f"https://{'x' * 64}.vn/",
        "https://[::1/",
    ],
)
def test_addresses_that_are_refused(url):
    assert fault_of(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "[::1]",
        "169.254.169.254",
        "0.0.0.0",
        "255.255.255.255",
        "2130706433",  # 127.0.0.1 as one number
        "[::ffff:127.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b:1::169.254.169.254]",
        "[2002:7f00:1::]",  # 127.0.0.1 by 6to4
        "[fe80::1]",
    ],
)
def test_in_production_nothing_leads_back_here(settings, host):
    settings.PRODUCTION = True
    assert fault_of(f"https://{host}/")
    assert fault_of("http://10.1.2.3/")
    assert not fault_of("https://10.1.2.3/")


def test_a_name_that_leads_elsewhere_when_asked_again_is_called_where_it_was_checked(
    ear, monkeypatch
):
    """Checked once and asked again by whoever connects, a name could lead past the check."""
    asked: list[str] = []
    look_up = socket.getaddrinfo

    def fickle(host, *args, **kwargs):
        if host != "fickle.example.vn":
            return look_up(host, *args, **kwargs)
        asked.append(host)
        # The first answer is the receiver; whoever asked once more would be led to nobody.
        return look_up("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", fickle)
    webhook = services.add(
        name="x", url=ear.url.replace("127.0.0.1", "fickle.example.vn"), by=factories.recorder()
    )
    services.test(webhook=webhook, at=timezone.now())
    assert calls.call_waiting(timezone.now()) == 1
    assert asked == ["fickle.example.vn"]
    [(headers, _body)] = ear.heard
    assert headers["host"].startswith("fickle.example.vn")


def test_in_production_a_name_that_leads_back_here_later_is_not_called(ear, settings, monkeypatch):
    look_up = socket.getaddrinfo
    leads_to = ["10.1.2.3"]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _host, *args, **named: look_up(leads_to[0], *args, **named)
    )
    settings.PRODUCTION = True
    webhook = services.add(
        name="x", url=f"https://trap.example.vn:{ear.port}/", by=factories.recorder()
    )
    leads_to[0] = "::ffff:127.0.0.1"
    services.test(webhook=webhook, at=timezone.now())
    assert calls.call_waiting(timezone.now()) == 0
    assert ear.heard == []
    call = WebhookCall.objects.get()
    assert (call.answer, call.given_up_at) == (None, None)
    assert call.error != ""


def test_an_address_with_other_letters_is_kept_as_it_is_called(ear):
    url = ear.url.replace("alerts", "cảnh-báo/100%25?tên=trục&x=a+b")
    webhook = services.add(name="x", url=url, by=factories.recorder())
    assert webhook.url == ear.url.replace(
        "alerts", "c%E1%BA%A3nh-b%C3%A1o/100%25?t%C3%AAn=tr%E1%BB%A5c&x=a+b"
    )
    assert services.add(
        name="y", url="https://trục.example.vn/", by=factories.recorder()
    ).url.startswith("https://xn--")
    services.test(webhook=webhook, at=timezone.now())
    assert calls.call_waiting(timezone.now()) == 1


@pytest.mark.parametrize("url", ["https://emr.example.vn:99999/", "https://[::1/", "http://a..b/"])
def test_the_page_says_what_is_wrong_with_an_address(client, url):
    client.force_login(user_with(Role.DEPARTMENT))
    client.cookies["django_language"] = "en"
    sent = {"do": "add", "change_set": change_set(client), "name": "x", "url": url}
    refused = client.post(reverse("rollout:webhooks"), sent)
    assert refused.status_code == 400
    assert url in refused.text
    assert 'aria-invalid="true"' in refused.text
    assert not Webhook.objects.exists()


def test_the_page_adds_shows_the_key_once_and_calls_again(client, ear):
    client.force_login(user_with(Role.DEPARTMENT))
    place = reverse("rollout:webhooks")
    wrong = client.post(
        place, {"do": "add", "change_set": change_set(client), "name": "x", "url": "nowhere at"}
    )
    assert (wrong.status_code, Webhook.objects.count()) == (400, 0)
    made = client.post(
        place, {"do": "add", "change_set": change_set(client), "name": "Trục", "url": ear.url}
    )
    webhook = Webhook.objects.get()
    assert secret_of(webhook) in made.content.decode()
    assert secret_of(webhook) not in client.get(place).content.decode()
    client.post(place, {"do": "test", "change_set": change_set(client), "row": webhook.pk})
    assert calls.call_waiting(timezone.now()) == 1
    client.post(
        place,
        {"do": "again", "change_set": change_set(client), "row": WebhookCall.objects.get().pk},
    )
    assert calls.call_waiting(timezone.now()) == 1
    client.post(place, {"do": "end", "change_set": change_set(client), "row": webhook.pk})
    assert Webhook.objects.get().ended_at is not None


def change_set(client) -> str:
    return str(client.get(reverse("rollout:webhooks")).context["change_set"])
