"""Many cells changed at once: judged together, shown one by one, stored as one change set with its reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from facilities.exchange.columns import Column, Value
from facilities.models import ChangeSet
from facilities.permissions import Access
from facilities.registers.entering import AlreadySent, begin, enter_rows, writing_of
from facilities.registers.register import Problems, Register
from facilities.registers.writers import RowEntry
from rollout.day import Day, read_day
from rollout.pages.desk.record import uuid_of
from rollout.pages.page import Page, SignedIn
from rollout.registers.keeping import refuse_elsewhere

SHOWN = 1000  # cells; of more the number is told


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row that would change: what it is called, and heading, old and new value of each changed cell."""

    title: str
    cells: list[tuple[str, str, str]]


class Many:
    """New values for some rows, as one act. Made to be looked at; `store` writes it."""

    def __init__(
        self, register: Register, entries: list[RowEntry], columns: Iterable[Column], day: Day
    ) -> None:
        """`columns`: all of the register, bound, for the words. `day`: written on its today."""
        self.register, self.entries, self.on = register, entries, day.today
        self.columns = {column.code: column for column in columns}
        register.prepare(self.columns.values(), [v for e in entries for v in (e.old, e.new)])
        self.problems = register.problems(entries, self.on)

    @cached_property
    def changed(self) -> list[RowEntry]:
        return [entry for entry in self.entries if entry.changed]

    @property
    def is_wrong(self) -> bool:
        return any(problems.errors for problems in self.problems)

    def title(self, entry: RowEntry) -> str:
        return self.register.named(entry.old, self.columns.values())

    def context(self) -> dict[str, Any]:
        """For `desk/_many.html`: what is wrong, what is odd, what would change."""
        rows, cells, left = [], 0, SHOWN
        for entry in self.changed:
            cells += len(entry.changed)
            if left > 0:
                some = [self._shown(entry, code) for code in entry.changed[:left]]
                rows.append(ShownRow(self.title(entry), some))
                left -= len(some)
        return {
            "previewed": True,
            "wrong": list(self._told("errors")),
            "odd": list(self._told("warnings")),
            "rows": rows,
            "more": max(cells - SHOWN, 0),
            "cells": cells,
            "changed": len(self.changed),
            "unchanged": len(self.entries) - len(self.changed),
            "shown": self.digest,
        }

    def _shown(self, entry: RowEntry, code: str) -> tuple[str, str, str]:
        column = self.columns[code]
        return column.heading(), column.show(entry.old[code]), column.show(entry.new[code])

    def _told(self, which: str) -> Iterable[tuple[str, str]]:
        for entry, problems in zip(self.entries, self.problems, strict=True):
            if texts := self._texts(problems, which):
                yield self.title(entry), texts

    def _texts(self, problems: Problems, which: str) -> str:
        by_column: Mapping[str, list[str]] = getattr(problems, which)
        return " ".join(
            f"{self.columns[code].heading()}: {text}" if code in self.columns else text
            for code, texts in by_column.items()
            for text in texts
        )

    @property
    def digest(self) -> str:
        """Says whether what would change is still what was shown."""

        def text(code: str, value: Value) -> str:
            return self.columns[code].text(value)

        told = [
            (entry.row and entry.row.pk, code, text(code, entry.old[code]), text(code, value))
            for entry in self.changed
            for code, value in entry.new.items()
            if code in entry.changed
        ]
        return sha256(repr(told).encode()).hexdigest()[:32]


def answer(
    request: SignedIn, access: Access, many: Many, template: str, context: dict[str, Any]
) -> Page:
    """Show what would change; with `yes` store it, if it is still what was shown, and go back to the list."""
    context |= many.context()
    asked = bool(request.POST.get("yes"))
    if not asked or many.is_wrong or not many.changed:
        return template, context, 400 if asked and many.is_wrong else 200
    because = request.POST.get("because", "").strip()
    if not because:
        return template, context | {"problems": [_("Give the reason.")]}, 400
    if request.POST.get("shown") != context["shown"]:
        moved = _("The data has changed since the preview. Preview it again before saving.")
        return template, context | {"problems": [moved]}, 409
    try:
        change_set = store(request, access, many, because)
    except AlreadySent as error:
        messages.info(request, " ".join(error.messages))
    except ValidationError as error:
        return template, context | {"problems": error.messages}, 409
    else:
        count = len(many.changed)
        text = ngettext(
            "%(count)s row has been changed.", "%(count)s rows have been changed.", count
        )
        address = reverse("rollout:change-set", args=[change_set.pk])
        if query := context["listed"].query:
            address = f"{address}?{query}"
        way = _("See it, or take it back")
        told = format_html('{} <a href="{}">{}</a>', text % {"count": count}, address, way)
        messages.success(request, told)
    return HttpResponseRedirect(context["back"])


@transaction.atomic
def store(request: SignedIn, access: Access, many: Many, because: str) -> ChangeSet:
    """The reason given for the change set answers every odd value in it."""
    change_set = begin(
        kind=ChangeSet.Kind.BULK, by=request.user, change_set_id=uuid_of(request), because=because
    )
    for entry in many.changed:
        entry.because = dict.fromkeys(entry.changed, because)
    enter_rows(many.register, many.changed, writing_of(change_set, on=many.on))
    refuse_elsewhere(access, many.register, [entry.stored for entry in many.changed])
    return change_set


def list_asked(request: SignedIn, register: Register, day: Day) -> dict[str, Any]:
    """The list that rows were chosen on: its query, its day, the address back to it.

    Raises ValidationError for a query that no list has written.
    """
    query = request.POST.get("query", "")
    address = reverse("rollout:register-list", args=[register.code])
    return {
        "query": query,
        "listed": read_day(QueryDict(query), today=day.today),
        "back": f"{address}?{query}",
    }
