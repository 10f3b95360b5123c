"""No link within the product loses the day that its reader looks at, nor as known on which, nor the area.

The pages of the Department, a leader and an officer are walked by their own links, one page of each
address, on a day in the past as known on another. What may drop the day is in the lists below.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from facilities.models import Facility, Role
from rollout.day import parse_moment
from tests.factories import user_with
from tests.house.desk_rows import desk_rows

OWN = "bg-ttyt-lucnam"
ON = "2025-05-21"
AREA = "bg-lucnam"
LEAST_PAGES = 20  # of the Department, once something is known: fewer, and the walk has lost its way

# They have no day: the same whatever is looked at.
DAYLESS = {
    "rollout:account",  # of the reader, today
    "rollout:document",  # a file is a file
    "rollout:import-rejects",
    "rollout:import-template",
    "rollout:inbox",  # what stands open today
    "rollout:start",  # what is there today
    "admin:index",
    "password_change",
}
# Of every register one; of other kinds of pages one for all.
OF_EACH = {"rollout:register-list", "rollout:record", "rollout:my-list", "rollout:my-row"}
SOUGHT = {
    "department": ("rollout:leader", "rollout:desk", "rollout:month", "rollout:paper-list"),
    "leader": ("rollout:leader", "rollout:month", "rollout:paper-list"),
    "officer": ("rollout:leader", "rollout:my", "rollout:month"),
}


@dataclass
class Way:
    """A link, or a form that asks: where it leads, and what it sends along."""

    address: str
    fields: dict[str, list[str]]
    other_day: bool = False
    other_area: bool = False


class Ways(HTMLParser):
    """The links and the asking forms of a page, without those that say they leave the day."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.found, self._form, self._select = page, [], None, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in ("href", "hx-get") if tag != "link" else ():
            if given.get(name):
                way = self._add(given[name], "data-other-day" in given)
                way.other_area = "data-other-area" in given
        if tag == "form" and (given.get("method") or "get").lower() == "get":
            self._form = self._add(given.get("action") or self.page, "data-other-day" in given)
            self._form.fields.clear()  # a form that asks replaces the query of its address
        elif self._form and given.get("name") and tag in ("input", "select", "button"):
            self._form.fields.setdefault(given["name"], []).append(given.get("value") or "")
            self._select = given["name"] if tag == "select" else ""
        elif self._form and tag == "option" and self._select == "area" and "selected" in given:
            self._form.fields["area"] = [given.get("value") or ""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None

    def _add(self, address: str, other_day: bool) -> Way:
        whole = urlsplit(urljoin(self.page, address))
        fields = parse_qs(whole.query, keep_blank_values=True)
        way = Way(whole.path if not whole.netloc else "", fields, other_day)
        if address.startswith("#"):
            way.address = ""
        self.found.append(way)
        return way


def ways(page: str, html: str) -> Iterator[tuple[str, Way]]:
    """Each with the name of the address it leads to; those that lead out of the product are left out."""
    parser = Ways(page)
    parser.feed(html)
    for way in parser.found:
        try:
            match = resolve(way.address)
        except Resolver404:
            continue
        yield match.view_name, way


def walked(
    browser: Client,
    known_at: str,
    starts: tuple[str, ...],
    absent: tuple[int, ...],
    area: str = "",
) -> tuple[dict, set]:
    """The pages that were opened, by the name of their address, and the ways that lose the day."""
    asked = f"on={ON}&known_at={known_at}" + (f"&area={area}" if area else "")
    todo = [f"{reverse(name)}?{asked}" for name in starts]
    seen, opened, lost = set(), {}, set()
    while todo:
        page = todo.pop(0)
        match = resolve(urlsplit(page).path)
        kind = (match.view_name, match.kwargs.get("code") if match.view_name in OF_EACH else None)
        if kind in seen:
            continue
        seen.add(kind)
        answer = browser.get(page)
        # What nobody had recorded by then is not there; nothing falls over.
        assert answer.status_code in (200, 302, *absent), (page, answer.status_code)
        html = b"".join(answer)  # a file too is read to its end, or it stays open
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        opened[match.view_name] = page
        for name, way in ways(page, html.decode()):
            if way.other_day or name in DAYLESS:
                continue
            if not carries(way, known_at) or (area and not in_an_area(way)):
                lost.add((match.view_name, name, f"{way.address}?{way.fields}"))
            elif name.startswith("rollout:"):
                query = "&".join(f"{n}={v}" for n, vs in way.fields.items() for v in vs)
                todo.append(f"{way.address}?{query}")
    return opened, lost


def carries(way: Way, known_at: str) -> bool:
    """A day, whichever, and the same moment however it is written."""
    said = [parse_moment(text) for text in way.fields.get("known_at", ()) if text]
    return bool(any(way.fields.get("on", ()))) and said == [parse_moment(known_at)]


def in_an_area(way: Way) -> bool:
    """An area, whichever: a page of several leads into each of them."""
    return way.other_area or bool(any(way.fields.get("area", ())))


@pytest.fixture
def reader(bac_giang, role):
    own = Facility.objects.get(code=OWN)
    desk_rows(own)
    who = {
        "department": lambda: user_with(Role.DEPARTMENT),
        "leader": lambda: user_with(Role.LEADER),
        "officer": lambda: user_with(Role.OFFICER, facility=own),
    }
    found = Client()
    found.force_login(who[role]())
    return found


@pytest.mark.parametrize("role", SOUGHT)
def test_no_link_loses_the_day_or_as_known_on_which(reader, role):
    """Known on the day after: most pages are empty, and what was recorded later is not there."""
    cache.clear()
    _opened, lost = walked(reader, "2025-05-22", SOUGHT[role], (404,))
    assert not lost, "\n".join(map(str, sorted(lost)))


@pytest.mark.parametrize("role", SOUGHT)
def test_nor_the_area(reader, role):
    """All that is recorded is known tomorrow: every page has its rows, and their links."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    cache.clear()
    opened, lost = walked(reader, tomorrow.isoformat(), SOUGHT[role], (), area=AREA)
    assert not lost, "\n".join(map(str, sorted(lost)))
    if role == "department":
        assert len(opened) > LEAST_PAGES
