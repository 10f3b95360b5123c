"""The summary for a meeting: one question a screen, in letters that are read across a table.

Everything in it is what the summary says; nothing is computed here.
"""

from typing import TYPE_CHECKING, NamedTuple

from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from equipment.money import money_of
from facilities.permissions import Access
from rollout.day import Day
from rollout.figures.awaited import late_facilities
from rollout.pages.calls import with_calls
from rollout.pages.page import Page, SignedIn, kept, page
from rollout.pages.summary.leader import content_of
from rollout.pages.summary.money import sums_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST = 5  # lines on a screen; the rest is on the page that the screen leads to


class Question(NamedTuple):
    """One screen. `code`: its place on the page, and the name of its template."""

    code: str
    asked: "StrOrPromise"
    of_programme: bool = False

    @property
    def template(self) -> str:
        return f"summary/meeting/{self.code}.html"


QUESTIONS = (
    Question("where", gettext_lazy("Where do we stand?")),
    Question("time", gettext_lazy("Will we be in time?")),
    Question("late", gettext_lazy("Who is late?")),
    Question("decide", gettext_lazy("What is to be decided?"), of_programme=True),
    Question("obstacles", gettext_lazy("What stands in the way?"), of_programme=True),
    Question("next", gettext_lazy("What comes in the next two weeks?")),
)
MONEY = Question("money", gettext_lazy("What does it cost?"), of_programme=True)


@page(lambda access: access.sees_summary, section="meeting", by_area=True, stored=False)
def meeting(request: SignedIn, day: Day, access: Access) -> Page:
    """The sums of money are of the reader's own places, and so stand outside what is kept for all."""
    costs = access.opens_programme
    found = kept(
        "summary/meeting/questions.html",
        day,
        access.sees_programme,
        access.sees_all_rows,
        access.issues_directives,
        costs,
        build=lambda: _content(day, access, costs=costs),
    )
    content = mark_safe(with_calls(found["content"], access, day))  # noqa: S308 drawn by templates
    sums = sums_of(money_of(day.of_places(access.programme))) if costs else {}
    return "summary/meeting.html", found | sums | {
        "content": content,
        "money": MONEY if costs else None,
    }


def _content(day: Day, access: Access, *, costs: bool) -> dict:
    told = content_of(day, sees_programme=access.sees_programme, in_full=access.sees_all_rows)
    asked = [one for one in QUESTIONS if access.sees_programme or not one.of_programme]
    late = late_facilities(told["progress"].facilities) if access.sees_all_rows else []
    return told | {
        "questions": [*asked, MONEY] if costs else asked,
        "screens": list(zip(asked, [*asked[1:], MONEY if costs else None], strict=True)),
        "late": late[:MOST],
        "more_late": max(0, len(late) - MOST),
        "directs": access.issues_directives,
    }
