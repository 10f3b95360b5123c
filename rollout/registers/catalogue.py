"""Every register of the product, by its code, in the order of the desk's menu."""

from collections.abc import Callable
from dataclasses import dataclass

from connectivity.registers import Connections
from equipment.asset_page import asset_context
from equipment.file_page import procurement_context
from equipment.registers.assets import Assets
from equipment.registers.devices import Devices
from equipment.registers.lots import Lots, Setbacks
from equipment.registers.movements import Movements
from equipment.registers.procurements import Procurements
from facilities.registers.register import Register
from rollout.programme.obstacles.holding import held_context
from rollout.registers.documents import Documents
from rollout.registers.facilities import Facilities
from rollout.registers.kinds import Kinds, ManagingBodies
from rollout.registers.milestones import Milestones
from signatures.registers import Certificates

REGISTERS: dict[str, Register] = {
    register.code: register
    for register in (
        Facilities(),
        Procurements(),
        Lots(),
        Setbacks(),
        Devices(),
        Assets(),
        Movements(),
        Certificates(),
        Connections(),
        Milestones(),
        Documents(),
        Kinds(),
        ManagingBodies(),
    )
}


@dataclass(frozen=True)
class Extra:
    """What the page of a row shows besides its cells. `context(row, day)` gives the template its words."""

    template: str
    context: Callable[..., dict]


EXTRAS: dict[str, Extra] = {
    "assets": Extra("equipment/_asset.html", asset_context),
    "milestones": Extra("programme/_held.html", held_context),
    "procurements": Extra("equipment/_procurement.html", procurement_context),
}
