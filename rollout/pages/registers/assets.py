"""Where the QR code on a device leads: what it is, where it has been; and that it was seen."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.utils.translation import gettext as _

from equipment.asset_page import movements, moves_of
from equipment.assets import place_id
from equipment.models import Asset, StocktakeRound, StocktakeSighting
from equipment.stocktake import rounds, see
from facilities.as_of import AsOf
from facilities.permissions import Access
from rollout.day import Day
from rollout.pages.page import Page, SignedIn, page


@page(lambda access: access.records_facts, stored=False)
def asset(request: SignedIn, day: Day, access: Access, tag: str) -> Page:
    """In full for the Department and the facility where it stands.

    An officer in whose stocktake a foreign device turns up learns what it is, but not whose.
    """
    found = (
        Asset.objects.standing(day.known_at)
        .filter(tag=tag)
        .annotate(place=place_id(day.on, day.known_at))
        .select_related("device_type")
        .first()
    )
    if found is None:
        raise Http404
    open_rounds = list(rounds(facility_ids=access.recorded).filter(is_open=True))
    in_full = access.records_for(found.place)
    if not in_full and not open_rounds:
        raise Http404
    if request.method == "POST":
        return _seen(request, found, open_rounds)
    rows = movements(found, day.on, day.known_at)
    shown = {found.place, *(row.facility_id for row in rows)} - {None}
    shown |= {one.facility_id for one in open_rounds}
    names = AsOf(day.on, day.known_at, frozenset(shown)).so_far(day.on)
    seen = set(
        StocktakeSighting.objects.known()
        .filter(asset=found, round__in=open_rounds)
        .values_list("round", flat=True)
    )
    open_rounds.sort(key=lambda one: one.facility_id != found.place)
    context: dict[str, Any] = {
        "asset": found,
        "stands_at": names.get(found.place) if in_full else None,
        "in_full": in_full,
        "rounds": [(one, names.get(one.facility_id), one.pk in seen) for one in open_rounds],
    }
    if in_full:
        context |= {"moves": moves_of(rows, names)}
    return "registers/asset.html", context


def _seen(
    request: SignedIn, asset: Asset, open_rounds: Iterable[StocktakeRound]
) -> HttpResponseRedirect:
    asked = request.POST.get("round", "")
    chosen = next((one for one in open_rounds if str(one.pk) == asked), None)
    if chosen is None:
        messages.error(request, _("This stocktake is closed."))
        return HttpResponseRedirect(request.path)
    try:
        new = see(round=chosen, asset=asset, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request, _("Marked as seen.") if new else _("It was marked as seen before.")
        )
    return HttpResponseRedirect(request.path)
