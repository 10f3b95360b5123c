"""What each facility lacks and what it has to spare, and moving it before anything is bought."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from equipment.proposals import Balance, Proposal, propose
from equipment.registers.movements import log_made
from equipment.registers.types import known_types
from equipment.stock import Line, stock
from facilities.as_of import FacilityOnDay
from facilities.choosing import FACILITIES, chooser, meant
from facilities.exchange.choices import Unknown
from facilities.folding import sort_key
from facilities.models import ChangeSet
from facilities.permissions import Access
from facilities.registers.entering import AlreadySent, begin
from rollout.day import Day
from rollout.figures.cached import mark_of, remembered
from rollout.pages.desk.page import desk
from rollout.pages.forms.devices import MoveForm, move_devices
from rollout.pages.kept import KeptRows, Whole
from rollout.pages.page import Page, SignedIn
from rollout.programme.tracking import known_stock
from rollout.registers.keeping import kept_registers

ROWS_A_PAGE = 25
PROPOSALS_SHOWN = 50

SHOWN = {
    "": pgettext_lazy("devices", "below the norm"),
    "surplus": pgettext_lazy("devices", "above the norm"),
    "all": pgettext_lazy("devices", "all"),
}


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of some lines. Those without a norm lack nothing and have nothing to spare."""

    norm: int
    installed: int
    on_order: int
    missing: int
    surplus: int
    to_find: int

    @classmethod
    def of(cls, lines: Iterable[Line]) -> "Totals":
        lines = list(lines)
        names = cls.__dataclass_fields__
        return cls(**{n: sum(getattr(line, n) or 0 for line in lines) for n in names})


@desk(by_area=True)
def shortfalls(request: SignedIn, day: Day, access: Access) -> Page:
    named = _named(day, access)
    typed, place, problem = request.GET.get("facility", ""), "", ""
    if typed:
        try:
            place = meant(named, typed, FACILITIES)
        except Unknown as error:
            problem = str(error)
    show = _one_of(request.GET.get("show", ""), SHOWN)
    asked = _one_of(request.GET.get("type", ""), {kind.code for kind in known_types.all()})
    found: KeptRows[Line] = KeptRows(
        "shortfalls",
        day,
        mark_of(access.kept),
        show,
        asked,
        place,
        compute=lambda: _whole(day, access, show, asked, place),
    )
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    told = found.told
    shown = {line.facility_id for line in page}
    shown |= {pk for one in told["proposals"] for pk in (one.giver, one.taker)}
    facilities = {f.id: f for f in day.as_of(frozenset(shown)).on(day.on)}
    types = {kind.code: kind for kind in known_types.all() if kind.code in told["types"]}
    context = {
        "registers": kept_registers(access).values(),
        "place": "shortfalls",
        "rows": page,
        "lines": [(line, facilities[line.facility_id]) for line in page],
        "totals": told["totals"],
        "unknown_count": told["unknown"],
        "proposals": [_told(proposal, types, facilities) for proposal in told["proposals"]],
        "proposal_count": told["proposal_count"],
        "to_move": told["to_move"],
        "types": [types[code] for code in told["types"]],
        "choose_facility": chooser(
            "facility", [("", _("all")), *named.items()], place or typed, of=FACILITIES
        ),
        "problem": problem,
        "device_type": told["device_type"],
        "facility": place or typed,
        "show": show,
        "choices": SHOWN,
        "query": _query(day, type=told["device_type"], facility=place, show=show),
    }
    return "desk/shortfalls.html", context


def _named(day: Day, access: Access) -> dict[str, str]:
    """The facilities of the rollout by code, under their names of the day, as a dictionary sorts."""

    def read() -> dict[str, str]:
        there = [f for f in day.of_places(access.kept).on(day.on) if f.in_rollout]
        there.sort(key=lambda f: (sort_key(f.name_vi), f.code))
        return {f.code: f.name for f in there}

    whose = (day.map_on, day.area_code, mark_of(access.kept), get_language())
    return remembered("rollout-names", day.on, day.known_at, *whose, compute=read)


