"""The jobs: watched, repeatable, and rung once after many writes."""

from contextlib import contextmanager
from datetime import date, datetime, timedelta
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError as RedisAway

from facilities import clock
from facilities.models import Area, Ledger
from rollout import tasks, turns
from rollout.figures import snapshots
from rollout.models import Alert, JobRun, ProgressSnapshot
from rollout.notices import alerts, jobs
from rollout.schedule import BEAT, COMPUTE_PROGRESS, RAISE_ALERTS
from tests import factories

OFF_BY = clock.off_by  # before tests put another in its place

pytestmark = pytest.mark.django_db

VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")


def at(hour: int, minute: int = 0, day: int = 21) -> datetime:
    return datetime(2025, 5, day, hour, minute, tzinfo=VIET_NAM)


def ran(job: str, started_at: datetime, *, error="", ended=True) -> JobRun:
    return JobRun.objects.create(
        job=job,
        started_at=started_at,
        ended_at=started_at + timedelta(seconds=2) if ended else None,
        rows=None if error or not ended else 7,
        error=error,
    )


def status(job: str, now: datetime) -> jobs.JobStatus:
    return next(found for found in jobs.statuses(now) if found.job == job)


class TestTasks:
    def test_compute_progress_for_a_day(self):
        factories.facility()
        rows = tasks.compute_progress("2025-05-21")
        assert ProgressSnapshot.objects.count() == rows
        run = JobRun.objects.get()
        assert (run.job, run.rows, run.error) == (COMPUTE_PROGRESS, rows, "")
        assert run.duration is not None

    @time_machine.travel(datetime(2025, 5, 20, 17, 30, tzinfo=ZoneInfo("UTC")), tick=False)
    def test_without_a_day_it_is_today_in_viet_nam(self):
        factories.facility()
        tasks.compute_progress()
        assert {str(day) for day in ProgressSnapshot.objects.values_list("on", flat=True)} == {
            "2025-05-21"
        }

    def test_twice_is_as_once(self):
        factories.facility()
        assert tasks.compute_progress("2025-05-21") == tasks.compute_progress("2025-05-21")
        assert tasks.raise_alerts("2025-05-21") == tasks.raise_alerts("2025-05-21") == 0
        assert Alert.objects.count() == 0
        assert JobRun.objects.count() == 4

    @time_machine.travel(at(9))
    def test_no_run_for_a_day_to_come(self):
        with pytest.raises(ValueError, match="2025-05-22"):
            tasks.raise_alerts("2025-05-22")
        tasks.raise_alerts("2025-05-21")

    def test_each_job_of_the_schedule_exists(self):
        from rollout.celery import app

        for entry in BEAT.values():
            assert entry["task"] in app.tasks
            assert entry["task"] in jobs.LABELS


class TestRun:
    def test_a_failure_is_noted_and_passed_on(self):
        def fail():
            raise RuntimeError("no room left")

        with pytest.raises(RuntimeError):
            jobs.run(RAISE_ALERTS, fail)
        run = JobRun.objects.get()
        assert run.error == "RuntimeError: no room left"
        assert run.ended_at is not None

    def test_old_runs_are_dropped(self):
        now = timezone.now()
        ran(RAISE_ALERTS, now - timedelta(days=30, hours=1))
        kept = ran(RAISE_ALERTS, now - timedelta(days=29, hours=23))
        other = ran(COMPUTE_PROGRESS, now - timedelta(days=40))
        jobs.run(RAISE_ALERTS, lambda: 0)
        assert set(JobRun.objects.values_list("pk", flat=True)) > {kept.pk, other.pk}
        assert JobRun.objects.count() == 3


