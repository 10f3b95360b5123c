"""What has been written into registers since a point that a program has read up to: complete and without gaps.

The order is that of the access log's chain: a change set gets its number after its transaction has
ended, by one writer at a time, so whoever sees a number sees all before it. The order of keys is not:
a transaction that began first may end last. No value and no name of a person is told: what a row
holds is read as the row.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Q
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from facilities.models import Edit, LogEnd, LogEntry
from facilities.permissions import Places
from rollout.api import schema, shapes
from rollout.api.answer import answer_of
from rollout.api.listing import limit_of
from rollout.api.offered import OFFERED
from rollout.api.parameters import misused, texts
from rollout.api.reading import ReadView
from rollout.api.registers import refuse_without_rows

LATEST = "latest"


class Place(NamedTuple):
    """All that is numbered below `number` has been read, and of that number the cells up to `edit`."""

    number: int
    edit: int

    def __str__(self) -> str:
        return f"{self.number}.{self.edit}"


class ChangesView(ReadView):
    """Rows written since a place; the answer says where to go on."""

    @extend_schema(**schema.CHANGES, responses={200: shapes.Changes, **schema.REGISTERS_NOT_200})
    def get(self, request: Request) -> HttpResponseBase:
        places = refuse_without_rows(self)
        since, limit = _asked(request.query_params)
        edits, following, more = _read(since, limit, places)
        document = {
            "partial": places is not None,
            "changes": [_change(of_row) for of_row in _by_row(edits)],
            "more": more,
            "since": str(following),
            "next": f"{reverse('api:changes')}?{_query(following, limit)}",
            "generated_at": timezone.now(),
        }
        return self.respond(request, answer_of(document))


def _query(since: Place, limit: int) -> str:
    return urlencode({"since": str(since), "limit": str(limit)})


def _asked(query: QueryDict) -> tuple[Place, int]:
    errors = misused(query, ("since", "limit"))
    given = {name: text.strip() for name, text in texts(query).items() if text.strip()}
    since, limit = Place(0, 0), 0
    try:
        limit = limit_of(given.get("limit"))
    except ValueError as error:
        errors["limit"] = [str(error)]
    text = given.get("since", "")
    if text == LATEST:
        since = Place(_end() + 1, 0)
    elif text:
        if found := re.fullmatch(r"(\d{1,18})\.(\d{1,18})", text, re.ASCII):
            since = Place(int(found[1]), int(found[2]))
        else:
            errors["since"] = [_("Take this from “since” of the answer before, or “latest”.")]
    if errors:
        raise ValidationError(errors)
    return since, limit


def _end() -> int:
    return LogEnd.objects.values_list("number", flat=True).first() or 0


def _read(since: Place, limit: int, places: Places) -> tuple[list[Edit], Place, bool]:
    """Cells written after a place, where to go on, and whether there is more: three queries."""
    entries = list(
        LogEntry.objects.filter(kind=LogEntry.Kind.CHANGES, number__gte=since.number)
        .order_by("number")
        .values_list("number", "change_set")[: limit + 1]
    )
    some = entries[:limit]
    if not some:
        return [], since, False
    rows = Edit.objects.filter(
        change_set__in=[change_set for _number, change_set in some], register__in=list(OFFERED)
    ).filter(Q(change_set__log_entry__number__gt=since.number) | Q(pk__gt=since.edit))
    if places is not None:
        rows = rows.filter(facility__in=places)
    found = list(
        rows.select_related("change_set__log_entry", "facility").order_by(
            "change_set__log_entry__number", "pk"
        )[: limit + 1]
    )
    if len(found) > limit:
        last = found[limit - 1]
        return found[:limit], Place(last.change_set.log_entry.number or 0, last.pk), True
    return found, Place((some[-1][0] or 0) + 1, 0), len(entries) > limit


def _by_row(edits: Iterable[Edit]) -> list[list[Edit]]:
    """The cells of one row in one change set belong together."""
    found: dict[tuple, list[Edit]] = {}
    for edit in edits:
        found.setdefault((edit.change_set_id, edit.register, edit.row), []).append(edit)
    return list(found.values())


def _change(edits: list[Edit]) -> dict[str, Any]:
    first = edits[0]
    register = OFFERED[first.register]
    told = {column.code for column in register.columns if not column.personal}
    what = "changed"
    if any(edit.withdrew_the_row for edit in edits):
        what = "withdrawn"
    elif any(edit.made_the_row for edit in edits):
        what = "made"
    return {
        "change_set": str(first.change_set_id),
        "kind": first.change_set.kind,
        "at": timezone.localtime(first.change_set.at),
        "register": first.register,
        "key": first.row,
        "replaces": next((edit.row_before for edit in edits if edit.row_before), None),
        "what": what,
        "columns": sorted({edit.column for edit in edits} & told),
        "facility": first.facility.code if first.facility else None,
        "url": reverse("api:register-row", args=[first.register, first.row]),
    }