def _whole(day: Day, access: Access, show: str, asked: str, place: str) -> Whole:
    """The lines asked for, furthest below the norm first; their sums; and what may be moved instead."""
    as_of = day.of_places(access.kept)
    facilities = {f.id: f for f in as_of.on(day.on) if f.in_rollout}
    lines = [line for line in known_stock(as_of) if line.facility_id in facilities]
    types = list(dict.fromkeys(line.device_type.code for line in lines))
    device_type = _one_of(asked, types)
    of_type = [line for line in lines if not device_type or line.device_type.code == device_type]
    chosen = [
        line
        for line in of_type
        if (not place or facilities[line.facility_id].code == place) and _is_shown(line, show)
    ]
    chosen.sort(key=lambda line: (-line.to_find, -(line.missing or 0), -(line.surplus or 0)))
    proposals = [
        proposal
        for proposal in propose(_balance(line, facilities[line.facility_id]) for line in of_type)
        if not place or place in (facilities[proposal.giver].code, facilities[proposal.taker].code)
    ]
    unknown = {line.facility_id for line in stock(as_of)}.intersection(facilities)
    told = {
        "types": types,
        "device_type": device_type,
        "totals": Totals.of(chosen),
        "unknown": len(unknown - {line.facility_id for line in lines}),
        "proposals": proposals[:PROPOSALS_SHOWN],
        "proposal_count": len(proposals),
        "to_move": sum(proposal.quantity for proposal in proposals),
    }
    return Whole(chosen, told)


def _query(day: Day, **asked: Any) -> str:
    chosen = urlencode({name: value for name, value in asked.items() if value})
    return "&".join(part for part in (day.query, chosen) if part)


def _one_of(asked: str, known: Collection[str]) -> str:
    return asked if asked in known else ""


def _is_shown(line: Line, show: str) -> bool:
    return show == "all" or bool(line.surplus if show == "surplus" else line.missing)


def _balance(line: Line, facility: FacilityOnDay) -> Balance:
    return Balance(
        facility_id=line.facility_id,
        device_type=line.device_type.code,
        area=facility.area_id,
        owner=facility.ownership,
        surplus=line.surplus or 0,
        needs=line.to_find,
    )


def _told(
    proposal: Proposal, types: Mapping[Any, Any], facilities: Mapping[int, FacilityOnDay]
) -> dict:
    giver, taker = facilities[proposal.giver], facilities[proposal.taker]
    asked = {
        "type": proposal.device_type,
        "giver": giver.code,
        "taker": taker.code,
        "quantity": proposal.quantity,
    }
    return {
        "proposal": proposal,
        "type": types[proposal.device_type].name,
        "giver": giver,
        "taker": taker,
        "address": f"{reverse('rollout:device-move')}?{urlencode(asked)}",
    }


@desk()
def device_move(request: SignedIn, day: Day, access: Access) -> Page:
    """Record that devices were moved: by which paper, and why."""
    asked = {name: request.GET.get(name, "") for name in ("type", "giver", "taker", "quantity")}
    form = MoveForm(
        request.POST or None,
        request.FILES or None,
        initial=asked | {"happened_on": day.today},
        today=day.today,
        places=access.kept,
    )
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                change_set = begin(
                    kind=ChangeSet.Kind.FORM,
                    by=request.user,
                    change_set_id=form.cleaned_data["change_set"],
                    because=form.cleaned_data["because"],
                )
                log_made(change_set, move_devices(form, by=request.user))
        except AlreadySent as error:
            messages.info(request, " ".join(error.messages))
            return HttpResponseRedirect(reverse("rollout:shortfalls"))
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The move has been recorded at both facilities."))
            return HttpResponseRedirect(reverse("rollout:shortfalls"))
    context = {"form": form, "registers": kept_registers(access).values(), "place": "shortfalls"}
    return "desk/device_move.html", context, 400 if form.errors else 200
