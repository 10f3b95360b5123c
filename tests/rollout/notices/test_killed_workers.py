"""Workers killed for real, by SIGKILL in the middle of their night: nothing lost, nothing doubled unseen."""

import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from unittest import mock

import pytest
import time_machine
from django.core.mail.utils import DNS_NAME
from django.utils import translation

from facilities.working_days import WEEKENDS_ONLY
from rollout import tasks
from rollout.models import Alert, JobRun, Message, Milestone, Notice, WebhookCall
from rollout.notices.alerts import RULES
from rollout.notices.notices import notify
from rollout.notices.webhooks import services
from tests import factories
from tests.outside import AWAY, BREAKS_OFF, Outside
from tests.rollout.notices.worlds import DUE, SET, World, at
from tests.workers import CONNECT, DATA, MAIL, Kill, start

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
STORED = (Message, Alert, Notice, WebhookCall, JobRun)


@pytest.fixture
def outside(settings, monkeypatch):
    found = Outside()
    settings.MAILS = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.mail_port
    settings.SITE_URL = "https://emr.example.vn"
    monkeypatch.setattr(DNS_NAME, "_fqdn", "localhost", raising=False)  # nobody is asked for it
    # Facts that are recorded here would wake a job that is none of this.
    with mock.patch("rollout.notices.jobs.send"):
        factories.programme()
        services.add(name="Trục tích hợp", url=found.url, by=factories.recorder())
        yield found
    found.close()


def night(day: date, hour: int):
    """The jobs of one night, as a worker does them."""

    def work() -> None:
        with time_machine.travel(at(day, hour), tick=False):
            tasks.raise_alerts(day.isoformat())
            tasks.remind()
            tasks.call_webhooks()

    return work


def rehearse(day: date, settings) -> None:
    """One night in this process, without a trace: workers inherit the words and pages it has read."""
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    with time_machine.travel(at(day), tick=False):
        tasks.raise_alerts(day.isoformat())
        tasks.remind()
    assert Message.objects.filter(sent_at__isnull=False).exists()
    settings.EMAIL_BACKEND = backend
    put_back([[] for _model in STORED])


def put_back(stored: list[list]) -> None:
    for model in reversed(STORED):
        model.objects.all().delete()
    for model, rows in zip(STORED, stored, strict=True):
        model.objects.bulk_create(rows)


def english(code: str) -> World:
    found = World(code)
    for person in (found.officer, found.head, found.department, found.leader):
        person.language = "en"
        person.save()
    return found


def the_alerts() -> dict[tuple, tuple]:
    rows = Alert.objects.values_list("subject", "due_on", "level", "raised_on", "cleared_on")
    return {row[:3]: row[3:] for row in rows}


def the_notices() -> Counter:
    return Counter(
        Notice.objects.values_list(
            "alert__subject", "alert__level", "person", "kind", "offset", "audience", "on"
        )
    )


def key_of(mail) -> str:
    return mail["Message-ID"].strip("<>").rpartition("@")[0]


def keys(messages) -> set[str]:
    return {key.replace(":", ".") for key in messages.values_list("key", flat=True)}


def nothing_is_lost_or_doubled(outside: Outside, now) -> tuple[Counter, set[str]]:
    """What was delivered how often, and what is shown to be in doubt."""
    delivered = Counter(key_of(mail) for mail in outside.mails)
    doubtful = keys(Message.objects.in_doubt(now))
    assert max(delivered.values(), default=1) == 1
    assert keys(Message.objects.filter(sent_at__isnull=False)) <= delivered.keys()
    assert delivered.keys() <= keys(Message.objects.filter(sent_at__isnull=False)) | doubtful
    assert keys(Message.objects.filter(sent_at=None, cancelled_at=None)) == doubtful
    # Other systems are called until they answer, under one identifier for each event.
    assert not WebhookCall.objects.filter(sent_at=None).exists()
    heard = defaultdict(set)
    for identifier, body in outside.calls:
        heard[identifier].add(body)
    assert heard.keys() == {
        f"{webhook}.{key}".lower()
        for webhook, key in WebhookCall.objects.values_list("webhook", "key")
    }
    assert {len(bodies) for bodies in heard.values()} <= {1}
    return delivered, doubtful


