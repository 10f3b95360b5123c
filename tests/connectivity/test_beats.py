"""Signs of life: counted once each, refused alike, late and silent to the minute."""

import logging
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectivity import gateways, pulse
from connectivity.models import BeatDay, Gateway
from facilities.models import Role
from rollout.models import Alert, Webhook, WebhookCall
from rollout.notices.alerts import raise_alerts
from rollout.notices.watching import watch
from rollout.site.log_lines import Formatter
from tests import factories
from tests.factories import user_with

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 5, 21, 2, 0, tzinfo=UTC)  # nine in the morning in Viet Nam
MINUTE = timedelta(minutes=1)


@pytest.fixture
def issued():
    factories.programme()
    facility = factories.facility(name_vi="Bệnh viện Mẫu")
    return gateways.issue(
        facility=facility,
        partner=factories.PartnerFactory(counted=True),
        by=factories.recorder(),
        interval_minutes=60,
        grace_minutes=30,
        at=NOW,
    )


def address(secret: str) -> str:
    return reverse("beat", args=[secret])


def beat(secret: str, at: datetime = NOW, sent=0, errors=0) -> bool:
    return gateways.beat(secret=secret, sent=sent, errors=errors, now=at)


@pytest.mark.parametrize(
    "call",
    [
        lambda c, a: c.get(a, {"sent": 12, "errors": 3}),
        lambda c, a: c.head(a + "?sent=12&errors=3"),
        lambda c, a: c.post(a, {"sent": 12, "errors": 3}),
        lambda c, a: c.post(a, {"sent": 12, "errors": 3}, content_type="application/json"),
    ],
    ids=["get", "head", "form", "json"],
)
def test_each_way_of_calling_counts_in_one_query_without_a_cookie(issued, call):
    client = Client(enforce_csrf_checks=True)
    with CaptureQueriesContext(connection) as captured:
        answer = call(client, address(issued[1]))
    assert answer.status_code == 204
    assert not answer.cookies
    assert len(captured) == 1
    row = BeatDay.objects.get()
    assert (row.gateway, row.beats, row.sent, row.errors) == (issued[0], 1, 12, 3)


def test_counts_add_up_over_the_day_and_begin_anew_at_midnight(issued):
    midnight = datetime(2025, 5, 21, 17, 0, tzinfo=UTC)
    for at, sent in ((NOW, 5), (midnight - timedelta(seconds=1), 7), (midnight, 11)):
        assert beat(issued[1], at, sent=sent)
    rows = BeatDay.objects.order_by("day").values_list("day", "beats", "sent", "last_at")
    assert list(rows) == [
        (date(2025, 5, 21), 2, 12, midnight - timedelta(seconds=1)),
        (date(2025, 5, 22), 1, 11, midnight),
    ]


def test_what_opens_nothing_is_answered_alike(issued, client):
    gateway, secret = issued
    gateways.revoke(gateway=gateway, because="lost", by=factories.recorder())
    answers = [client.get(address(one)) for one in (secret, "x" * 32, "%20", "a.b~c")]
    assert {(a.status_code, a.content, tuple(a.headers)) for a in answers} == {
        (404, answers[0].content, tuple(answers[0].headers))
    }
    assert not BeatDay.objects.exists()


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("sent=-1", "sent"),
        ("sent=many", "sent"),
        ("errors=1.5", "errors"),
        ("sent=1&errors=9999999999", "errors"),
    ],
)
def test_a_count_that_cannot_be_is_named_whether_or_not_the_secret_opens(
    issued, client, query, named
):
    for secret in (issued[1], "nobody"):
        answer = client.get(f"{address(secret)}?{query}")
        assert answer.status_code == 400
        assert answer.text.startswith(f"{named}:")
    broken = client.post(address(issued[1]), "[1]", content_type="application/json")
    assert broken.status_code == 400
    assert client.put(address(issued[1])).status_code == 405
    assert not BeatDay.objects.exists()


def test_the_secret_stands_in_no_log_line(issued, client, caplog):
    """As the handler writes it: every logger's lines go through it."""
    handlers = [h for h in logging.getLogger().handlers if isinstance(h.formatter, Formatter)]
    assert handlers
    with caplog.at_level("DEBUG"):
        client.get(address(issued[1]) + "?sent=x")
        client.get(address(issued[1]) + "x")
    written = "\n".join(h.formatter.format(line) for h in handlers for line in caplog.records)
    assert "/beat/…" in written
    assert issued[1] not in written


