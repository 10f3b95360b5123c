"""The engine under mail and calls, with a transport that does what each test says."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from rollout.models import Webhook, WebhookCall
from rollout.notices import delivery
from rollout.notices.delivery import Outcome, Parcel, Result, Transport, deliver
from tests import factories

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(microsecond=0)
MINUTES = [timedelta(minutes=minutes) for minutes in (1, 5, 30)]


class Carrier(Transport[WebhookCall]):
    """`does`: what happens when a key is packed, or sent; nothing else: it arrives."""

    receiver = "webhook"
    backoff = MINUTES

    def __init__(self, repeats_doubtful: bool = True):
        self.repeats_doubtful = repeats_doubtful
        self.packing: dict[str, Callable] = {}
        self.sending: dict[str, Callable] = {}
        self.sent: list[str] = []

    def pack(self, row):
        if row.key in self.packing:
            self.packing[row.key](row)
        return Parcel(lambda: self._send(row.key), {"answer": None})

    def _send(self, key: str) -> Result:
        self.sent.append(key)
        return self.sending[key]() if key in self.sending else Result(Outcome.DELIVERED)


@pytest.fixture
def carrier():
    return Carrier()


def webhook(name="other") -> Webhook:
    return Webhook.objects.create(
        name=name, url="https://other.vn/", salt="x", made_by=factories.recorder()
    )


def queue(*keys: str, to: Webhook | None = None) -> None:
    to = to or webhook()
    for number, key in enumerate(keys):
        moment = NOW - timedelta(seconds=60 - number)
        WebhookCall.objects.create(
            webhook=to, key=key, event="test", body="{}", made_at=moment, not_before=moment
        )


def run(carrier: Carrier, now: datetime = NOW) -> int:
    return deliver(WebhookCall.objects.all(), carrier, now)


def row(key: str) -> WebhookCall:
    return WebhookCall.objects.get(key=key)


def fails(error: Exception) -> Callable:
    def fail(*_args):
        raise error

    return fail


def test_what_fails_in_any_way_is_its_own_failure_and_the_others_go_on(carrier):
    queue("packed wrong", "sent wrong", "sound")
    carrier.packing["packed wrong"] = fails(KeyError("no such thing"))
    carrier.sending["sent wrong"] = fails(UnicodeError("\x00\udcff no such letter"))
    assert run(carrier) == 1
    assert row("sound").sent_at == NOW
    for key, error in (
        ("packed wrong", "KeyError: 'no such thing'"),
        ("sent wrong", "UnicodeError:    no such letter"),
    ):
        found = row(key)
        assert (found.attempts, found.error) == (1, error)
        assert (found.claimed_at, found.begun_at) == (None, None)
        assert found.not_before == NOW + MINUTES[0]


def test_it_is_tried_less_and_less_often_and_given_up_after_three_days(carrier):
    queue("wrong")
    carrier.sending["wrong"] = fails(ValueError("never"))
    waits, now = [], NOW
    while row("wrong").given_up_at is None:
        run(carrier, now)
        waits.append(row("wrong").not_before - now)
        now = row("wrong").not_before
        run(carrier, now - timedelta(seconds=1))
        assert len(carrier.sent) == len(waits)
    assert waits[:4] == [*MINUTES, MINUTES[-1]]
    assert now - NOW > timedelta(days=3)
    assert row("wrong").attempts == len(carrier.sent)
    carrier.sending.clear()
    assert run(carrier, now + timedelta(days=1)) == 0
    # A person has it tried again, for as long as a new one.
    carrier.sending["wrong"] = fails(ValueError("never"))
    WebhookCall.objects.all().queue_again(now)
    run(carrier, now)
    assert row("wrong").given_up_at is None


def test_what_is_refused_for_good_is_given_up_at_once(carrier):
    queue("wrong")
    carrier.sending["wrong"] = lambda: Result(Outcome.REFUSED_FOR_GOOD, "no", {"answer": 410})
    run(carrier)
    found = row("wrong")
    assert (found.given_up_at, found.begun_at, found.error, found.answer) == (NOW, None, "no", 410)


@pytest.mark.parametrize(
    "does", [lambda: Result(Outcome.IN_DOUBT, "silence"), fails(TypeError("who knows"))]
)
def test_doubt_is_shown_at_once_and_is_repeated_only_where_the_transport_says_so(does):
    for carrier in (Carrier(repeats_doubtful=False), Carrier(repeats_doubtful=True)):
        WebhookCall.objects.all().delete()
        queue("doubtful")
        carrier.sending["doubtful"] = does
        run(carrier)
        carrier.sending.clear()
        assert WebhookCall.objects.in_doubt(NOW).exists() is not carrier.repeats_doubtful
        assert run(carrier, NOW + timedelta(hours=1)) == carrier.repeats_doubtful


def test_what_a_worker_holds_is_nobody_elses_until_the_worker_must_be_dead(carrier):
    queue("held")
    carrier.sending["held"] = lambda: Result(Outcome.DELIVERED) if run(carrier) == 0 else None
    assert run(carrier) == 1
    assert carrier.sent == ["held"]
    WebhookCall.objects.update(sent_at=None, claimed_at=NOW, begun_at=NOW)
    assert run(carrier, NOW + timedelta(minutes=14)) == 0
    assert run(carrier, NOW + timedelta(minutes=16)) == 1


def test_what_is_cancelled_or_deleted_while_it_is_made_ready_does_not_go_out(carrier):
    queue("cancelled", "deleted", "sound")
    carrier.packing["cancelled"] = lambda row: WebhookCall.objects.filter(pk=row.pk).update(
        cancelled_at=NOW
    )
    carrier.packing["deleted"] = lambda row: row.delete()
    assert run(carrier) == 1
    assert carrier.sent == ["sound"]
    assert row("cancelled").begun_at is None


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass only when a test says so."""
    passed = [0.0]
    monkeypatch.setattr(delivery.time, "monotonic", lambda: passed[0])
    return passed


def takes(seconds: float, clock, outcome: Outcome) -> Callable:
    def take() -> Result:
        clock[0] += seconds
        return Result(outcome)

    return take


def test_a_slow_receiver_takes_no_more_time_than_it_leaves_to_the_others(carrier, clock):
    slow, quick = [f"slow {n}" for n in range(100)], [f"quick {n}" for n in range(20)]
    queue(*slow, to=webhook("slow"))
    queue(*quick, to=webhook("quick"))
    for key in slow:
        carrier.sending[key] = takes(10, clock, Outcome.REFUSED_FOR_NOW)
    for key in quick:
        carrier.sending[key] = takes(0.1, clock, Outcome.DELIVERED)
    assert run(carrier) == len(quick)
    assert carrier.sent[:21] == [slow[0], *quick]
    # The run is over long before anybody takes its worker for dead.
    assert len(carrier.sent) == len(quick) + 30
    assert not WebhookCall.objects.filter(sent_at=None, claimed_at__isnull=False).exists()


def test_a_receiver_with_a_great_heap_leaves_the_others_their_place(carrier, monkeypatch):
    monkeypatch.setattr(delivery, "MOST_OF_ONE", 3)
    queue(*(f"heap {n}" for n in range(10)), to=webhook("heap"))
    queue("single", to=webhook("single"))
    assert run(carrier) == 4
    assert "single" in carrier.sent
    assert [key for key in carrier.sent if key != "single"] == ["heap 0", "heap 1", "heap 2"]
    assert run(carrier) == 3
