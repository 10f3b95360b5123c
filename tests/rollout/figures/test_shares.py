"""Work that is shared out says the same as work done by one, whoever helps and whoever dies."""

from datetime import date

import pytest
from django.core.cache import cache

from facilities.as_of import AsOf
from facilities.models import Facility
from rollout import tasks
from rollout.figures import due, shares
from rollout.figures.cached import cached_progress
from rollout.figures.progress import Asked, progress
from rollout.forecasting import cached_forecast, forecast_of, night
from rollout.models import Alert, Milestone, ProgressSnapshot
from rollout.notices import alerts
from rollout.programme.services import record_milestone
from tests import factories
from tests.rollout.figures.test_area_properties import figures
from tests.rollout.figures.test_spliced_properties import told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]

ON = date(2025, 5, 21)
LATER = date(2025, 8, 20)  # the day of the law is near
JOB = "job"


@pytest.fixture
def sent(monkeypatch) -> list[tuple]:
    """Facilities are many from the first on; what helpers are asked is written down, and nobody comes."""
    asked: list[tuple] = []
    monkeypatch.setattr(shares, "SMALL", 0)
    monkeypatch.setattr(shares, "MOST", 6)
    monkeypatch.setattr(shares, "send", lambda job, *args: asked.append((job, *args)))
    return asked


def rows() -> set[tuple]:
    return set(
        Alert.objects.filter(cleared_on=None).values_list(
            "rule",
            "subject",
            "facility",
            "due_on",
            "level",
            "severity",
            "what_vi",
            "what_en",
            "url",
        )
    )


def test_everybody_is_in_one_share(sent):
    found = shares.cut(ON)
    assert len(found) > 2
    assert max(map(len, found)) <= 6
    assert sorted(pk for share in found for pk in share) == sorted(
        Facility.objects.values_list("pk", flat=True)
    )


def test_shared_out_says_what_one_would_say(sent):
    compared = night.compared_with(ON)
    night.gather(ON)
    assert sent, "helpers are asked"
    with pytest.MonkeyPatch.context() as patched:  # what is kept is used, nothing is read anew
        for owner in (night.figures.Reading, night.due.Due, night.Foreseen):
            patched.setattr(owner, "begin", None)
        kept = cached_progress(ON, compare=compared), cached_progress(ON)
        owed, foreseen = due.due(ON), cached_forecast(AsOf(ON))
    for one, fresh in zip(kept, (progress(ON, compare=compared), progress(ON)), strict=True):
        assert figures(one) == figures(fresh)
    assert told(owed) == told(due.Due.begin(Asked(ON)))
    assert foreseen == forecast_of(AsOf(ON))


def test_alerts_of_shares_are_those_of_all(sent, monkeypatch):
    raised = alerts.raise_alerts(LATER)
    found = rows()
    assert raised == len(found) > 10
    assert any(facility is None for _rule, _subject, facility, *_rest in found)
    Alert.objects.all().delete()
    monkeypatch.setattr(shares, "SMALL", 10_000)
    alerts.raise_alerts(LATER)
    assert rows() == found


def test_after_a_fact_only_whom_it_reaches_is_told_anew(sent, monkeypatch):
    alerts.raise_alerts(LATER)
    told: list[frozenset[int]] = []
    work = alerts.raise_of

    def noted(asked, share):
        told.append(share)
        return work(asked, share)

    monkeypatch.setattr(alerts, "raise_of", noted)
    assert alerts.raise_alerts(LATER) == 0
    assert told == []
    owing = Alert.objects.filter(rule="milestone", cleared_on=None).first()
    place = owing.facility
    milestone = Milestone(owing.subject.rpartition(":")[2])
    record_milestone(
        facility=place, milestone=milestone, happened_on=LATER, by=factories.UserFactory()
    )
    alerts.raise_alerts(LATER)
    assert told, "it is told anew"
    owing.refresh_from_db()
    assert owing.cleared_on == LATER
    found = rows()
    cache.clear()
    alerts.raise_alerts(LATER)
    assert rows() == found


def test_helpers_read_what_nobody_has_and_the_dead_are_replaced(sent, monkeypatch):
    read: list[frozenset[int]] = []

    def work(asked, share):
        read.append(share)
        return sum(share)

    found = shares.cut(ON)
    round_ = shares.SharedOut[str, int](JOB, ON, 7, work)
    wanted = sorted(map(sum, found))
    assert round_.help() == 0, "nobody has the job yet"

    # One helper has read all but one, another died with that one.
    died = found[1]
    monkeypatch.setitem(tasks.READS, JOB, work)

    def helper_comes(job, *args):
        if not read:
            cache.add(round_._place("taken", 1), 1, 60)
            assert tasks.help_out(*args) == len(found) - 1
            assert died not in read

    monkeypatch.setattr(shares, "send", helper_comes)
    monkeypatch.setattr(
        shares.time, "sleep", lambda _seconds: cache.delete(round_._place("taken", 1))
    )
    assert sorted(round_.gathered("", found)) == wanted
    assert sorted(map(sorted, read)) == sorted(map(sorted, found)), "each once"
    assert round_.help() == 0, "it is over"

    # The job is delivered again: nothing is left of before, and nobody is waited for.
    monkeypatch.setattr(shares.time, "sleep", None)
    monkeypatch.setattr(shares, "send", lambda *_args: None)
    assert sorted(round_.gathered("", found)) == wanted


def test_the_job_without_helpers_or_broker(sent, monkeypatch):
    def away(*_args):
        raise OSError

    monkeypatch.setattr(shares, "send", away)
    tasks.compute_progress(ON.isoformat())
    shared = set(
        ProgressSnapshot.objects.values_list("facility", "measure", "done", "total", "share")
    )
    ProgressSnapshot.objects.all().delete()
    cache.clear()
    monkeypatch.setattr(shares, "SMALL", 10_000)
    tasks.compute_progress(ON.isoformat())
    assert shared == set(
        ProgressSnapshot.objects.values_list("facility", "measure", "done", "total", "share")
    )
