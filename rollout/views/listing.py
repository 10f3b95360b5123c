"""What the list pages share: pages of rows, and the names of what has closed since."""

from django.core.paginator import Paginator

from facilities.register import Register

ROWS_A_PAGE = 100


def names(register: Register) -> dict:
    """Those of today and, for what happened before they closed or merged, those of once."""
    return register.so_far(register.until)


def paged(request, rows):
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
