"""What the list pages share: pages of rows, and the names of what has closed since."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from facilities.as_of import AsOf, FacilityOnDay
from facilities.permissions import Places
from rollout.day import Day
from rollout.models import WorkingSession
from rollout.pages.page import SignedIn

Row = TypeVar("Row")

ROWS_A_PAGE = 30


def session_asked(
    request: SignedIn, name: str, day: Day, open_to: Places = None
) -> WorkingSession | None:
    """The working session whose number stands in the address under `name`; None: all, or no such one.

    As it was known on the day. `open_to`: the programmes whose sessions are read; None: all.
    """
    asked = request.GET.get(name, "")
    if not asked.isascii() or not asked.isdigit() or len(asked) > 9:
        return None
    rows = WorkingSession.objects.known(day.known_at).filter(pk=asked)
    return (rows if open_to is None else rows.filter(programme__in=open_to)).first()


def names(as_of: AsOf) -> dict[int, FacilityOnDay]:
    """Those of today and, for what happened before they closed or merged, those of once."""
    return as_of.so_far(as_of.until)


def names_of(day: Day, facility_ids: Iterable[int | None]) -> dict[int, FacilityOnDay]:
    """The same of some facilities: a page names those it shows."""
    return names(day.as_of(frozenset(pk for pk in facility_ids if pk)))


def paged(
    request: SignedIn, rows: Sequence[Row] | QuerySet[Any, Row], most: int = ROWS_A_PAGE
) -> Page[Row]:
    return Paginator(rows, most).get_page(request.GET.get("page"))
