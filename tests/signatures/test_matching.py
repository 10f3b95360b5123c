"""Matching lists of people: the same name and nothing else is matched; what is near is proposed."""

import random
from collections import Counter
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signatures.matching import Kind, Line, Listed, Reason, match, missing
from signatures.normal import name_key, person, province, unit
from tests.examples import DEPTH
from tests.signatures.vietnamese_names import (
    FAMILY,
    GIVEN,
    MIDDLE,
    NEAR,
    OTHER,
    SAME,
    changed,
    labelled,
    names,
)

LAN = Listed(1, "Nguyễn Thị Lan", "Khoa Nội", "d1", "lan@syt.gov.vn")


def one(line: Line, *people: Listed):
    (pairing,) = match(people or (LAN,), [line])
    return pairing.kind, [(candidate.key, candidate.reason) for candidate in pairing.candidates]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("NGUYỄN THỊ LAN", "Nguyễn Thị Lan"),
        (normalize("NFD", " Nguyễn  Thị\u00a0Lan "), "Nguyễn Thị Lan"),
        ("BSCKI. Nguyễn Thị Lan", "Nguyễn Thị Lan"),
        ("Nguyễn Thị Hoà", "Nguyễn Thị Hòa"),
        ("Nguyễn Thị Thuý", "Nguyễn Thị Thúy"),
        ("Nguyễn Thị Lаn", "Nguyễn Thị Lan"),  # a Cyrillic letter
        ("nguyễn thị lan", "Nguyễn Thị Lan"),
        ("Ông Thị Lan", "Ông Thị Lan"),  # a family name
    ],
)
def test_spellings_of_one_name(text, meant):
    assert name_key(text) == name_key(meant)


@pytest.mark.parametrize(
    ("one_name", "other"),
    [
        ("Nguyễn Thị Hoa", "Nguyễn Thị Hòa"),
        ("Lê Văn Hùng", "Lê Văn Hưng"),
        ("Lê Văn Hùng", "Lê Hùng Văn"),
        ("Trần Dũng", "Trần Đũng"),
        ("Đỗ Toàn", "Đỗ Toán"),
    ],
)
def test_names_of_two_people(one_name, other):
    assert name_key(one_name) != name_key(other)


def test_how_sheets_write_names_units_and_places():
    assert person("BS. NGUYỄN THỊ  LAN") == "Nguyễn Thị Lan"
    assert (unit("K. Nội"), unit("P.Tổ chức"), unit("Khoa Nhi")) == (
        "Khoa Nội",
        "Phòng Tổ chức",
        "Khoa Nhi",
    )
    assert (province("tỉnh Bắc Giang"), province("TP. Huế"), province("Tây Ninh")) == (
        "Bắc Giang",
        "Huế",
        "Tây Ninh",
    )


class TestOneLine:
    def test_the_same_name(self):
        assert one(Line(9, "nguyễn thị lan")) == (Kind.MATCHED, [(1, None)])

    def test_another_number_is_another_person(self):
        assert one(Line(9, LAN.name, digest="d2")) == (Kind.UNKNOWN, [])

    def test_the_same_number_under_another_name_is_proposed(self):
        line = Line(9, "Nguyễn Lan Anh", digest="d1")
        assert one(line) == (Kind.NEAR, [(1, Reason.DOCUMENT)])

    def test_the_same_name_in_another_unit_is_proposed(self):
        assert one(Line(9, LAN.name, "Khoa Nhi")) == (Kind.NEAR, [(1, Reason.UNIT)])
        assert one(Line(9, LAN.name, "K. Nội")) == (Kind.MATCHED, [(1, None)])
        proven = Line(9, LAN.name, "Khoa Nhi", digest="d1")
        assert one(proven) == (Kind.MATCHED, [(1, None)])

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("Nguyễn Thị Làn", Reason.ACCENTS),
            ("Nguyen Thi Lan", Reason.ACCENTS),
            ("Lan Nguyễn Thị", Reason.ORDER),
            ("Nguyễn Thị Lam", Reason.LETTER),
            ("Nguyễn Thị Lna", Reason.LETTER),
            ("Nguyễn Thị Mai Lan", Reason.WORD),
        ],
    )
    def test_a_near_name_is_proposed_with_its_reason(self, name, reason):
        assert one(Line(9, name)) == (Kind.NEAR, [(1, reason)])

    @pytest.mark.parametrize("name", ["", "Lan", "Trần Thị Hoa", "Nguyễn Văn Hùng"])
    def test_a_stranger_is_unknown(self, name):
        assert one(Line(9, name)) == (Kind.UNKNOWN, [])

    def test_namesakes_are_told_apart_by_unit_number_or_address_only(self):
        other = Listed(2, LAN.name, "Khoa Nhi", "d2")
        third = Listed(3, LAN.name)
        assert one(Line(9, LAN.name), LAN, other)[0] == Kind.DOUBLED
        assert one(Line(9, LAN.name, "Khoa Nhi"), LAN, other) == (Kind.MATCHED, [(2, None)])
        assert one(Line(9, LAN.name, digest="d1"), LAN, other) == (Kind.MATCHED, [(1, None)])
        assert one(Line(9, LAN.name, email="LAN@syt.gov.vn"), LAN, other)[1] == [(1, None)]
        assert one(Line(9, LAN.name, "Khoa Nhi"), LAN, other, third)[0] == Kind.DOUBLED


