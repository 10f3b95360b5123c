import re
from unicodedata import is_normalized, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.folding import fold, sort_key, tidy

ANY = st.text(st.characters(exclude_categories=("Cs",)))
SYLLABLES = st.lists(st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyạảãàá", min_size=1), min_size=1)


def test_text_is_tidied():
    assert tidy("  Lu\u0323c\u00a0Nam\u200b ") == "Lục Nam"
    assert tidy("a\r\nb\rc\vd") == "a\nb\nc\nd"
    assert tidy("a  b") == "a  b"
    assert tidy("e\u200b\u0301") == "é"


@given(ANY)
def test_tidied_text_stays_as_it_is(text):
    once = tidy(text)
    assert is_normalized("NFC", once)
    assert tidy(once) == once


@pytest.mark.parametrize(
    "text",
    ["lục nam", "LỤC  NAM", normalize("NFD", "Lục Nam"), "luc nam", " Lu\u0323c\u00a0Nam"],
)
def test_accents_case_and_blanks_are_folded(text):
    assert fold(text) == "luc nam"


def test_every_vietnamese_letter_is_folded():
    assert fold("ĂÂĐÊÔƠƯ ăâđêôơư ằẳẵắặ Ỹ") == "aadeoou aadeoou aaaaa y"


@given(ANY)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text) == fold(normalize("NFD", text))


@pytest.mark.parametrize(
    "ordered",
    [
        ["a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "g", "h", "i", "k", "l", "m", "n", "o", "ô"],
        ["ô", "ơ", "p", "q", "r", "s", "t", "u", "ư", "v", "x", "y"],
        ["ma", "mà", "mả", "mã", "má", "mạ", "mai", "mài", "măng", "mân"],
        ["An", "an toàn", "Ân", "Bắc Giang", "Bắc Ninh", "Đa", "Đà", "E"],
        ["Hoà 10", "Hoà A", "Hoá"],
        ["Dân", "Dần", "Đan"],
        ["y", "zulu", "я"],
        ["eta", "éta", "etb"],
    ],
)
def test_words_stand_as_in_a_dictionary(ordered):
    assert sorted(ordered, key=sort_key) == ordered
    assert len({*map(sort_key, ordered)}) == len(ordered)


@given(ANY)
def test_keys_are_made_of_what_every_database_sorts_alike(text):
    assert re.fullmatch("[0-9a-z]*", sort_key(text))
    assert sort_key(text) == sort_key(normalize("NFD", text))


@given(SYLLABLES)
def test_case_and_punctuation_do_not_count(words):
    assert sort_key(" ".join(words)) == sort_key(" - ".join(words).upper())


@given(SYLLABLES, SYLLABLES)
def test_a_word_stands_before_the_same_word_and_more(words, more):
    assert sort_key(" ".join(words)) < sort_key(" ".join(words + more))
