"""What the list pages share: pages of rows, and the names of what has closed since."""

from django.core.paginator import Paginator

from facilities.as_of import AsOf
from rollout.pages.page import SignedIn

ROWS_A_PAGE = 100


def names(as_of: AsOf) -> dict:
    """Those of today and, for what happened before they closed or merged, those of once."""
    return as_of.so_far(as_of.until)


def paged(request: SignedIn, rows):
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