class TestStatus:
    def test_next_run_follows_the_schedule(self):
        assert status(COMPUTE_PROGRESS, at(10, 3)).next_at == at(10, 5)
        assert status(COMPUTE_PROGRESS, at(10, 5)).next_at == at(11, 5)
        assert status(COMPUTE_PROGRESS, at(0, 30)).next_at == at(1, 0)
        assert status(COMPUTE_PROGRESS, at(23, 30)).next_at == at(0, 5, day=22)
        assert status(RAISE_ALERTS, at(5, 15)).next_at == at(5, 30)

    def test_nothing_ran_yet_is_not_missed(self):
        found = status(RAISE_ALERTS, at(10))
        assert (found.state, found.last, found.missed) == ("not_begun", None, False)

    def test_missed_once_the_next_run_is_overdue(self):
        ran(RAISE_ALERTS, at(10, 15))
        due = at(11, 15)
        assert status(RAISE_ALERTS, due + jobs.GRACE).state == "done"
        assert status(RAISE_ALERTS, due + jobs.GRACE + timedelta(seconds=1)).state == "missed"

    def test_a_failing_job_is_missed_too(self):
        ran(RAISE_ALERTS, at(10, 15))
        ran(RAISE_ALERTS, at(11, 15), error="OperationalError: away")
        assert status(RAISE_ALERTS, at(11, 20)).state == "failed"
        found = status(RAISE_ALERTS, at(12))
        assert (found.state, found.succeeded_at) == ("missed", at(10, 15))

    def test_a_job_that_never_ran_while_others_do(self):
        ran(COMPUTE_PROGRESS, at(10, 5))
        assert status(RAISE_ALERTS, at(10, 20)).state == "not_begun"
        assert status(RAISE_ALERTS, at(11)).state == "missed"

    def test_running_and_broken_off(self):
        ran(RAISE_ALERTS, at(10, 15), ended=False)
        assert status(RAISE_ALERTS, at(10, 16)).state == "under_way"
        assert status(RAISE_ALERTS, at(10, 31)).state == "died"


BOTH = (COMPUTE_PROGRESS, RAISE_ALERTS)


class TestAfterFactsChanged:
    @pytest.fixture
    def sent(self):
        with mock.patch.object(jobs, "send") as sent:
            yield sent

    def test_many_writes_in_one_transaction_send_one_job(
        self, sent, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True) as callbacks:
            for _i in range(3):
                factories.facility()
            assert not sent.called
        assert len(callbacks) == 1
        # The alerts as well: what is solved falls silent as soon.
        assert sent.call_args_list == [
            mock.call(COMPUTE_PROGRESS, in_seconds=jobs.DEBOUNCE_SECONDS),
            mock.call(RAISE_ALERTS, in_seconds=jobs.DEBOUNCE_SECONDS),
        ]

    @pytest.mark.django_db(transaction=True)
    def test_a_burst_of_transactions_sends_one_job(self, sent):
        for _i in range(3):
            factories.facility()
        assert sent.call_count == len(BOTH)

    @pytest.mark.django_db(transaction=True)
    def test_a_fact_written_while_it_runs_sends_another(self, sent):
        factories.facility()
        tasks.compute_progress()
        factories.facility()
        assert sent.call_count == 2 * len(BOTH)

    def test_the_job_itself_sends_none(self, sent, django_capture_on_commit_callbacks):
        factories.facility()
        with django_capture_on_commit_callbacks(execute=True):
            tasks.compute_progress("2025-05-21")
            tasks.raise_alerts("2025-05-21")
        assert not sent.called

    @pytest.mark.parametrize("error", [OperationalError("away"), RedisAway("away"), OSError()])
    def test_without_a_broker_the_write_succeeds(
        self, sent, error, django_capture_on_commit_callbacks
    ):
        sent.side_effect = error
        with django_capture_on_commit_callbacks(execute=True):
            factories.AreaFactory(code="lang-giang")
        assert sent.called
        assert Area.objects.filter(code="lang-giang").exists()

    def test_without_a_cache_the_write_and_the_job_succeed(
        self, sent, django_capture_on_commit_callbacks
    ):
        with (
            mock.patch.object(jobs, "cache", mock.Mock(add=away, delete=away)),
            django_capture_on_commit_callbacks(execute=True),
        ):
            factories.facility()
            assert tasks.compute_progress("2025-05-21")

    @pytest.mark.django_db(transaction=True)
    def test_nothing_is_sent_for_a_write_that_was_rolled_back(self, sent):
        def duplicate():
            with transaction.atomic():
                Area.objects.create(code="same", level="district")
                Area.objects.create(code="same", level="district")

        with pytest.raises(IntegrityError):
            duplicate()
        assert not sent.called
        Area.objects.create(code="same", level="district")
        assert sent.called


