"""Areas by the beginning of what somebody types, where there are too many to list."""

from django.http import JsonResponse

from facilities.permissions import Access
from rollout.day import Day, areas_on
from rollout.pages.page import Page, SignedIn, page

MOST = 12


@page(lambda access: access.sees_summary)
def suggestions(request: SignedIn, day: Day, access: Access) -> Page:
    tree = areas_on(day)
    found = tree.like(request.GET.get("q", "")[:80])[:MOST]
    return JsonResponse({"areas": [tree.placed(area) for area in found]})
