"""What is foreseen, what is not, and that a what-if stores nothing."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override
from hypothesis import given
from hypothesis import strategies as st

from equipment.models import Procurement
from facilities.models import Facility, Ledger, Role
from facilities.register import Register
from rollout.forecasting import Shift, foresee, keep
from rollout.forecasting.foreseeing import FAN_STEPS, horizon
from rollout.forecasting.keeping import chance_scores, first_score_on, scores
from rollout.forecasting.walk import DRAWS, Leg, quantile, walk
from rollout.models import Forecast
from rollout.services import record_milestone
from tests import factories
from tests.factories import user_with


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker):
    """Loaded once and taken back at the end: the tests only add to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_bacgiang", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def bacgiang(seeded, db):
    pass


ON = date(2025, 5, 21)
DAY = ON.toordinal()


def forecast(facility, law, chance):
    """Kept on ON."""
    return Forecast.objects.create(
        on=ON, facility=facility, likely_on=law, safe_on=law, law_on=law, chance=chance, sample=5
    )


pools = st.lists(st.integers(1, 90), min_size=5, max_size=30).map(lambda days: tuple(sorted(days)))


class TestWalk:
    @given(pool=pools, ago=st.integers(0, 200))
    def test_what_has_not_happened_happens_later(self, pool, ago):
        ends = walk([Leg("x", pool)], begun=DAY - ago, on=DAY, seed="a")
        assert len(ends) == DRAWS
        assert all(end > DAY for end in ends)
        if any(days > ago for days in pool):
            assert {end - DAY + ago for end in ends} <= {days for days in pool if days > ago}

    @given(pool=pools, fixed=st.integers(0, 60))
    def test_a_fixed_day_is_kept_unless_the_way_to_it_is_longer(self, pool, fixed):
        legs = [Leg("before", pool), Leg("council", pool, fixed=DAY + fixed)]
        before = walk(legs[:1], begun=DAY, on=DAY, seed="a")
        both = walk(legs, begun=DAY, on=DAY, seed="a")
        for day, end in zip(before, both, strict=True):
            assert end == DAY + fixed if day <= DAY + fixed else end > day

    @given(pool=pools, gate=st.integers(0, 300))
    def test_nothing_passes_a_gate_before_it_opens(self, pool, gate):
        opened = [DAY + gate] * DRAWS
        ends = walk([Leg("x", pool)], begun=DAY, on=DAY, seed="a", gate=("x", opened))
        assert min(ends) >= DAY + gate

    def test_bidders_keep_their_time(self):
        legs = [Leg("opening", (1, 1, 1, 1, 1), least=lambda posted: posted + 18)]
        assert set(walk(legs, begun=DAY, on=DAY, seed="a")) == {DAY + 18}

    def test_the_same_draws_each_time(self):
        leg = Leg("x", tuple(range(1, 40)))
        assert walk([leg], begun=DAY, on=DAY, seed="a") == walk([leg], begun=DAY, on=DAY, seed="a")

    @pytest.mark.parametrize(("pool", "day"), [((0,), 101), ((1,), 101), ((7,), 107)])
    def test_what_waits_longer_than_any_seen_begins_anew_tomorrow_at_the_earliest(self, pool, day):
        days = walk([Leg("launch", pool)], begun=10, on=100, seed="f1")
        assert set(days) == {day}

    @pytest.mark.parametrize(
        ("share", "day"), [(0.0, 1), (0.2, 1), (0.21, 2), (0.5, 3), (0.8, 4), (1.0, 5)]
    )
    def test_a_share_between_two_draws_is_reached_by_the_later(self, share, day):
        assert quantile([1, 2, 3, 4, 5], share) == day

    def test_shares_of_the_draws(self):
        days = list(range(1, 11))
        assert [quantile(days, share) for share in (0.1, 0.5, 0.9, 1)] == [1, 5, 9, 10]


