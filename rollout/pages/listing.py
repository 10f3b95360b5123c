"""What the list pages share: pages of rows, and the names of what has closed since."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from facilities.as_of import AsOf
from rollout.pages.page import SignedIn

ROWS_A_PAGE = 100


def names(as_of: AsOf) -> dict:
    """Those of today and, for what happened before they closed or merged, those of once."""
    return as_of.so_far(as_of.until)


def paged(request: SignedIn, rows: Sequence[Any] | QuerySet[Any]) -> Page[Any]:
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
