"""Some fields set in many rows: chosen, shown before they are stored, stored as one change set."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from facilities.exchange.columns import Column, Value
from facilities.permissions import Access, Places
from facilities.registers.forms import CellField
from facilities.registers.register import Register
from facilities.registers.writers import RowEntry
from rollout.day import Day
from rollout.pages.desk.asking import Asked
from rollout.pages.desk.lists import register_or_404
from rollout.pages.desk.many import Many, answer, list_asked
from rollout.pages.desk.page import desk
from rollout.pages.page import Page, SignedIn

AT_MOST = 5000


@require_POST
@desk()
def register_bulk(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """Without fields: asks which; with them, their values. Shows what would change; with `yes`: stores it."""
    register = register_or_404(code, access)
    try:
        context = list_asked(request, register, day)
    except ValidationError:  # only a forged form
        return HttpResponseRedirect(reverse("rollout:register-list", args=[register.code]))
    keys = chosen_rows(request, register, context["listed"], access.kept)
    if not keys:
        messages.error(request, _("Choose at least one row."))
        return HttpResponseRedirect(context["back"])
    if len(keys) > AT_MOST:
        text = _("At most %(limit)s rows at once. Filter the list, or import a file.")
        messages.error(request, text % {"limit": AT_MOST})
        return HttpResponseRedirect(context["back"])
    bound = register.bound(places=access.kept)
    columns = [column for column in bound if column.writable]
    codes = set(request.POST.getlist("column"))
    chosen = [column for column in columns if column.code in codes]
    fields = [_Field(column, request.POST.get(f"value-{column.code}")) for column in chosen]
    context |= {
        "register": register,
        "keys": keys,
        "columns": columns,
        "chosen": chosen,
        "fields": fields,
        "change_set": uuid.uuid4(),
        "because": request.POST.get("because", "").strip(),
    }
    if not fields or any(field.sent is None for field in fields):
        return "desk/bulk.html", context
    if any(field.problems for field in fields):
        return "desk/bulk.html", context, 400
    values = {field.column.code: field.value for field in fields}
    entries = entries_of(register, keys, values, day.today)
    return answer(request, access, Many(register, entries, bound, day), "desk/bulk.html", context)


class _Field:
    """One of the fields to be set, with what was sent for it; None: it has not been asked yet."""

    def __init__(self, column: Column, sent: str | None) -> None:
        self.column, self.sent = column, sent
        self.problems: list[str] = []
        self.value: Value = column.empty
        field = CellField(column)
        self.id = f"value-{column.code}"
        self.drawn: Any = field.widget.render(self.id, sent or "", {"id": self.id})
        try:
            self.value = field.clean(sent)
        except ValidationError as error:
            self.problems = error.messages


def chosen_rows(
    request: SignedIn, register: Register, listed: Day, places: Places = None
) -> list[int]:
    """The rows ticked, in the order in which they were sent; or every row that the list's filters leave."""
    if request.POST.get("all") == "yes":
        query = QueryDict(request.POST.get("query", ""))
        asked = Asked(register, query, listed, with_names=True, places=places)
        return list(asked.rows.values_list("pk", flat=True)[: AT_MOST + 1])
    sent = request.POST.getlist("row") or request.POST.get("rows", "").split(",")
    keys = list(
        dict.fromkeys(int(k) for k in sent if k.isdecimal() and k.isascii() and len(k) < 19)
    )
    if places is None:
        return keys
    own = register.of_facilities(register.base(listed.today), places).filter(pk__in=keys)
    kept = set(own.values_list("pk", flat=True))
    return [key for key in keys if key in kept]


def entries_of(
    register: Register, keys: list[int], new: Mapping[str, Value], on: date
) -> list[RowEntry]:
    """The rows that are still in the register: what was withdrawn since the list was drawn is left out."""
    rows = register.base(on).in_bulk(keys)
    values = register.values([key for key in keys if key in rows], on)
    return [RowEntry(rows[key], old, {**old, **new}) for key, old in values.items()]