def away(*_args, **_kwargs):
    raise RedisAway("away")


class TestHealth:
    def test_alive(self, client):
        answer = client.get("/healthz")
        assert (answer.status_code, answer.content) == (200, b"ok")

    def test_ready(self, client):
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert set(answer.json()) == {"database", "migrations", "cache", "broker", "clock", "jobs"}
        assert set(answer.json().values()) == {"ok"}

    def test_a_missed_job_is_named_and_nothing_else(self, client):
        ran(RAISE_ALERTS, timezone.now() - timedelta(hours=3))
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {
            "database": "ok",
            "migrations": "ok",
            "cache": "ok",
            "broker": "ok",
            "clock": "ok",
            "jobs": "failing",
        }

    def test_a_clock_that_is_off_is_named_and_no_job_goes_by_it(self, client, monkeypatch):
        for off, ready in ((5, True), (-5, True), (6, False), (-24 * 60, False)):
            minutes = timedelta(minutes=off)
            monkeypatch.setattr("facilities.clock.off_by", lambda minutes=minutes: minutes)
            answer = client.get("/readyz").json()
            assert answer["clock"] == ("ok" if ready else "failing"), off
            done = []
            if ready:
                jobs.run(RAISE_ALERTS, lambda done=done: len(done) or done.append(1) or 1)
                assert done
                JobRun.objects.all().delete()
                continue
            with pytest.raises(jobs.ClockIsOff):
                jobs.run(RAISE_ALERTS, lambda done=done: len(done) or done.append(1) or 1)
            assert not done
            assert JobRun.objects.latest("pk").error.startswith("ClockIsOff")
            JobRun.objects.all().delete()

    def test_this_machine_agrees_with_the_clock_of_the_database(self):
        assert abs(OFF_BY()) < clock.MOST_APART

    def test_a_cache_that_is_away_is_named(self, client):
        with mock.patch("rollout.site.health.cache", mock.Mock(get=away)):
            answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["cache"]) == (503, "failing")

    @pytest.mark.parametrize("path", ["/healthz", "/readyz"])
    def test_only_to_be_read_and_never_kept(self, client, path):
        assert client.post(path).status_code == 405
        assert "no-cache" in client.get(path)["Cache-Control"]


class TestTakingTurns:
    def test_what_was_computed_from_older_facts_is_not_written(self):
        facts, written = ["old"], []

        def compute():
            computed = facts[-1]
            if computed == "old":  # meanwhile somebody records a fact
                facts.append("new")
                Ledger.touch()
            return computed

        turns.write_in_turn(compute, lambda computed: written.append(computed) or 1)
        assert written == ["new"]

    def test_while_facts_keep_moving_the_last_attempt_computes_in_its_turn(self, monkeypatch):
        taken = []
        turn = turns.one_at_a_time

        @contextmanager
        def one_at_a_time():
            with turn():
                taken.append(True)
                yield
                taken.append(False)

        monkeypatch.setattr(turns, "one_at_a_time", one_at_a_time)
        computed_in_turn = []

        def compute():
            Ledger.touch()
            computed_in_turn.append(bool(taken and taken[-1]))
            return len(computed_in_turn)

        assert turns.write_in_turn(compute, lambda computed: computed) == turns.ATTEMPTS + 1
        assert computed_in_turn == [False] * turns.ATTEMPTS + [True]

    @pytest.mark.parametrize(
        ("module", "name", "job"),
        [
            (alerts, "alerts_due", "raise_alerts"),
            (snapshots, "cached_progress", "compute_progress"),
        ],
    )
    def test_both_jobs_compute_again_when_facts_move(self, monkeypatch, module, name, job):
        factories.programme()
        computes, seen = getattr(module, name), []

        def compute(what):
            seen.append(Ledger.current())
            if len(seen) == 1:
                Ledger.touch()
            return computes(what)

        monkeypatch.setattr(module, name, compute)
        getattr(module, job)(date(2025, 5, 21))
        assert seen == [seen[0], seen[0] + 1]
