"""The wordings: complete, without numbers of their own, the same placeholders in every language."""

from datetime import date
from string import Formatter

import pytest
from django.utils import translation

from rollout.figures.measures import MEASURES
from rollout.publishing.brief import rendering
from rollout.publishing.brief.rendering import DIGIT, LANGUAGES, DigitInWording, parts, text
from rollout.publishing.brief.values import Assumed, Count, Name, Sentence, Several, Share
from rollout.publishing.brief.wording import WORDING

COUNTS = (0, 1, 2)


def wording(code, language, count):
    with translation.override(language):
        return str(WORDING[code] % {"count": count})


def placeholders(words):
    return {name for _text, name, _spec, _conversion in Formatter().parse(words) if name}


@pytest.mark.parametrize("code", WORDING)
def test_no_digit_and_the_same_placeholders_in_each_language(code):
    expected = placeholders(wording(code, "en", 2))
    for language in LANGUAGES:
        for count in COUNTS:
            words = wording(code, language, count)
            assert not DIGIT.search(words)
            assert placeholders(words) == expected


def test_each_case_of_each_measure_has_words():
    for measure in MEASURES:
        cases = {"some", "all", "none", "nobody"}
        if measure.unit != "facilities":
            cases.add("unknown")
        if measure.code == "connected_private":
            cases.remove("nobody")  # then nothing is said
        missing = {case for case in cases if f"{measure.code}_{case}" not in WORDING}
        assert not missing, measure.code


def test_a_number_in_the_wording_is_refused(monkeypatch):
    monkeypatch.setitem(rendering.WORDING, "late_none", "About 17 facilities in {place}.")
    with pytest.raises(DigitInWording):
        parts(Sentence("late_none", {"place": Name("/", "Bắc Giang")}))


def test_numbers_carry_their_links_and_names_their_own():
    sentence = Sentence(
        "late",
        {
            "number": Count("/late/", 2),
            "days": Count("/days/", 5),
            "facilities": Several("/all/", (Name("/a/", "A 1", "B 1"), Name("/b/", "A 2", "B 2"))),
        },
        2,
    )
    with translation.override("en"):
        found = parts(sentence)
        assert [part for part in found if part[1]] == [
            ("2", "/late/"),
            ("5", "/days/"),
            ("B 1", "/a/"),
            ("B 2", "/b/"),
        ]
        assert (
            text(sentence) == "2 facilities are behind schedule, by up to 5 working days: B 1; B 2."
        )


@pytest.mark.parametrize(
    ("assumed", "en", "vi"),
    [
        (Assumed("/rows/", 2), "2 assumed", "giả định:\N{NO-BREAK SPACE}2"),
        (Assumed("/rows/"), "assumed", "giả định"),
        (
            Assumed("/rows/", 2, date(2025, 2, 18)),
            "18 Feb 2025: 2 assumed",
            "18/02/2025: giả định:\N{NO-BREAK SPACE}2",
        ),
    ],
)
def test_what_is_assumed_is_said_behind_the_sentence_and_is_not_in_the_digest(assumed, en, vi):
    values = {"done": Count("/", 5), "total": Count("/", 17)}
    plain = Sentence("servers_some", values, 5)
    marked = Sentence("servers_some", values, 5, assumed)
    assert marked.plain() == plain.plain()
    for language, words in (("en", en), ("vi", vi)):
        with translation.override(language):
            assert text(marked) == f"{text(plain)} [{words}]"
            assert (words, "/rows/") in parts(marked)


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "A, 1 obstacle:"), (2, "A, 2 obstacles:"), (0, "A, 0 obstacles:")],
)
def test_the_plural_follows_the_count(count, words):
    with translation.override("en"):
        values = {"number": Count("/", count), "whom": Name("/", "A", "A")}
        assert words in text(Sentence("obstacles_raised", values, count))


def test_what_is_unknown_says_so():
    with translation.override("en"):
        assert Count("/", None).words() == "unknown"
        assert Share("/", None).words() == "unknown"
        assert Share("/", 1 / 3).plain() == 0.333333
