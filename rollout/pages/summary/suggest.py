"""Names offered while somebody types: of areas and of facilities, under which a field of a form finds them."""

from django.http import JsonResponse

from facilities.choosing import AREAS, FACILITIES
from facilities.folding import fold
from facilities.naming import areas_by_external_code, facilities_called
from facilities.permissions import Access
from rollout.day import Day, areas_on
from rollout.pages.page import Page, SignedIn, page

MOST = 20
WORDS = 6


@page(lambda access: access.sees_summary, stored=False)
def suggest(request: SignedIn, day: Day, access: Access) -> Page:
    """`?of=facilities&q=`: at most twenty names of today in which every word is found; none for less
    than two letters. A name that several bear is told with the code. Whoever keeps registers of an area
    is offered its facilities, for these alone can be chosen. `?of=areas`: of the day's areas, each with
    the one it lies in."""
    words = fold(request.GET.get("q", "")[:100]).split()[:WORDS]
    if request.GET.get("of") == AREAS and words:
        tree, typed = areas_on(day), " ".join(words)
        coded = areas_by_external_code(day.map_on or day.on, day.known_at)
        bearers = [tree.find(code) for key in coded if key.startswith(typed) for code in coded[key]]
        found = [*tree.like(typed), *filter(None, bearers)]
        if day.own is not None:
            inside = tree.within(day.own)
            found = [area for area in found if area.id in inside]
        return JsonResponse({"names": [tree.placed(a) for a in dict.fromkeys(found)][:MOST]})
    if request.GET.get("of") != FACILITIES or len("".join(words)) < 2:
        return JsonResponse({"names": []})
    kept = access.kept if access.keeps_somewhere else None
    among = (kept, day.now.own_places())
    places = facilities_called(words, day.today, among=among, most=MOST)
    told = [name.name for name in places]
    return JsonResponse(
        {
            "names": [
                name.name if told.count(name.name) == 1 else f"{name.name} ({name.facility.code})"
                for name in places
            ]
        }
    )
