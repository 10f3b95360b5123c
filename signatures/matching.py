"""Who on the staff list is meant by a line of a returned list: pure, told of both.

Names are the same only if every letter and every accent is (`normal.name_key`); whatever is merely
near is proposed with the reason. Nothing is merged here: a person says yes to each pair.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from signatures.normal import name_key, plain_key, unit_key

MOST = 5  # people proposed for one line


class Kind(StrEnum):
    MATCHED = "matched"  # one person, by the same name and nothing against it
    DOUBLED = "doubled"  # several people, or several lines for one person
    NEAR = "near"  # people of a near name, or of the same name elsewhere
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why somebody is proposed; the first are the stronger."""

    DOCUMENT = "document"  # the same document number
    ADDRESS = "address"  # the same official e-mail
    UNIT = "unit"  # the same name in another unit
    ACCENTS = "accents"  # the same letters with other accents
    ORDER = "order"  # the same words in another order
    LETTER = "letter"  # one letter more, less or another
    WORD = "word"  # one word more or less: a second or a married name


RANK = {reason: place for place, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class Listed:
    """A person who may be meant. `key` tells the person from others; the rest may be empty."""

    key: int
    name: str
    unit: str = ""
    digest: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the returned list. `number` tells it from others."""

    number: int
    name: str
    unit: str = ""
    digest: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    key: int
    reason: Reason | None  # None: the same name


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a line came to. `candidates`: the best first; of a matched line exactly one."""

    number: int
    kind: Kind
    candidates: tuple[Candidate, ...] = ()


def match(people: Sequence[Listed], lines: Sequence[Line]) -> list[Pairing]:
    """For each line, in order, who is meant."""
    of_name: dict[str, list[Listed]] = defaultdict(list)
    for person in people:
        of_name[name_key(person.name)].append(person)
    found = {line.number: _by_name(line, of_name.get(name_key(line.name), ())) for line in lines}
    _refuse_doubled(found)
    open_lines = [line for line in lines if found[line.number].kind == Kind.UNKNOWN]
    if open_lines:
        taken = {
            pairing.candidates[0].key for pairing in found.values() if pairing.kind == Kind.MATCHED
        }
        near = _Near(people, taken)
        for line in open_lines:
            if candidates := near.of(line):
                found[line.number] = Pairing(line.number, Kind.NEAR, candidates)
    return [found[line.number] for line in lines]


def missing(people: Iterable[Listed], pairings: Iterable[Pairing]) -> list[Listed]:
    """Who is meant by no line and proposed for none."""
    told = {candidate.key for pairing in pairings for candidate in pairing.candidates}
    return [person for person in people if person.key not in told]


def _contradicts(line: Line, person: Listed) -> bool:
    """Two numbers are two people, whatever they are called."""
    return bool(line.digest and person.digest and line.digest != person.digest)


def _by_name(line: Line, namesakes: Sequence[Listed]) -> Pairing:
    same = [person for person in namesakes if not _contradicts(line, person)]
    if not same:
        return Pairing(line.number, Kind.UNKNOWN)
    proven = [
        person
        for person in same
        if (line.digest and line.digest == person.digest)
        or (line.email and line.email.lower() == person.email.lower())
    ]
    if len(proven) == 1:
        return Pairing(line.number, Kind.MATCHED, (Candidate(proven[0].key, None),))
    unit = unit_key(line.unit)
    elsewhere = [person for person in same if _is_elsewhere(unit, line, person)]
    here = [person for person in same if person not in elsewhere]
    if len(here) == 1 and (not elsewhere or unit_key(here[0].unit) == unit != ""):
        return Pairing(line.number, Kind.MATCHED, (Candidate(here[0].key, None),))
    if len(here) > 1 or len(same) > 1:
        doubled = tuple(Candidate(person.key, None) for person in same[:MOST])
        return Pairing(line.number, Kind.DOUBLED, doubled)
    return Pairing(line.number, Kind.NEAR, (Candidate(same[0].key, Reason.UNIT),))


def _is_elsewhere(unit: str, line: Line, person: Listed) -> bool:
    """The list says another unit, or another address."""
    other_unit = bool(unit and person.unit and unit_key(person.unit) != unit)
    other_address = bool(line.email and person.email and line.email.lower() != person.email.lower())
    return other_unit or other_address


def _refuse_doubled(found: dict[int, Pairing]) -> None:
    """Of several lines for one person none is matched by itself."""
    lines_of: dict[int, list[int]] = defaultdict(list)
    for number, pairing in found.items():
        if pairing.kind == Kind.MATCHED:
            lines_of[pairing.candidates[0].key].append(number)
    for numbers in lines_of.values():
        if len(numbers) > 1:
            for number in numbers:
                found[number] = Pairing(number, Kind.DOUBLED, found[number].candidates)


class _Near:
    """People by everything that a near name has in common with theirs."""

    def __init__(self, people: Sequence[Listed], taken: set[int]):
        self._people = {person.key: person for person in people}
        self._plain_of: dict[int, str] = {}
        self._digests: dict[str, list[int]] = defaultdict(list)
        self._addresses: dict[str, list[int]] = defaultdict(list)
        self._plain: dict[str, list[int]] = defaultdict(list)
        self._words: dict[int, list[int]] = defaultdict(list)
        self._letters: dict[int, list[int]] = defaultdict(list)
        for person in people:
            if person.digest:
                self._digests[person.digest].append(person.key)
            if person.email:
                self._addresses[person.email.lower()].append(person.key)
            if person.key in taken:
                continue  # somebody else is that person
            plain = self._plain_of[person.key] = plain_key(person.name)
            self._plain[" ".join(sorted(plain.split()))].append(person.key)
            for mark in _word_marks(plain):
                self._words[mark].append(person.key)
            for mark in _letter_marks(plain):
                self._letters[mark].append(person.key)

    def of(self, line: Line) -> tuple[Candidate, ...]:
        best: dict[int, Reason] = {}
        for reason, keys in self._told(line):
            for key in keys:
                if key not in best and not _contradicts(line, self._people[key]):
                    best[key] = reason
        unit = unit_key(line.unit)
        ordered = sorted(
            best,
            key=lambda key: (
                RANK[best[key]],
                bool(unit) and unit_key(self._people[key].unit) != unit,
                key,
            ),
        )
        return tuple(Candidate(key, best[key]) for key in ordered[:MOST])

    def _told(self, line: Line) -> Iterator[tuple[Reason, Iterable[int]]]:
        """The strongest reason first."""
        if line.digest:
            yield Reason.DOCUMENT, self._digests.get(line.digest, ())
        if line.email:
            yield Reason.ADDRESS, self._addresses.get(line.email.lower(), ())
        plain = plain_key(line.name)
        if not plain:
            return
        words = " ".join(sorted(plain.split()))
        same = self._plain.get(words, ())
        for key in same:
            as_it_is = self._plain_of[key] == plain
            yield (Reason.ACCENTS if as_it_is else Reason.ORDER), (key,)
        joined = plain.replace(" ", "")
        for key in _of_marks(self._letters, _letter_marks(plain)):
            if _one_apart(joined, self._plain_of[key].replace(" ", "")):
                yield Reason.LETTER, (key,)
        own = plain.split()
        for key in _of_marks(self._words, _word_marks(plain)):
            if _a_word_apart(own, self._plain_of[key].split()):
                yield Reason.WORD, (key,)


def _of_marks(index: Mapping[int, list[int]], marks: Iterable[int]) -> list[int]:
    found: dict[int, None] = {}
    for mark in marks:
        found.update(dict.fromkeys(index.get(mark, ())))
    return list(found)


def _letter_marks(plain: str) -> set[int]:
    """The name, and the name without each of its letters: names one letter apart share one."""
    joined = plain.replace(" ", "")
    return {hash(joined), *(hash(joined[:n] + joined[n + 1 :]) for n in range(len(joined)))}


def _word_marks(plain: str) -> set[int]:
    """The name, and the name without each of its words; three words at least say who it is."""
    words = plain.split()
    shorter = (" ".join(words[:n] + words[n + 1 :]) for n in range(len(words)) if len(words) > 3)
    return {hash(text) for text in (plain, *shorter)} if len(words) > 2 else {hash(plain)}


def _one_apart(one: str, other: str) -> bool:
    """One letter more, less or another, or two neighbours swapped."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) == len(other):
        swapped = one[start : start + 2][::-1] == other[start : start + 2]
        return one[start + 1 :] == other[start + 1 :] or (
            swapped and one[start + 2 :] == other[start + 2 :]
        )
    return one[start:] == other[start + 1 :]


def _a_word_apart(one: list[str], other: list[str]) -> bool:
    if len(one) > len(other):
        one, other = other, one
    return len(other) == len(one) + 1 and any(
        other[:n] + other[n + 1 :] == one for n in range(len(other))
    )
