"""Digital signatures of all facilities side by side: how many must sign, and how far each step is."""

from typing import Any

from django.core.paginator import Paginator

from facilities.permissions import Access
from rollout.day import Day
from rollout.figures.funnel import cached_funnel
from rollout.figures.progress import Asked
from rollout.pages.page import Page, SignedIn, page

ROWS_A_PAGE = 50


@page(lambda access: access.sees_summary, section="signatures", by_area=True)
def signatures(request: SignedIn, day: Day, access: Access) -> Page:
    """Those of the area asked for; whoever has most people left that cannot sign stands first."""
    found = cached_funnel(
        Asked(day.on, known_at=day.known_at, map_on=day.map_on, area=day.area_code)
    )
    needed, steps = found.total()
    rows = Paginator(found.worst_first, ROWS_A_PAGE)
    context: dict[str, Any] = {
        "rows": (shown := rows.get_page(request.GET.get("page"))),
        "lines": [(one, access.sees_rows_of(one.facility.id)) for one in shown],
        "needed": needed,
        "steps": steps,
        "of": len(found.of),
        "unstated": sum(one.needed is None for one in found.of.values()),
    }
    return "registers/signatures.html", context
