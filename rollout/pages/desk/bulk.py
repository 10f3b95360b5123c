"""One value set in many rows: chosen, shown before it is stored, stored as one change set with a reason."""

import uuid
from datetime import date
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from facilities.exchange.columns import Value
from facilities.models import ChangeSet
from facilities.permissions import Access, Places
from facilities.registers.entering import AlreadySent, begin, enter_rows, writing_of
from facilities.registers.forms import CellField
from facilities.registers.register import Register
from facilities.registers.writers import RowEntry
from rollout.day import Day, read_day
from rollout.pages.desk.asking import Asked
from rollout.pages.desk.lists import register_or_404
from rollout.pages.desk.page import desk
from rollout.pages.desk.record import uuid_of
from rollout.pages.page import Page, SignedIn
from rollout.registers.keeping import refuse_elsewhere

AT_MOST = 5000
SHOWN = 200


@require_POST
@desk()
def register_bulk(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """Without a column: asks which. With one: shows what would change; with `yes`: stores it."""
    register = register_or_404(code, access)
    keys = chosen_rows(request, register, day, access.kept)
    back = (
        f"{reverse('rollout:register-list', args=[register.code])}?{request.POST.get('query', '')}"
    )
    if not keys:
        messages.error(request, _("Choose at least one row."))
        return HttpResponseRedirect(back)
    if len(keys) > AT_MOST:
        text = _("At most %(limit)s rows at once. Filter the list, or import a file.")
        messages.error(request, text % {"limit": AT_MOST})
        return HttpResponseRedirect(back)
    bound = register.bound(places=access.kept)
    columns = {column.code: column for column in bound if column.writable}
    column = columns.get(request.POST.get("column", ""))
    because = request.POST.get("because", "").strip()
    context: dict[str, Any] = {
        "register": register,
        "keys": keys,
        "back": back,
        "query": request.POST.get("query", ""),
        "columns": columns.values(),
        "column": column,
        "change_set": uuid.uuid4(),
        "because": because,
        "text": request.POST.get("value", ""),
    }
    if column is None:
        return "desk/bulk.html", context
    field = CellField(column)
    context["field"] = field.widget.render("value", context["text"], {"id": "value"})
    if "value" not in request.POST:
        return "desk/bulk.html", context
    try:
        value = field.clean(context["text"])
    except ValidationError as error:
        return "desk/bulk.html", context | {"problems": error.messages}, 400
    entries = entries_of(register, keys, column.code, value, day.today)
    found = list(zip(entries, register.problems(entries, day.today), strict=True))
    wrong = [(entry, problems) for entry, problems in found if problems.errors]
    changed = [entry for entry, _problems in found if entry.changed]
    context |= {
        "wrong": [(register.title(e.old), _texts(p.errors)) for e, p in wrong[:SHOWN]],
        "odd": [(register.title(e.old), _texts(p.warnings)) for e, p in found if p.warnings][
            :SHOWN
        ],
        "changes": [
            (register.title(e.old), column.show(e.old[column.code]), column.show(value))
            for e in changed[:SHOWN]
        ],
        "changed": len(changed),
        "unchanged": len(entries) - len(changed),
        "previewed": True,
    }
    olds = [(entry.row.pk, column.text(entry.old[column.code])) for entry in entries if entry.row]
    context["shown"] = digest([column.code, column.text(value), *olds])
    if request.POST.get("yes") and not wrong:
        if not because:
            return "desk/bulk.html", context | {"problems": [_("Give the reason.")]}, 400
        if request.POST.get("shown") != context["shown"]:
            moved = _("This is no longer what was shown. Look at it again before storing.")
            return "desk/bulk.html", context | {"problems": [moved]}, 409
        try:
            store(request, access, register, changed, because, day.today)
        except AlreadySent as error:
            messages.info(request, " ".join(error.messages))
        except ValidationError as error:
            return "desk/bulk.html", context | {"problems": error.messages}, 409
        else:
            text = ngettext(
                "%(count)s row has been changed.", "%(count)s rows have been changed.", len(changed)
            )
            messages.success(request, text % {"count": len(changed)})
        return HttpResponseRedirect(back)
    return "desk/bulk.html", context, 400 if wrong and request.POST.get("yes") else 200


def chosen_rows(
    request: SignedIn, register: Register, day: Day, places: Places = None
) -> list[int]:
    """The rows ticked, or every row that the list's filters leave."""
    if request.POST.get("all") == "yes":
        query = QueryDict(request.POST.get("query", ""))
        try:
            listed = read_day(query, today=day.today)
        except ValidationError:  # only a forged form
            return []
        asked = Asked(register, query, listed, with_names=True, places=places)
        return list(asked.rows.values_list("pk", flat=True)[: AT_MOST + 1])
    keys = {int(key) for key in request.POST.getlist("row") if key.isdecimal() and len(key) < 19}
    if places is None:
        return sorted(keys)
    own = register.of_facilities(register.base(day.today), places).filter(pk__in=keys)
    return sorted(own.values_list("pk", flat=True))


def entries_of(
    register: Register, keys: list[int], code: str, value: Value, on: date
) -> list[RowEntry]:
    """The rows that are still in the register: what was withdrawn since the list was drawn is left out."""
    rows = register.base(on).in_bulk(keys)
    values = register.values([key for key in keys if key in rows], on)
    return [RowEntry(rows[key], old, old | {code: value}) for key, old in values.items()]


def digest(values: list) -> str:
    """Says whether what would change is still what was shown."""
    return sha256(repr(values).encode()).hexdigest()[:32]


def _texts(by_column: dict[str, list[str]]) -> str:
    return " ".join(text for texts in by_column.values() for text in texts)


@transaction.atomic
def store(
    request: SignedIn,
    access: Access,
    register: Register,
    entries: list[RowEntry],
    because: str,
    on: date,
) -> None:
    """The reason given for the change set answers every odd value in it."""
    change_set = begin(
        kind=ChangeSet.Kind.BULK, by=request.user, change_set_id=uuid_of(request), because=because
    )
    for entry in entries:
        entry.because = dict.fromkeys(entry.changed, because)
    enter_rows(register, entries, writing_of(change_set, on=on))
    refuse_elsewhere(access, register, [entry.stored for entry in entries])