@pytest.mark.parametrize(
    ("minutes", "state"),
    [
        (60 - 1, "live"),
        (60, "live"),
        (60 + 1, "late"),
        (90 - 1, "late"),
        (90, "late"),
        (91, "silent"),
    ],
)
@pytest.mark.parametrize("called", [True, False])
def test_late_and_silent_to_the_minute(issued, minutes, state, called):
    if called:
        beat(issued[1])
    (found,) = gateways.pulses(NOW + minutes * MINUTE)
    assert found.state == ("awaited" if state == "live" and not called else state)


def open_alerts() -> list[tuple]:
    rows = Alert.objects.filter(cleared_on__isnull=True, rule="gateway").order_by("level")
    return list(rows.values_list("level", "severity"))


def test_nobody_is_told_within_the_grace_and_once_after_it(issued):
    beat(issued[1])
    silent = NOW + 91 * MINUTE
    for at, expected in (
        (NOW + 60 * MINUTE, []),
        (NOW + 61 * MINUTE, []),
        (NOW + 90 * MINUTE, []),
        (silent, [(1, "late")]),
    ):
        watch(at)
        assert open_alerts() == expected
        assert watch(at) == 0  # doubled
        assert open_alerts() == expected
    raise_alerts(date(2025, 5, 21))
    assert open_alerts() == [(1, "late")]  # the nightly job leaves them alone
    beat(issued[1], silent)
    watch(silent)
    assert open_alerts() == []
    assert Alert.objects.filter(rule="gateway").count() == 1


def test_a_gateway_that_is_always_some_minutes_late_calls_nobody(issued):
    Webhook.objects.create(
        name="x", url="https://emr.example.vn/", salt="00", made_by=factories.recorder()
    )
    beats = [NOW + hour * timedelta(hours=1) + (hour * 5 % 8) * MINUTE for hour in range(9)]
    moments = sorted([*beats, *(NOW + n * 5 * MINUTE for n in range(8 * 12))])
    for moment in moments:
        if moment in beats:
            beat(issued[1], moment)
        watch(moment)
    assert not Alert.objects.exists()
    assert not WebhookCall.objects.exists()


def test_a_new_address_ends_the_old_one_and_keeps_its_days(issued, client):
    old, secret = issued
    beat(secret, sent=3)
    later = NOW + timedelta(hours=1)
    given = {"facility": old.facility, "partner": old.partner, "by": factories.recorder()}
    with pytest.raises(ValidationError):
        gateways.issue(**given, at=later)  # without a reason
    new, other = gateways.issue(**given, because="leaked", at=later)
    assert not beat(secret, later)
    assert beat(other, later, sent=4)
    days = gateways.days_of([new], date(2025, 5, 21))[new.facility_id, new.partner_id]
    assert days[date(2025, 5, 21)].sent == 7
    assert Gateway.objects.filter(revoked_at__isnull=True).get() == new


def test_the_strip_tells_full_days_gaps_silence_and_before(issued):
    gateway, _secret = issued
    days = {
        date(2025, 5, 22): BeatDay(gateway=gateway, beats=22, errors=0),
        date(2025, 5, 23): BeatDay(gateway=gateway, beats=21, errors=0),
    }
    cells = pulse.strip(gateway, days, NOW, NOW + timedelta(days=3))
    assert len(cells) == 90
    assert [cell.code for cell in cells[-5:]] == ["before", "none", "full", "gaps", "none"]
    assert [(run.code, run.length) for run in pulse.runs(cells)] == [
        ("before", 86),
        ("none", 1),
        ("full", 1),
        ("gaps", 1),
        ("none", 1),
    ]


@pytest.mark.parametrize(
    ("minutes", "beats", "code"),
    [
        (30, None, "full"),  # no sign is due yet
        (30, 1, "full"),
        (61, None, "none"),
        (180, 3, "full"),
        (180, 1, "gaps"),
    ],
)
def test_of_the_first_day_and_today_only_the_hours_that_were_watched_count(
    issued, minutes, beats, code
):
    gateway, _secret = issued
    now = NOW + timedelta(minutes=minutes)
    day = timezone.localdate(NOW)
    days = {} if beats is None else {day: BeatDay(gateway=gateway, beats=beats, errors=0)}
    assert pulse.strip(gateway, days, NOW, now)[-1].code == code


