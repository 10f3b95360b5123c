"""Names offered while somebody types: of areas and of facilities, under which a field of a form finds them."""

from django.db.models import Q
from django.http import JsonResponse

from facilities.choosing import AREAS, FACILITIES
from facilities.folding import fold
from facilities.models import ExternalCode, FacilityName
from facilities.naming import areas_by_external_code
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
    rows = FacilityName.objects.in_force(day.today).select_related("facility")
    if access.keeps_somewhere and access.kept is not None:
        rows = rows.filter(facility__in=access.kept)
    if (own := day.now.own_places()) is not None:
        rows = rows.filter(facility__in=own)
    for word in words:
        elsewhere = ExternalCode.objects.in_force(day.today).filter(search_key__contains=word)
        rows = rows.filter(
            Q(search_key__contains=word)
            | Q(facility__code__contains=word)
            | Q(facility__in=elsewhere.values("facility"))
        )
    keys = list(rows.order_by("sort_key", "pk").values_list("facility", flat=True)[: 2 * MOST])
    named = {
        name.facility_id: name
        for name in FacilityName.objects.in_force(day.today)
        .filter(facility__in=keys)
        .select_related("facility")
    }
    places = [named[key] for key in dict.fromkeys(keys)][:MOST]
    told = [name.name for name in places]
    return JsonResponse(
        {
            "names": [
                name.name if told.count(name.name) == 1 else f"{name.name} ({name.facility.code})"
                for name in places
            ]
        }
    )
