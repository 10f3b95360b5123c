"""Follows the links of a brief and adds up the rows that they open."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from itertools import chain
from urllib.parse import urljoin

from rollout.publishing.brief.document import Brief
from rollout.publishing.brief.values import (
    Assumed,
    Count,
    Dated,
    Day,
    Month,
    Sentence,
    Several,
    Share,
    Value,
)
from rollout.templatetags.figures import day as written
from rollout.templatetags.figures import share as shared

ALONE = ("late", "past", "law-")  # numbers of one row, stated in it
LARGEST = ("longest",)
NEXT = re.compile(r'rel="next" href="([^"]*)"')


@dataclass
class Rows(HTMLParser):
    """What a page states, under which name, and what its rows add to that."""

    source: str
    stated: dict[str, int] = field(default_factory=dict)
    adds: dict[str, dict[str, int]] = field(default_factory=dict)
    days: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)

    def turn(self, source: str) -> None:
        """Read the next page of the same list."""
        self.source = source
        self.ids.clear()
        self.feed(source)

    def handle_starttag(self, tag, attrs) -> None:
        given = dict(attrs)
        if name := given.get("id"):
            assert name not in self.ids, f"twice on one page: {name}"
            self.ids.add(name)
            if tag == "data" and given["value"] != "None":
                self.stated[name] = int(given["value"])
        if name := given.get("data-counts"):
            of = self.adds.setdefault(name, {})
            of[given.get("data-of", str(len(of)))] = int(given.get("data-adds", 1))
        if tag == "time":
            self.days.append(given["datetime"])


def values_of(made: Brief) -> Iterator[tuple[Sentence, str, Value]]:
    for section in made.sections:
        for sentence in section.sentences:
            named = chain(sentence.values.items(), [("assumed", sentence.assumed)])
            for name, value in named:
                if value is not None:
                    yield sentence, name, value


class Reader:
    """Follows the links of one brief, each page once."""

    def __init__(self, client) -> None:
        self.client = client
        self.pages: dict[str, Rows] = {}

    def rows(self, href: str) -> Rows:
        address = href.partition("#")[0]
        if address not in self.pages:
            self.pages[address] = rows = Rows(self._source(address))
            while following := NEXT.search(rows.source):
                rows.turn(self._source(urljoin(address, unescape(following[1]))))
        return self.pages[address]

    def _source(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, address
        return answer.content.decode()

    def wrong(self, made: Brief) -> list[str]:
        """What the pages behind the values do not bear out."""
        problems = []
        for sentence, name, value in values_of(made):
            if said := self.judged(name, value):
                problems.append(f"{sentence.code}.{name} {value.href}: {said}")
        return problems

    def judged(self, name: str, value: Value) -> str:
        if isinstance(value, Count | Assumed):
            return self.number(value.href, value.number)
        rows = self.rows(value.href)
        if isinstance(value, Share):
            done, total = (len(self.rows(href).adds["facilities"]) for href in self.parts(value))
            return "" if done / total == value.share and shared(value.share) in rows.source else "?"
        if isinstance(value, Several):
            listed = len(rows.adds.get(value.href.partition("#")[2], ()))
            if any(isinstance(one, Dated) for one in value.values) and listed != len(value.values):
                return f"{len(value.values)} named, {listed} listed"
            return "; ".join(filter(None, (self.judged(name, one) for one in value.values)))
        if isinstance(value, Month):
            ends = {"first": rows.days[:1], "last": rows.days[-1:], "month": rows.days[-1:]}[name]
            return (
                "" if [one[:7] for one in ends] == [value.plain()] else f"{value.plain()}: {ends}"
            )
        if isinstance(value, Day | Dated):
            return "" if value.day is None or written(value.day) in rows.source else "no such day"
        return ""

    def parts(self, value: Share) -> tuple[str, str]:
        address, _sep, _place = value.href.partition("#")
        return f"{address}&show=done", address

    def number(self, href: str, number: int | None) -> str:
        if number is None:
            return ""
        rows, place = self.rows(href), href.partition("#")[2]
        if rows.stated.get(place) != number:
            return f"{number} said, {rows.stated.get(place)} stated as {place!r}"
        if place.startswith(ALONE):
            return ""
        adds = rows.adds.get(place, {}).values()
        found = max(adds) if place in LARGEST else sum(adds)
        return "" if found == number else f"{number} said, rows give {found}"
