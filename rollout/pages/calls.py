"""Whom to call, put beside names on pages that are drawn once for many readers.

What is kept of such a page holds marks and no person (`{% whom_to_call %}`); each reader's answer has
in place of a mark whom this reader may call on the day, or nothing.
"""

import re

from django.template.loader import render_to_string

from facilities.contacts import Person, responsible_at, responsible_of
from facilities.permissions import Access
from rollout.day import Day

MARK = re.compile(r"<!--call (facility|agency) (\d+)( short)?-->")


def with_calls(html: str, access: Access, day: Day) -> str:
    """Two queries at most, however many names there are."""
    marks = MARK.findall(html)
    asked = {what: {int(pk) for kind, pk, _short in marks if kind == what} for what in KINDS}
    found = {
        what: responsible(access, asked[what], day.on, day.known_at)
        for what, responsible in KINDS.items()
    }

    def called(mark: re.Match[str]) -> str:
        person = found[mark[1]].get(int(mark[2]))
        return drawn(person, short=bool(mark[3])) if person else ""

    return MARK.sub(called, html)


KINDS = {"facility": responsible_at, "agency": responsible_of}


def drawn(person: Person, *, short: bool = False) -> str:
    """A link that dials; in short the word alone. Without a telephone the name, in short nothing."""
    if short and not person.telephone:
        return ""
    return render_to_string("_call.html", {"person": person, "short": short}).strip()