@pytest.mark.django_db
class TestSeed:
    def test_the_session_of_21_may(self, bacgiang):
        outlook = foresee(Register(ON))
        assert outlook.law == date(2025, 9, 30)
        assert (outlook.official, len(outlook.facilities), outlook.unforeseen) == (5, 17, 0)
        low, middle, high = outlook.by_law
        assert 7 <= low <= middle <= high <= 17
        by_code = {one.facility.code: one for one in outlook.facilities}
        assert by_code["bg-ttyt-lucnam"].chance == 1
        assert by_code["bg-ttyt-yenthe"].chance < by_code["bg-tamthan"].chance < 1
        for one in outlook.facilities:
            if one.is_foreseen:
                assert ON < one.likely_on <= one.safe_on <= outlook.province.safe_on
                assert one.sample >= 5

    def test_the_fan_opens_at_what_is_done_and_agrees_with_the_day_of_the_law(self, bacgiang):
        outlook = foresee(Register(ON))
        days = [day for day, *_counts in outlook.fan]
        assert days == sorted(set(days))
        assert (days[0], days[-1]) == horizon(outlook)
        assert len(days) <= FAN_STEPS + 2
        by_day = {day: tuple(counts) for day, *counts in outlook.fan}
        assert by_day[ON] == (5, 5, 5)
        assert by_day[outlook.law] == outlook.by_law
        assert by_day[days[-1]][1:] == (17, 17)
        for counts in zip(*by_day.values(), strict=True):
            assert list(counts) == sorted(counts)
        assert all(low <= middle <= high for low, middle, high in by_day.values())
        assert foresee(Register(date(2025, 3, 1))).fan == ()

    def test_below_the_minimum_nothing_is_foreseen(self, bacgiang):
        outlook = foresee(Register(date(2025, 3, 1)))
        assert not outlook.province.is_foreseen
        assert outlook.by_law is None
        assert any(one.lacking == "too_few" and one.lacking_step for one in outlook.facilities)

    def test_the_facts_of_later_days_change_nothing(self, bacgiang):
        before = foresee(Register(ON)).facilities
        place = Facility.objects.get(code="bg-bvdk")
        record_milestone(
            facility=place,
            milestone="launch",
            happened_on=ON + timedelta(days=3),
            by=factories.recorder(),
        )
        assert foresee(Register(ON)).facilities == before
        assert foresee(Register(ON + timedelta(days=3))).facilities != before

    def test_what_if_moves_one_facility_and_stores_nothing(self, bacgiang):
        file = Procurement.objects.get(code="BG-2025-03")
        version = Ledger.current()
        plain = foresee(Register(ON))
        shifted = foresee(Register(ON), Shift("file", file.pk, date(2025, 8, 29)))
        moved = [
            one.facility.id
            for one, other in zip(plain.facilities, shifted.facilities, strict=True)
            if one != other
        ]
        assert moved == [file.facility_id]
        assert shifted.by_law <= plain.by_law
        assert (Ledger.current(), Forecast.objects.count()) == (version, 0)

    def test_kept_once_a_day_and_scored_when_it_has_happened(self, bacgiang):
        rows = keep(ON)
        assert rows == 13  # the province and twelve facilities
        assert keep(ON) == rows
        stored = Forecast.objects.get(on=ON, facility__code="bg-ttyt-lucnam")
        for milestone, later in (("decision", 12), ("official", 30)):
            record_milestone(
                facility=stored.facility,
                milestone=milestone,
                happened_on=ON + timedelta(days=later),
                by=factories.recorder(),
            )
        [score, *_] = scores(Register(ON + timedelta(days=40)))
        error = abs((ON + timedelta(days=30) - stored.likely_on).days)
        assert (score.ahead, score.count, score.error_days) == (30, 1, error)

    def test_chances_are_held_against_whether_the_day_was_made(self, bacgiang):
        made, missed = (Facility.objects.get(code=code) for code in ("bg-yhct", "bg-ttyt-yenthe"))
        law = ON + timedelta(days=30)
        for facility, chance in ((made, 0.8), (missed, 0.4)):
            forecast(facility, law, chance)
        assert chance_scores(Register(law)) == []  # that day is not over
        [score] = chance_scores(Register(law + timedelta(days=1)))
        assert (score.ahead, score.count) == (30, 2)
        assert score.brier == pytest.approx((0.2**2 + 0.4**2) / 2)
        assert first_score_on() == law


@pytest.mark.django_db
class TestPage:
    def get(self, client, **asked):
        client.force_login(user_with(Role.DEPARTMENT))
        return client.get(
            "/forecast/", {"on": "2025-05-21"} | asked, headers={"accept-language": "en"}
        )

    def test_it_says_how_sure_and_on_what_it_rests(self, client, bacgiang):
        text = self.get(client).content.decode()
        assert "30/09/2025" in text or "30 Sep 2025" in text
        assert "bg-ttyt-yenthe" in text

    def test_a_what_if_that_makes_nobody_late_says_so(self, client, bacgiang):
        file = Procurement.objects.get(code="BG-2025-03")
        page = self.get(client, shift=f"file:{file.pk}", to="2025-05-23")
        assert page.context["late"] == []
        assert words("No facility becomes late.") in page.content.decode()

    def test_a_what_if_names_who_becomes_late(self, client, bacgiang):
        file = Procurement.objects.get(code="BG-2025-03")
        page = self.get(client, shift=f"file:{file.pk}", to="2025-08-29")
        assert page.status_code == 200
        assert [line.becomes_late for line in page.context["lines"]].count(True) == 1

    @pytest.mark.parametrize(
        ("shift", "to"),
        [("file:0", "2025-06-01"), ("council:x", "2025-06-01"), ("", "2025-06-01")],
    )
    def test_what_is_not_on_the_list_is_refused(self, client, bacgiang, shift, to):
        assert self.get(client, shift=shift, to=to).status_code == 400

    @pytest.mark.parametrize("to", ["", "yesterday", "2025-05-20", "2025-02-30"])
    def test_the_day_must_be_one_to_come(self, client, bacgiang, to):
        file = Procurement.objects.get(code="BG-2025-03")
        page = self.get(client, shift=f"file:{file.pk}", to=to)
        assert page.status_code == 400
        assert page.context["problems"].keys() == {"to"}
        assert 'id="to-problem"' in page.content.decode()

    def test_the_leader_sees_the_band(self, client, bacgiang):
        client.force_login(user_with(Role.LEADER))
        page = client.get("/?on=2025-05-21").content.decode()
        assert 'id="forecast"' in page
        assert page.count('class="fan"') == 4  # three sizes, and the legend
        assert page.count('class="law"') > 3

    def test_old_data_is_told(self, client, bacgiang):
        told = words("This rests on old data: the newest fact is of %(newest)s.").split("%")[0]
        assert told not in self.get(client).content.decode()
        assert told in self.get(client, on="2025-07-15").content.decode()

    def test_without_scores_it_says_from_when_there_will_be(self, client, bacgiang):
        page = self.get(client)
        assert page.context["first_score_on"] == timezone.localdate() + timedelta(days=30)
        assert 'id="scores"' in page.content.decode()
        keep(ON)
        assert self.get(client).context["first_score_on"] is None  # that day has passed


def words(text: str) -> str:
    with override(settings.LANGUAGE_CODE):
        return gettext(text)