def test_killed_before_each_step_of_an_eventful_night(outside, settings):
    """The next worker makes up for it: as if nothing had happened, but for mail that is in doubt."""
    done, late = english("done"), english("late")
    eve, day = WEEKENDS_ONLY.add(DUE, 2), WEEKENDS_ONLY.add(DUE, 3)
    done.plan()
    late.plan(eve)
    rehearse(eve, settings)
    outside.until_ended(start(night(eve, 8)))
    done.reach(eve)
    stood = [list(model.objects.all()) for model in STORED]
    mailed, called = len(outside.mails), len(outside.calls)
    [steps] = outside.until_ended(start(night(day, 8)))
    alerts, notices, mails = the_alerts(), the_notices(), len(outside.mails)
    assert mails - mailed > 1
    doubts = Counter()
    # What is killed before it reads or begins leaves what was there after the step before.
    reads = ("SELECT", "BEGIN", "SAVEPOINT")
    places = [n for n, step in enumerate(steps) if not step.startswith(reads)]
    places = [n for n in places if "rollout_jobrun" not in steps[n]]
    for number in places:
        put_back(stood)
        del outside.mails[mailed:], outside.calls[called:]
        ended = outside.until_ended(start(night(day, 8), Kill(number)))
        assert ended == [None], steps[number]
        outside.until_ended(start(night(day, 9)))
        assert (the_alerts(), the_notices()) == (alerts, notices), steps[number]
        delivered, doubtful = nothing_is_lost_or_doubled(outside, at(day, 10))
        assert len(delivered.keys() | doubtful) == mails, steps[number]
        doubts[steps[number].split(" (")[0].split(" SET")[0]] += len(doubtful)
    # In doubt is only what was begun.
    assert +doubts == {CONNECT: 1, DATA: mails - mailed, 'UPDATE "rollout_message"': mails - mailed}
    print(
        f"killed at {len(places)} places, {mails - mailed} messages, in doubt after {dict(+doubts)}"
    )


def milestones_of(chance: random.Random, worlds: list[World]) -> dict[tuple, tuple[date, date]]:
    """By facility and milestone: when it is due, and when it is reached, early or late."""
    found = {}
    for world in worlds:
        dues = sorted(chance.sample(range(20, 310), 4))
        for milestone, number in zip(
            ("preparing", "pilot", "launch", "official"), dues, strict=True
        ):
            due = SET + number * DAY
            world.plan(due, milestone)
            found[world, milestone] = (due, due + chance.randrange(-5, 40) * DAY)
    return found


def done_on(plans: dict, world: World, milestone: str) -> date:
    """Reached itself, or a later one was."""
    order = [one.value for one in Milestone]
    return min(
        reached
        for (where, which), (_due, reached) in plans.items()
        if where is world and order.index(which) >= order.index(milestone)
    )


def expected_alerts(plans: dict, raised: list[date]) -> dict[tuple, tuple]:
    """What an undisturbed run on these days leaves."""
    found = {}
    for (world, milestone), (due, _reached) in plans.items():
        done, standing = done_on(plans, world, milestone), None
        for day in raised:
            stage = RULES["milestone"].stage(due, day, WEEKENDS_ONLY) if day < done else None
            key = (f"milestone:{world.place.pk}:{milestone}", due, stage[0]) if stage else None
            if standing and standing != key:
                found[standing] = (found[standing][0], day)
            if key and standing != key:
                found[key] = (day, None)
            standing = key
    return found


