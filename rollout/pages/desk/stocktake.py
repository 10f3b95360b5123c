"""Stocktakes: opened, gone through by scanning or typing, closed with a yes to what was different.

The Department's for every facility, an officer's for the own one, at the same addresses.
"""

import uuid
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from equipment.models import StocktakeClosed, StocktakeRound
from equipment.stocktake import (
    Closing,
    Difference,
    Findings,
    asset_with,
    close,
    count,
    differences,
    findings,
    findings_at_close,
    open_round,
    rounds,
    see,
)
from facilities.as_of import AsOf
from facilities.models import ChangeSet, Facility
from facilities.permissions import Access
from facilities.registers.entering import AlreadySent, begin
from rollout.day import Day
from rollout.pages.desk.record import uuid_of
from rollout.pages.forms.devices import RoundForm
from rollout.pages.page import Answering, Asked, Page, SignedIn, View, page
from rollout.registers.keeping import kept_registers

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

MOST = 1_000_000
LEAVE, RETIRED = "leave", "retired"


def stocktaking() -> Callable[[View[Asked]], Answering[Asked]]:
    """A page for those who keep the registers, or speak for a facility."""
    return page(
        lambda access: access.keeps_somewhere or access.reports, section="desk", stored=False
    )


def _shared(access: Access) -> dict:
    """The Department's pages have the registers as a menu."""
    return {
        "registers": kept_registers(access).values() if access.keeps_somewhere else (),
        "place": "stocktakes",
    }


def _names(day: Day) -> dict:
    return AsOf(day.today).so_far(day.today)


def _round_or_404(access: Access, pk: int) -> "WithAnnotations[StocktakeRound, Closing]":
    found = rounds().filter(pk=pk).first()
    if found is None or not access.records_for(found.facility_id):
        raise Http404
    return found


