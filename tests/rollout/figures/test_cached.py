"""Kept progress: computed once, never stale, in no language."""

from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation

from facilities.models import Role
from facilities.services import correct, withdraw
from rollout.figures import cached
from rollout.figures.cached import cached_progress, key
from rollout.figures.progress import Reading
from rollout.models import Milestone
from rollout.programme.services import record_milestone, set_milestone_target
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)


@pytest.fixture
def computed(monkeypatch):
    """The days for which progress was really computed."""
    days = []
    compute = Reading.begin

    def begin(asked):
        days.append(asked.on)
        return compute(asked)

    monkeypatch.setattr(Reading, "begin", begin)
    return days


def launch(place, day=DAY):
    return record_milestone(
        facility=place, milestone=Milestone.LAUNCH, happened_on=day, by=factories.recorder()
    )


def launched(**options) -> int:
    return cached_progress(DAY, **options).measure("launched").done


def test_it_is_computed_once_until_something_general_changes(computed):
    place = factories.facility()
    assert (launched(), launched(), computed) == (0, 0, [DAY])
    launch(place)
    assert (launched(), launched(), computed) == (1, 1, [DAY])
    factories.facility("another")
    assert (launched(), launched(), computed) == (1, 1, [DAY, DAY])


def test_a_fact_has_its_facility_read_again_and_no_other(monkeypatch):
    read = []
    spliced = Reading.spliced
    monkeypatch.setattr(
        Reading, "spliced", lambda kept, moved: read.append(moved) or spliced(kept, moved)
    )
    place, _other = factories.facility(), factories.facility("other")
    launched()
    launch(place)
    assert (launched(), launched(), read) == (1, 1, [{place.pk}])


def test_with_the_cache_emptied_nothing_kept_is_left(computed):
    launch(factories.facility())
    assert (launched(), launched(), len(computed)) == (1, 1, 1)
    cache.clear()
    assert (launched(), len(computed)) == (1, 2)


def test_a_kept_answer_takes_one_query(django_assert_num_queries):
    factories.facility()
    launched()
    with django_assert_num_queries(1):
        launched()


def test_no_write_is_answered_from_before_it():
    place = factories.facility()
    assert launched() == 0
    fact = launch(place)
    assert launched() == 1
    fact = correct(
        fact=fact, because="misread", by=factories.recorder(), happened_on=date(2025, 6, 1)
    )
    assert launched() == 0
    fact = correct(fact=fact, because="misread", by=factories.recorder(), happened_on=DAY)
    assert launched() == 1
    withdraw(fact=fact, because="never", by=factories.recorder())
    assert launched() == 0
    launch(place)
    assert launched() == 1
    type(fact).objects.known().delete()
    assert launched() == 0


def test_each_day_each_moment_and_each_comparison_is_kept_apart(computed):
    fact = launch(factories.facility())
    before = datetime(2020, 1, 1, tzinfo=UTC)
    assert launched() == 1
    assert launched(known_at=fact.recorded_at) == 1
    assert launched(known_at=before) == 0
    compared = cached_progress(DAY, compare=date(2025, 2, 18)).measure("launched")
    assert (compared.done, compared.before_done) == (1, 0)
    assert cached_progress(date(2025, 5, 20)).measure("launched").done == 0
    assert len(computed) == 5


def test_what_is_kept_is_read_in_the_language_of_each_reader():
    place = factories.facility(name_vi="Trung tâm Y tế Lục Nam", name_en="Luc Nam Medical Centre")
    set_milestone_target(
        facility=place,
        milestone=Milestone.LAUNCH,
        due_on=date(2025, 5, 1),
        set_on=date(2025, 4, 1),
        by=factories.recorder(),
    )
    with translation.override("vi"):
        cached_progress(DAY)
    with translation.override("en"):
        [found] = cached_progress(DAY).facilities
        assert found.name == "Luc Nam Medical Centre"
        assert (str(found.late_for), found.days_late) == ("Launch", 14)
        assert str(found.next_step_label) == "Get the EMR server accepted"
    with translation.override("vi"):
        assert cached_progress(DAY).facilities[0].name == "Trung tâm Y tế Lục Nam"


def test_what_was_kept_cannot_be_spoilt_by_a_reader():
    factories.facility()
    first = cached_progress(DAY)
    with pytest.raises(TypeError):
        first.facilities[0].measures.clear()
    assert cached_progress(DAY).facilities[0].measures


def test_a_key_tells_its_parts_apart():
    moment = datetime(2025, 5, 21, tzinfo=UTC)
    keys = {
        key("progress", 1, DAY, None, None),
        key("progress", 2, DAY, None, None),
        key("trend", 1, DAY, None, None),
        key("progress", 1, None, DAY, None),
        key("progress", 1, None, None, DAY),
        key("progress", 1, DAY, moment, None),
        key("progress", 1, moment, DAY, None),
    }
    assert len(keys) == 7


def test_a_changed_rule_is_not_answered_from_the_old_one(monkeypatch):
    before = key("progress", 1, DAY)
    monkeypatch.setattr(cached, "RELEASE", cached.RELEASE + ".2")
    assert key("progress", 1, DAY) != before


DOORS = (
    "rollout:leader",
    "rollout:overall",
    "rollout:desk",
    "rollout:timeline",
    "rollout:register-list/facilities",
    "api:progress",
    "api:trend",
    "api:forecast",
    "api:deadlines",
)
TREND = {"measure": "official", "from": "2025-05-01", "to": "2025-05-21"}


@pytest.fixture
def kept_for(client, monkeypatch):
    """For how many seconds, at most, whatever an address computes is kept."""
    factories.programme()
    factories.facility()
    client.force_login(factories.user_with(Role.DEPARTMENT))

    def ask(door: str, **asked: str) -> int:
        seconds, keep, keep_many = [], cache.set, cache.set_many

        def watched(place, value, timeout=None, version=None):
            seconds.append(timeout)
            keep(place, value, timeout, version=version)

        def watched_many(values, timeout=None, version=None):
            seconds.append(timeout)
            return keep_many(values, timeout, version=version)

        monkeypatch.setattr(cache, "set", watched)
        monkeypatch.setattr(cache, "set_many", watched_many)
        name, _slash, register = door.partition("/")
        path = reverse(name, args=[register] if register else [])
        query = TREND if door == "api:trend" else {"on": "2025-05-21"}
        answer = client.get(path, query | asked)
        monkeypatch.undo()
        assert answer.status_code == 200, door
        assert "max-age" not in answer["Cache-Control"]
        return max(seconds)

    return ask


@pytest.mark.parametrize("door", DOORS)
def test_an_answer_as_known_then_is_kept_no_longer_than_another(kept_for, door):
    """Each moment is a key of its own: asked for many, the cache would hold nothing else."""
    assert kept_for(door, known_at="2025-05-22T10:00") == cached.KEEP_LOOKED_BACK_SECONDS
    assert kept_for(door) == cached.KEEP_SECONDS > cached.KEEP_LOOKED_BACK_SECONDS