def said_too_late(plans: dict, mails: list) -> list[str]:
    """Things mailed as due once they were done, or as clear while they were not."""
    with translation.override("en"):
        done = {
            f"{world.place.code}: {Milestone(milestone).label}": done_on(plans, world, milestone)
            for world, milestone in plans
        }
    found = []
    for day, mail in mails:
        due, _heading, clear = mail.get_content().partition("Resolved")
        for text, wrong in ((due, lambda on, d=day: on <= d), (clear, lambda on, d=day: on > d)):
            for line in text.splitlines():
                name = line.removeprefix("- Bệnh viện ").partition(" (")[0]
                if line.startswith("- ") and wrong(done[name]):
                    found.append(f"{day}: {line}")
    return found


@pytest.mark.parametrize("seed", [1])
def test_a_year_of_killed_workers(seed, outside, settings):
    """Nights missed, workers killed anywhere, two at once, the mail server away a day or breaking off."""
    chance = random.Random(seed)
    worlds = [english(f"place-{n}") for n in range(3)]
    plans = milestones_of(chance, worlds)
    rehearse(plans[worlds[0], "launch"][0], settings)
    away = next(
        WEEKENDS_ONLY.add(due, 1) for due, reached in plans.values() if reached > due + 7 * DAY
    )
    shut = away + chance.randrange(20, 100) * DAY

    def anywhere() -> Kill:
        return Kill(int(chance.random() * longest))

    counts, raised, mails, longest, alerts = Counter(), [], [], 60, {}
    for day in (SET + n * DAY for n in range(365)):
        for (world, milestone), (_due, reached) in plans.items():
            if reached == day:
                world.reach(day, milestone)
        counts["nights"] += 1
        closed = day.weekday() >= 5 or shut <= day < shut + 14 * DAY
        if day != away and (chance.random() < 0.55 or closed):
            counts["missed"] += 1
            continue
        outside.mood = AWAY if day == away else chance.choice([""] * 7 + [BREAKS_OFF])
        settings.EMAIL_PORT = outside.mail_port
        before, mailed = alerts, len(outside.mails)
        kills = [
            chance.choice([None, anywhere(), anywhere(), Kill(chance.randrange(6), MAIL)])
            for _worker in range(chance.choice([1, 1, 1, 2]))
        ]
        hour = chance.randrange(24)
        if day == away:
            kills, hour = [None, None], 9
        ended = outside.until_ended(*(start(night(day, hour), kill) for kill in kills))
        counts["workers"] += len(ended)
        counts["killed"] += ended.count(None)
        longest = max([longest, *(len(steps) for steps in ended if steps)])
        mails += [(day, mail) for mail in outside.mails[mailed:]]
        alerts = the_alerts()
        if any(ended) or alerts != before:
            raised.append(day)
        if chance.random() < 0.3 and any(ended):
            assert notify(day) == 0  # whoever came through left nothing untold

    outside.mood = ""
    settings.EMAIL_PORT = outside.mail_port
    end, mailed = SET + 365 * DAY, len(outside.mails)
    for hour in range(9, 20, 5):
        assert all(outside.until_ended(start(night(end, hour))))
    mails += [(end, mail) for mail in outside.mails[mailed:]]
    assert the_alerts() == expected_alerts(plans, [*raised, end])
    assert max(the_notices().values()) == 1
    delivered, doubtful = nothing_is_lost_or_doubled(outside, at(end, 20))
    assert said_too_late(plans, mails) == []
    counts |= {
        "alerts": Alert.objects.count(),
        "notices": Notice.objects.count(),
        "delivered": len(delivered),
        "in doubt": len(doubtful),
        "tried again": Message.objects.filter(attempts__gt=1).count(),
        "cancelled": Message.objects.filter(cancelled_at__isnull=False).count(),
        "calls": WebhookCall.objects.count(),
        "heard": len(outside.calls),
    }
    print(", ".join(f"{what} {number}" for what, number in counts.items()))
    assert counts["killed"] >= 40
    assert counts["alerts"] >= 10
    assert counts["delivered"] >= 10
    assert counts["tried again"] >= 1
    assert counts["in doubt"] >= 1
    assert JobRun.objects.filter(ended_at=None).exists()