@stocktaking()
def stocktake_list(request: SignedIn, day: Day, access: Access) -> Page:
    mine = access.recorded
    title = _("Stocktake of %(day)s") % {"day": day.today.strftime("%d/%m/%Y")}
    form = RoundForm(request.POST or None, initial={"title": title}, today=day.today, places=mine)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        facility = Facility.objects.get(code=said["facility"])
        try:
            opened = open_round(
                facility=facility, title=said["title"], on=day.today, by=request.user
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            return HttpResponseRedirect(reverse("rollout:stocktake", args=[opened.pk]))
    names = _names(day)
    context = {
        "form": form,
        "rounds": [(one, names.get(one.facility_id)) for one in rounds(facility_ids=mine)[:200]],
    }
    return "desk/stocktake_list.html", context | _shared(access), 400 if form.errors else 200


@stocktaking()
def stocktake(request: SignedIn, day: Day, access: Access, pk: int) -> Page:
    found_round = _round_or_404(access, pk)
    if request.method == "POST":
        if "counts" in request.POST:
            _count(request, found_round, day)
        else:
            _see(request, found_round, day)
        return HttpResponseRedirect(request.path)
    closing = StocktakeClosed.objects.known().filter(round=found_round).first()
    found = findings_at_close(found_round, closing) if closing else findings(found_round, day.today)
    names = _names(day)
    context = {
        "round": found_round,
        "closing": closing,
        "facility": names.get(found_round.facility_id),
        "found": found,
        "unexpected": [
            (asset, names.get(asset.place) if access.keeps_of(asset.place) else None)
            for asset in found.unexpected
        ],
        "differences": len(differences(found)),
    }
    return "desk/stocktake.html", context | _shared(access)


def _see(request: SignedIn, round: StocktakeRound, day: Day) -> None:
    number = request.POST.get("number", "").strip()[:80]
    asset = asset_with(number, round.facility_id, day.today)
    if asset is None:
        text = _(
            "No asset bears the number “%(number)s”. Count it under its type below, "
            "or have it added to the register of assets."
        )
        messages.error(request, text % {"number": number})
        return
    try:
        new = see(round=round, asset=asset, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return
    text = _("%(asset)s is marked as seen.") if new else _("%(asset)s was marked as seen before.")
    messages.success(request, text % {"asset": asset})


def _count(request: SignedIn, round: StocktakeRound, day: Day) -> None:
    """Counts that were filled in; a field left empty counts nothing."""
    wrong, new = [], 0
    for line in findings(round, day.today).counts:
        text = request.POST.get(f"count-{line.device_type.code}", "").strip()
        if not text:
            continue
        if not (text.isascii() and text.isdecimal() and int(text) <= MOST):
            wrong.append(line.device_type.name)
            continue
        try:
            new += count(
                round=round, device_type=line.device_type, count=int(text), by=request.user
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return
    if wrong:
        text = _("Give a whole number for: %(types)s.")
        messages.error(request, text % {"types": ", ".join(wrong)})
    if new:
        messages.success(request, _("The counts have been saved."))


@stocktaking()
def stocktake_close(request: SignedIn, day: Day, access: Access, pk: int) -> Page:
    """Lists what would become facts; with a yes to exactly that, records it and ends the round."""
    found_round = _round_or_404(access, pk)
    here = reverse("rollout:stocktake", args=[pk])
    if not found_round.is_open:
        messages.info(request, _("This stocktake is closed."))
        return HttpResponseRedirect(here)
    found = findings(found_round, day.today)
    offered, elsewhere = _offered(found, access)
    problems: list[str] = []
    if request.method == "POST":
        if request.POST.get("shown") != _fingerprint(offered):
            problems = [
                _("Something has been seen or counted meanwhile. Look through the list again.")
            ]
        else:
            problems = _close(request, found_round, found, access, day)
        if not problems:
            return HttpResponseRedirect(here)
    names = _names(day)
    context = {
        "round": found_round,
        "facility": names.get(found_round.facility_id),
        "found": found,
        "offered": [
            (one, names.get(one.origin), request.POST.get(one.subject, "")) for one in offered
        ],
        "elsewhere": elsewhere,
        "not_counted": [c for c in found.counts if c.expected and c.counted is None],
        "shown": _fingerprint(offered),
        "change_set": uuid.uuid4(),
        "problems": problems,
        "because": request.POST.get("because", ""),
    }
    return "desk/stocktake_close.html", context | _shared(access), 409 if problems else 200


def _offered(
    found: Findings, access: Access, retired: Iterable[int] = ()
) -> tuple[list[Difference], list[Difference]]:
    """What this user may record, and what only the Department may: devices of other facilities."""
    offered: list[Difference] = []
    elsewhere: list[Difference] = []
    for one in differences(found, retired):
        allowed = not one.origin or access.records_for(one.origin)
        (offered if allowed else elsewhere).append(one)
    return offered, elsewhere


def _fingerprint(offered: list[Difference]) -> str:
    """By which it is known that what was agreed to is what was shown."""
    return sha256("\n".join(one.key for one in offered).encode()).hexdigest()


def _close(
    request: SignedIn, round: StocktakeRound, found: Findings, access: Access, day: Day
) -> list[str]:
    """Close the round with what was agreed to. What went wrong, if anything did."""
    retired = {a.pk for a in found.not_seen if request.POST.get(f"asset-{a.pk}") == RETIRED}
    offered, _elsewhere = _offered(found, access, retired)
    agreed = [one for one in offered if request.POST.get(one.subject) != LEAVE]
    facility = None if access.keeps_of(round.facility_id) else round.facility
    try:
        with transaction.atomic():
            change_set = begin(
                kind=ChangeSet.Kind.STOCKTAKE,
                by=request.user,
                change_set_id=uuid_of(request),
                facility=facility,
                because=request.POST.get("because", "") or round.title,
            )
            close(round=round, agreed=agreed, change_set=change_set, on=day.today)
    except AlreadySent as error:
        messages.info(request, " ".join(error.messages))
    except ValidationError as error:
        return error.messages
    else:
        messages.success(request, _("The stocktake is closed; the register says what was found."))
    return []
