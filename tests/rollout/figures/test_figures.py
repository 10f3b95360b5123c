"""How figures are written: the reader's notation, no figure without its words."""

from datetime import date

import pytest
from django.utils.translation import override

from facilities.evidence import Rung
from rollout.templatetags import figures


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.29411, "29.4%"), (1.0, "100%"), (0, "0%"), (0.5, "50%"), (None, "unknown")],
)
def test_share_has_a_decimal_only_when_it_needs_one(value, written):
    with override("en"):
        assert figures.share(value) == written


@pytest.mark.parametrize(
    ("value", "en", "vi"),
    [
        (0.0, "under 5%", "dưới 5%"),
        (0.049, "under 5%", "dưới 5%"),
        (0.05, "5%", "5%"),
        (0.342, "34%", "34%"),
        (0.95, "95%", "95%"),
        (0.951, "over 95%", "trên 95%"),
        (1.0, "over 95%", "trên 95%"),
        (None, "unknown", "chưa rõ"),
    ],
)
def test_a_chance_is_no_more_precise_than_it_can_be(value, en, vi):
    for language, words in (("en", en), ("vi", vi)):
        with override(language):
            assert figures.chance(value) == words


@pytest.mark.parametrize(("value", "written"), [(3087, "+3,087"), (-2, "\u22122"), (0, "0")])
def test_change_carries_its_sign(value, written):
    with override("en"):
        assert figures.signed(value) == written


def test_date_drops_its_year_only_within_the_year_looked_at():
    with override("en"):
        assert figures.day_near(date(2025, 6, 27), date(2025, 5, 21)) == "27 Jun"
        assert figures.day_near(date(2025, 6, 27), date(2026, 5, 21)) == "27 Jun 2025"


def test_evidence_is_told_from_the_strongest_rung_down():
    evidence = (2, 0, 4, 5, 0)
    with override("en"):
        assert figures.evidence_words(evidence) == "5 checked · 4 documented · 2 assumed"
        assert figures.assumed_words(evidence) == "2 assumed"
        assert figures.assumed_words((0, 3, 0, 0, 0)) == ""
    assert figures.sole_rung((0, 0, 1, 0, 0)) == Rung.DOCUMENTED
    assert figures.sole_rung((0, 0, 0, 0, 0)) is None


def test_bar_fills_the_share_that_is_done_and_never_more_than_the_whole():
    bar = figures.evidence_bar((0, 0, 5, 0, 0), 17)
    assert 'width="29.4"' in bar
    overfull = figures.evidence_bar((0, 0, 20, 0, 0), 10)
    assert 'width="100.0"' in overfull


def test_state_is_a_shape_and_a_word():
    with override("en"):
        shown = figures.shown("late")
    assert "#m-late" in shown
    assert "overdue</span>" in shown


@pytest.mark.parametrize(
    ("value", "words"),
    [(4199 / 4200, "99.9%"), (1.0, "100%"), (1 / 4200, "0.1%"), (0.0, "0%"), (1.25, "125%")],
)
def test_a_share_is_whole_only_when_nothing_is_missing(value, words):
    with override("en"):
        assert figures.share(value) == words
