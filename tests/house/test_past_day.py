"""A page of a past day is the same whatever happens later, and says so where it speaks of today.

The pages of the Department and of an officer are walked by their own links on a day in the
past, once before and once after much has happened on later days: a new name, rows of every register,
reminders, things to check. No page of that day changes by it, and no form on any loses the day.
"""

import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from facilities.models import Agency, ChangeSet, Document, Facility, FacilityName, Role
from facilities.registers.entering import begin, enter
from facilities.services import record
from rollout.models import Alert, Notice
from rollout.notices.alerts import raise_alerts
from rollout.programme.directives.services import issue
from rollout.registers.catalogue import REGISTERS
from rollout.registers.cells import put
from tests import entering
from tests.factories import recorder, user_with
from tests.house.desk_rows import desk_rows
from tests.house.test_links import OF_EACH, Ways

ON = "2025-02-18"
OWN = "bg-ttyt-lucnam"
LATER = "Cơ sở mang tên về sau"
STARTS = {
    Role.DEPARTMENT: ("leader", "desk", "month", "paper-list", "todo"),
    Role.OFFICER: ("leader", "my", "month", "todo"),
}
OF_READER = {"rollout:search"}  # what they opened last, whatever day they look at
# Of no day: they leave the product, or change nothing that a day could show.
DAYLESS = {"logout", "set_language", "rollout:draft", "rollout:draft-drop"}
# What every drawing of a page makes anew.
NEW = re.compile(
    r'name="(?:csrfmiddlewaretoken|change_set)" value="[^"]*"|"X-CSRFToken": "[^"]*"'
    r'|<p class="sources paper-only">.*?</p>'  # when it is printed
)
# What says that it is of today.
OF_TODAY = re.compile(r"<(\w+)[^>]* data-today\b.*?</\1>", re.S)


class Forms(HTMLParser):
    """Where the forms of a page send what is written into them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.found, self._writes = page, [], False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._writes = (given.get("method") or "").lower() == "post"
        if self._writes and (tag == "form" or "formaction" in given):
            to = given.get("action") or given.get("formaction") or self.page
            self.found.append(urlsplit(urljoin(self.page, to)))


def name_of(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def walked(browser: Client, role: str) -> dict[str, str]:
    """The pages of the day, by address, as they stand: one of each kind."""
    todo = [f"{reverse(f'rollout:{name}')}?on={ON}" for name in STARTS[role]]
    seen, found = set(), {}
    while todo:
        page = todo.pop(0)
        match = resolve(urlsplit(page).path)
        kind = (match.view_name, match.kwargs.get("code") if match.view_name in OF_EACH else None)
        if kind in seen:
            continue
        seen.add(kind)
        html = drawn(browser, page)
        if html is None:
            continue
        if match.view_name not in OF_READER:
            found[page] = html
        parser = Ways(page)
        parser.feed(html)
        for way in parser.found:
            if name_of(way.address).startswith("rollout:") and way.fields.get("on") == [ON]:
                query = "&".join(f"{n}={v}" for n, vs in way.fields.items() for v in vs)
                todo.append(f"{way.address}?{query}")
    return found


def drawn(browser: Client, page: str) -> str | None:
    """The page as it stands; None for a file, or what leads elsewhere."""
    answer = browser.get(page)
    text = b"".join(answer)
    is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
    return NEW.sub("", text.decode()) if is_page else None


def lost_in_forms(pages: dict[str, str]) -> set[tuple[str, str]]:
    """The forms that send what is written without the day that is looked at."""
    lost = set()
    for page, html in pages.items():
        forms = Forms(page)
        forms.feed(html)
        for to in forms.found:
            name = name_of(to.path)
            has_a_day = name and name not in DAYLESS and not name.startswith("admin")
            if has_a_day and parse_qs(to.query).get("on") != [ON]:
                lost.add((name_of(urlsplit(page).path), name))
    return lost


def what_happens_later(own: Facility, reader) -> None:
    """On later days, the last of them today: a name, an obstacle, a directive, alerts."""
    today, by = timezone.localdate(), recorder()
    paper = Document.objects.earliest("pk")
    record(
        FacilityName(
            facility=own, name_vi=LATER, name_en=LATER, effective_from=today, document=paper
        ),
        by=by,
    )
    change_set = entering.open_change_set("later")
    agency = Agency.objects.earliest("pk")
    described = {"code": "later", "raised_on": today, "name_vi": LATER, "name_en": LATER}
    told = {"kind": "other", "raised_by": "Sở Y tế"}
    put("obstacles", None, described | told, change_set=change_set, on=today)
    issue(text_vi=LATER, issued_on=today, issued_by="UBND", lead=agency, by=by, document_number="9")
    report = begin(kind=ChangeSet.Kind.FORM, by=user_with(Role.OFFICER, facility=own), facility=own)
    enter(
        register=REGISTERS["connections"],
        row=own,
        values={"disconnected": today},
        change_set=report,
        on=today,
        because={"disconnected": "test"},
    )
    raise_alerts(today)
    for alert in Alert.objects.order_by("-pk")[:3]:
        Notice.objects.create(
            alert=alert, person=reader, kind="due", audience="department", severity="late", on=today
        )


@pytest.mark.parametrize("role", STARTS)
def test_a_past_day_stays_as_it_was(bac_giang, role):
    own = Facility.objects.get(code=OWN)
    reader = user_with(role, facility=own if role == Role.OFFICER else None)
    browser = Client()
    browser.force_login(reader)
    desk_rows(own)  # of no day, or of a later one: of each kind a page more
    cache.clear()
    before = walked(browser, role)
    assert len(before) > 5
    lost = lost_in_forms(before)
    assert lost == set(), sorted(lost)

    what_happens_later(own, reader)
    changed = {}
    for page, html in before.items():
        if "data-today" in html.partition("<main")[0]:
            continue  # a page about today, which says so
        after = drawn(browser, page) or ""
        was, is_now = (OF_TODAY.sub("", text).splitlines() for text in (html, after))
        if was != is_now:
            changed[page] = [line.strip()[:300] for line in is_now if line not in was][:3]
    assert changed == {}, "\n".join(f"{page}\n    {lines}" for page, lines in changed.items())
    assert LATER not in "".join(before)
