"""Every register of the product, by its code, in the order of the desk's menu."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy

from connectivity.registers import Connections
from equipment.asset_page import asset_context
from equipment.file_page import procurement_context
from equipment.registers.assets import Assets
from equipment.registers.devices import Devices
from equipment.registers.lots import Lots, Setbacks
from equipment.registers.movements import Movements
from equipment.registers.procurements import Procurements
from facilities.models import Role
from facilities.registers.codes import AreaCodes, ExternalCodes
from facilities.registers.register import Register
from rollout.programme.obstacles.holding import held_context
from rollout.registers.contacts import AgencyContacts, Contacts
from rollout.registers.councils import Councils
from rollout.registers.documents import Documents
from rollout.registers.facilities import Facilities
from rollout.registers.kinds import Kinds, ManagingBodies
from rollout.registers.milestones import Milestones
from rollout.registers.people import OF_THE_DEPARTMENT, People
from rollout.registers.steering import Directives, Obstacles, Sessions
from signatures.happened import CertificateEvents
from signatures.registers import Certificates
from signatures.staff import Staff

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

REGISTERS: dict[str, Register] = {
    register.code: register
    for register in (
        Facilities(),
        ExternalCodes(),
        Contacts(),
        AgencyContacts(),
        Procurements(),
        Lots(),
        Setbacks(),
        Devices(),
        Assets(),
        Movements(),
        Staff(),
        Certificates(),
        CertificateEvents(),
        Connections(),
        Milestones(),
        Councils(),
        Obstacles(),
        Directives(),
        Sessions(),
        Documents(),
        Kinds(),
        ManagingBodies(),
        AreaCodes(),
    )
}

# People come by file alone; who may bring them: a property of `Access`.
PEOPLE: dict[str, Register] = {
    "people": People("people", OF_THE_DEPARTMENT),
    "all-people": People("all-people", Role),
}
BRINGS_PEOPLE = {"people": "keeps_registers", "all-people": "manages_users"}

# Whatever a file can be brought to.
TAKING_FILES = REGISTERS | PEOPLE


@dataclass(frozen=True)
class Extra:
    """What the page of a row shows besides its cells. `context(row, day)` gives the template its words."""

    template: str
    context: Callable[..., dict]


def _its_page(name: str, words: "StrOrPromise", key: str) -> Extra:
    """A page of its own tells all about the row, and takes what is no cell."""
    return Extra(
        "programme/_its_page.html",
        lambda row, day: {
            "address": reverse(f"rollout:{name}", args=[getattr(row, key)]),
            "words": words,
        },
    )


EXTRAS: dict[str, Extra] = {
    "obstacles": _its_page(
        "obstacle", gettext_lazy("Whom it holds, solutions, follow-ups: its page"), "code"
    ),
    "directives": _its_page(
        "directive", gettext_lazy("Answers, closing, follow-ups: its page"), "code"
    ),
    "sessions": _its_page(
        "session", gettext_lazy("Agenda, conclusion, directives: its page"), "pk"
    ),
    "assets": Extra("equipment/_asset.html", asset_context),
    "milestones": Extra("programme/_held.html", held_context),
    "procurements": Extra("equipment/_procurement.html", procurement_context),
}
