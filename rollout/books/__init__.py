"""Every book of the product, by its code, in the order of the desk's menu."""

from collections.abc import Callable
from dataclasses import dataclass

from connectivity.books import Connections
from equipment.asset_page import asset_context
from equipment.books.assets import Assets
from equipment.books.devices import Devices
from equipment.books.lots import Lots, Setbacks
from equipment.books.movements import Movements
from equipment.books.procurements import Procurements
from equipment.file_page import procurement_context
from facilities.books.book import Book
from rollout.books.documents import Documents
from rollout.books.facilities import Facilities
from rollout.books.milestones import Milestones
from rollout.obstacles.holding import held_context
from signatures.books import Certificates

BOOKS: dict[str, Book] = {
    book.code: book
    for book in (
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
    )
}


@dataclass(frozen=True)
class Extra:
    """What the page of a row shows besides its cells. `context(row, day)` gives the template its words."""

    template: str
    context: Callable[..., dict]


EXTRAS: dict[str, Extra] = {
    "assets": Extra("equipment/_asset.html", asset_context),
    "milestones": Extra("rollout/_held.html", held_context),
    "procurements": Extra("equipment/_procurement.html", procurement_context),
}