def test_two_lines_for_one_person_are_doubled_and_others_missing():
    other = Listed(2, "Trần Văn Nam")
    pairings = match([LAN, other], [Line(8, LAN.name), Line(9, LAN.name)])
    assert [pairing.kind for pairing in pairings] == [Kind.DOUBLED, Kind.DOUBLED]
    assert missing([LAN, other], pairings) == [other]


WORDS = st.sampled_from(FAMILY + MIDDLE + GIVEN)
NAMES = st.lists(WORDS, min_size=2, max_size=5).map(" ".join)


@given(st.lists(NAMES, max_size=8), st.lists(NAMES, max_size=8))
def test_whoever_is_matched_bears_exactly_that_name_and_is_matched_once(listed, returned):
    people = [Listed(key, name) for key, name in enumerate(listed)]
    lines = [Line(number, name) for number, name in enumerate(returned)]
    pairings = match(people, lines)
    assert [pairing.number for pairing in pairings] == [line.number for line in lines]
    matched = [p for p in pairings if p.kind == Kind.MATCHED]
    for pairing in matched:
        (candidate,) = pairing.candidates
        assert normalize("NFC", listed[candidate.key]) == normalize("NFC", returned[pairing.number])
    assert max(Counter(p.candidates[0].key for p in matched).values(), default=1) == 1


@given(st.lists(NAMES, min_size=1, max_size=12, unique=True), st.randoms(use_true_random=False))
def test_swapped_accents_order_and_letters_merge_nobody(listed, rng):
    """Whatever is done to a name, it is matched with its own person or with nobody."""
    people = [Listed(key, name) for key, name in enumerate(listed)]
    changes = [rng.choice([c for c in NEAR if c != "dropped name"]) for _name in listed]
    texts = [changed(name, change, rng) for name, change in zip(listed, changes, strict=True)]
    pairings = match(people, [Line(number, text) for number, text in enumerate(texts)])
    for pairing in pairings:
        if pairing.kind == Kind.MATCHED:
            assert name_key(listed[pairing.candidates[0].key]) == name_key(texts[pairing.number])


def test_no_false_merge_and_the_floors_of_precision_and_recall():
    rng = random.Random(20250521)
    listed = names(4000, rng)
    found = scores(listed, labelled(listed, rng, strangers=1000))
    assert found["false merges"] == 0
    assert found["precision, of the matched"] > 0.99
    assert found["recall, matched or proposed"] > 0.98
    assert found["matched, of the same"] > 0.995
    assert found["proposed, of the near"] > 0.98
    assert found["first proposal right"] > 0.95
    assert found["strangers left alone"] > 0.75


@pytest.mark.skipif(DEPTH == 1, reason="a minute: for `make properties`")
def test_no_false_merge_among_a_hundred_thousand():
    """So many names in one house leave few that no other is near; still nobody is taken for another."""
    rng = random.Random()
    listed = names(100_000, rng)
    found = scores(listed, labelled(listed, rng, strangers=20_000))
    print(found)
    assert found["false merges"] == 0
    assert found["recall, matched or proposed"] > 0.9


def scores(listed, lines) -> dict[str, float]:
    """Shares, and how often a line was matched with somebody else than its own person."""
    people = [Listed(key, name) for key, name in enumerate(listed)]
    pairings = match(people, [Line(n, line.text) for n, line in enumerate(lines)])
    told: Counter[str] = Counter()
    for line, pairing in zip(lines, pairings, strict=True):
        keys = [candidate.key for candidate in pairing.candidates]
        told["matched"] += pairing.kind == Kind.MATCHED
        told["matched right"] += pairing.kind == Kind.MATCHED and keys == [line.of]
        told["somebody's"] += line.of is not None
        told["somebody's found"] += line.of in keys
        if pairing.kind == Kind.MATCHED and keys != [line.of]:
            # A changed name can be the very name of somebody else: then that person is meant.
            same = name_key(line.text) == name_key(listed[keys[0]])
            told["false merges"] += not same
            continue
        group = "same" if line.change in SAME else "near" if line.change in NEAR else OTHER[0]
        told[f"all {group}"] += 1
        told[f"matched {group}"] += pairing.kind == Kind.MATCHED
        told[f"proposed {group}"] += line.of in keys
        told[f"first {group}"] += keys[:1] == [line.of]
        told[f"alone {group}"] += pairing.kind == Kind.UNKNOWN
    return {
        "false merges": told["false merges"],
        "precision, of the matched": told["matched right"] / told["matched"],
        "recall, matched or proposed": told["somebody's found"] / told["somebody's"],
        "matched, of the same": told["matched same"] / told["all same"],
        "proposed, of the near": told["proposed near"] / told["all near"],
        "first proposal right": told["first near"] / told["proposed near"],
        "strangers left alone": told["alone stranger"] / told["all stranger"],
    }