def page(gateway: Gateway) -> str:
    return reverse("rollout:connection", args=[gateway.facility.code, gateway.partner.code])


def test_the_department_issues_an_address_that_is_shown_once(issued, client):
    gateway, old = issued
    client.force_login(user_with(Role.DEPARTMENT))
    given = {"change_set": uuid.uuid4(), "do": "issue", "interval_minutes": 5, "grace_minutes": 5}
    with time_machine.travel(NOW, tick=False):
        assert client.post(page(gateway), given).status_code == 400  # no reason
        assert beat(old)
        shown = client.post(page(gateway), given | {"because": "test"})
        assert shown.status_code == 200
        assert "no-store" in shown.headers["Cache-Control"]
        new = shown.text.split("/beat/")[1].split("<")[0]
        assert beat(new)
        assert not beat(old)
        again = client.post(page(gateway), given | {"because": "test"})
        assert again.status_code == 302  # sent twice, issued once
        assert new not in client.get(page(gateway)).text
    assert Gateway.objects.count() == 2


def test_who_may_keep_an_address(issued, client):
    gateway, _secret = issued
    revoke = {"change_set": uuid.uuid4(), "do": "revoke", "because": "x"}
    elsewhere = user_with(Role.OFFICER, facility=factories.facility("other"))
    for user, status in (
        (elsewhere, 403),
        (user_with(Role.HEAD, facility=gateway.facility), 403),
        (user_with(Role.LEADER), 403),
        (user_with(Role.OFFICER, facility=gateway.facility), 302),
    ):
        client.force_login(user)
        assert client.post(page(gateway), revoke).status_code == status
    assert Gateway.objects.get().revoked_at is not None


def test_the_list_finds_without_accents_and_tells_who_has_no_address(issued, client):
    factories.facility("no-address", name_vi="Trung tâm Chưa nối")
    client.force_login(user_with(Role.DEPARTMENT))
    client.cookies["django_language"] = "en"
    address = reverse("rollout:connection-list")
    assert "Trung tâm Chưa nối" in client.get(address, {"show": "none"}).text
    found = client.get(address, {"q": "benh vien MAU"}).text
    assert "Bệnh viện Mẫu" in found
    assert "Chưa nối" not in found


def test_what_is_not_counted_is_refused_not_swallowed(issued, client):
    refused = client.get(address(issued[1]), {"messages": 5})
    assert refused.status_code == 400
    assert "messages" in refused.text
    assert not BeatDay.objects.exists()


def test_all_that_have_no_address_get_one_in_a_file_this_once(issued, client):
    gateway, secret = issued
    factories.facility("second", name_vi="=Bệnh viện Hai")
    list_page = reverse("rollout:connection-list")
    given = {
        "change_set": uuid.uuid4(),
        "do": "issue-all",
        "interval_minutes": 5,
        "grace_minutes": 5,
    }
    client.force_login(user_with(Role.LEADER))
    assert client.post(list_page, given).status_code == 403
    client.force_login(user_with(Role.DEPARTMENT))
    assert client.post(list_page, given | {"interval_minutes": 0}).status_code == 400
    assert Gateway.objects.count() == 1
    file = client.post(list_page, given)
    assert file["Content-Type"].startswith("text/csv")
    assert "no-store" in file["Cache-Control"]
    _heading, *lines = file.content.decode("utf-8-sig").splitlines()
    missing = Gateway.objects.exclude(pk=gateway.pk)
    assert len(lines) == missing.count() >= 1
    assert any("'=Bệnh viện Hai" in line for line in lines)
    for line in lines:
        assert beat(line.split("/beat/")[1].strip('"'))
    assert beat(secret)  # what had an address keeps it
    again = client.post(list_page, given | {"change_set": uuid.uuid4()})
    assert again.status_code == 403  # nothing is without an address any more


def test_handing_out_addresses_takes_as_many_queries_for_thirty_as_for_three(issued):
    gateway, _secret = issued
    counts = []
    for number in (3, 30):
        places = [(factories.facility().pk, gateway.partner_id) for _n in range(number)]
        with CaptureQueriesContext(connection) as captured:
            made = gateways.issue_first(
                places=places, by=factories.recorder(), interval_minutes=5, grace_minutes=5
            )
        assert len(made) == number
        counts.append(len(captured))
    assert counts[0] == counts[1]
