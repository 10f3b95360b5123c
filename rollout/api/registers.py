"""The registers of the desk as rows: the same columns, filters and figures. `writing.py` writes them.

Whoever may open the rows behind the figures reads them, each of their places. No name of a person is
told here, to nobody, and no register of people is offered: names are read in person, where it is noted.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError as DayError
from django.db.models import QuerySet
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from facilities.choosing import FACILITIES
from facilities.exchange.columns import Column, Value
from facilities.models import ApiToken
from facilities.permissions import NOWHERE, Places
from facilities.registers.choices import NamesOfDay
from facilities.registers.filtering import RegisterFilter, filter_set
from facilities.registers.register import Register
from rollout.api import schema, shapes
from rollout.api.answer import answer_of
from rollout.api.listing import limit_of
from rollout.api.offered import OFFERED
from rollout.api.parameters import misused, texts
from rollout.api.reading import ReadView, short_scope
from rollout.day import Day, read_day
from rollout.figures.cached import cached_sums
from rollout.registers.exports import XLSX, export
from rollout.registers.writing import version_of

DAY = ("on", "known_at", "area")
OWN = (*DAY, "fields", "sort", "page", "limit", "after", "format")
FORMS = ("json", "csv", "xlsx")


@dataclass(frozen=True)
class Asked:
    """A register as a request asks for it. Everything wrong is told at once, by parameter."""

    register: Register
    day: Day
    columns: list[Column]  # those to send
    filters: RegisterFilter
    sort: str  # "" in the order of the keys
    page: int
    limit: int
    after: int | None
    form: str
    query: QueryDict  # as it was sent, with the day named: what a link repeats

    @cached_property
    def found(self) -> QuerySet:
        """The rows that the filters leave."""
        rows: QuerySet = self.filters.qs
        return rows

    @property
    def is_whole(self) -> bool:
        """Whether all columns that are told are sent."""
        return len(self.columns) == len(told(self.register, self.day.on))

    @property
    def codes(self) -> list[str]:
        return [column.code for column in self.columns]

    def following(self, after: int | None, page: int | None) -> str | None:
        """The address of what comes next in the list; None after the last."""
        if after is None and page is None:
            return None
        query = self.query.copy()
        for name, value in (("after", after), ("page", page)):
            query.pop(name, None)
            if value is not None:
                query[name] = str(value)
        address = reverse("api:register-rows", args=[self.register.code])
        return f"{address}?{query.urlencode()}"


class CsvForm(JSONRenderer):
    """Asked for by Accept; the file itself is drawn row by row."""

    media_type, format = "text/csv", "csv"


class XlsxForm(JSONRenderer):
    media_type, format = XLSX, "xlsx"


class RegistersView(ReadView):
    """Which registers there are, and what their columns mean."""

    @extend_schema(
        **schema.REGISTERS, responses={200: shapes.Registers, **schema.REGISTERS_NOT_200}
    )
    def get(self, request: Request) -> HttpResponseBase:
        refuse_without_rows(self)
        if errors := misused(request.query_params, ()):
            raise ValidationError(errors)
        document = {
            "registers": [
                {
                    "code": register.code,
                    "label": str(register.label),
                    "url": reverse("api:register-rows", args=[register.code]),
                    "makes_rows": register.makes_rows,
                    "columns": [_column(register, column) for column in told(register)],
                }
                for register in OFFERED.values()
            ],
            "generated_at": timezone.now(),
        }
        return self.respond(request, answer_of(document))


class RegisterRowsView(ReadView):
    """The rows of one register: in pieces, or whole as a file."""

    def get_renderers(self) -> list[BaseRenderer]:
        """Files are read, not written."""
        files = [CsvForm(), XlsxForm()] if self.request.method in ("GET", "HEAD") else []
        return [JSONRenderer(), *files]

    @extend_schema(
        **schema.REGISTER_ROWS,
        responses={
            (200, "application/json"): shapes.RegisterRows,
            (200, CsvForm.media_type): OpenApiTypes.STR,
            (200, XLSX): OpenApiTypes.BINARY,
            **schema.REGISTERS_NOT_200,
            404: schema.NO_REGISTER,
        },
    )
    def get(self, request: Request, register: str) -> HttpResponseBase:
        places = refuse_without_rows(self)
        asked = asked_rows(register_of(register), request.query_params, self, places)
        day = asked.day
        if asked.form != "json":
            return export(
                asked.register,
                asked.columns,
                _ordered(asked),
                day.on,
                day.known_at,
                asked.form,
                with_names=False,
            )
        count, _totals = cached_sums(asked.register, asked.found, day.on, day.known_at)
        keys, after, page = _piece(asked, count)
        values = asked.register.values(keys, day.on, day.known_at, asked.codes)
        # Only who has the whole row as it stands today can say which one is to be changed.
        whole = asked.columns if asked.is_whole and _stands(day) else None
        document = {
            "register": asked.register.code,
            "on": day.on,
            "known_at": day.known_at,
            "area": day.area_code or None,
            "partial": places is not None,
            "count": count,
            "rows": [
                row_document(asked.register, key, values[key], whole)
                for key in keys
                if key in values
            ],
            "next": asked.following(after, page),
            "generated_at": timezone.now(),
        }
        return self.respond(request, answer_of(document))


class RegisterRowView(ReadView):
    """One row by its key."""

    @extend_schema(
        **schema.REGISTER_ROW,
        responses={200: shapes.RegisterRow, **schema.REGISTERS_NOT_200, 404: schema.NO_REGISTER},
    )
    def get(self, request: Request, register: str, key: int) -> HttpResponseBase:
        places = refuse_without_rows(self)
        found = register_of(register)
        if errors := misused(request.query_params, ("on", "known_at")):
            raise ValidationError(errors)
        day = self.narrowed(_day(request.query_params))
        rows = found.of_facilities(found.base(day.on, day.known_at), _inside(found, places, day))
        columns = [column.code for column in told(found)]
        values = {}
        if rows.filter(pk=key).exists():
            values = found.values([key], day.on, day.known_at, columns)
        if key not in values:
            raise NotFound(_("There is no such row on this day, or it is not for your account."))
        whole = told(found) if _stands(day) else None
        document = row_document(found, key, values[key], whole) | {
            "register": found.code,
            "on": day.on,
            "known_at": day.known_at,
            "generated_at": timezone.now(),
        }
        answer = answer_of(document)
        if whole is not None:  # so that it can be sent back as If-Match
            digest = answer.tag.removeprefix('W/"')
            answer = answer._replace(tag=f'W/"{document["version"]}.{digest}')
        return self.respond(request, answer)


def refuse_without_rows(view: ReadView) -> Places:
    """The places whose rows the reader opens. Raises PermissionDenied if there are none."""
    places = view.access.readable
    if places != NOWHERE:
        return places
    if view.access.lacks(ApiToken.Scope.REGISTERS):
        message = short_scope(view.access, ApiToken.Scope.REGISTERS)
    else:
        message = _("Rows are for the Department, the leaders and each facility's own people.")
    view.permission_denied(view.request, message=message)


def register_of(code: str) -> Register:
    """Raises NotFound for one that there is not, or that is read in person alone."""
    if code not in OFFERED:
        raise NotFound(
            _("There is no register “%(code)s” here. There are: %(codes)s.")
            % {"code": code[:40], "codes": ", ".join(OFFERED)}
        )
    return OFFERED[code]


def told(register: Register, on: date | None = None) -> list[Column]:
    """The columns without those that name a person."""
    return list(register.bound(with_names=False, on=on))


def asked_rows(register: Register, query: QueryDict, view: ReadView, places: Places) -> Asked:
    """Raises ValidationError keyed by parameter, for all of them at once."""
    day = view.narrowed(_day(query))
    columns = told(register, day.on)
    by_code = {column.code: column for column in columns}
    filters = _filters(register, query, day, by_code, _inside(register, places, day))
    known = (*OWN, *filters.form.fields)
    # A choice may be asked for several values; everything else is said once.
    many = {name for name, field in filters.form.fields.items() if hasattr(field, "of")}
    errors = {name: said for name, said in misused(query, known).items() if name not in many}
    for name, said in filters.form.errors.items():
        errors.setdefault(name, [str(one) for one in said])
    given = {name: text.strip() for name, text in texts(query).items() if text.strip()}
    fields = [code for code in given.get("fields", "").split(",") if code]
    if unknown := [code for code in fields if code not in by_code]:
        errors["fields"] = [_no_column(unknown[0], by_code)]
    sort = given.get("sort", "")
    sortable = [c for c in by_code if register.has_sql(c) or c in register.sorts]
    if sort and sort.removeprefix("-") not in sortable:
        errors["sort"] = [_no_column(sort.removeprefix("-"), sortable)]
    accepted = getattr(view.request, "accepted_renderer", None)
    form = given.get("format") or (accepted.format if accepted else "json")
    if form not in FORMS:
        errors["format"] = [_("Give one of these codes: %(codes)s.") % {"codes": ", ".join(FORMS)}]
    numbers = {}
    for name in ("page", "after"):
        text = given.get(name, "")
        if text and not (text.isascii() and text.isdigit() and 0 < int(text) < 10**18):
            errors[name] = [_("Take this from “next” of the answer before.")]
        elif text:
            numbers[name] = int(text)
    if "page" in numbers and not sort:
        errors.setdefault("page", [_("Pages are of a sorted list. Without “sort” follow “next”.")])
    if "after" in numbers and sort:
        errors.setdefault("after", [_("A sorted list goes on by “page”. Follow “next”.")])
    limit = 0
    try:
        limit = limit_of(given.get("limit"))
    except ValueError as error:
        errors["limit"] = [str(error)]
    if errors:
        raise ValidationError(errors)
    repeated = query.copy()
    repeated["on"] = day.on.isoformat()
    return Asked(
        register,
        day,
        [by_code[code] for code in fields] or columns,
        filters,
        sort,
        numbers.get("page", 1),
        limit,
        numbers.get("after"),
        form,
        repeated,
    )


def _filters(
    register: Register, query: QueryDict, day: Day, by_code: dict[str, Column], places: Places
) -> RegisterFilter:
    """The filters of the register's list, without those of columns that are not told."""
    rows = register.of_facilities(register.base(day.on, day.known_at), places)
    of_column = {
        name: code
        for name in filter_set(register).base_filters
        for code in (column.code for column in register.columns)
        if name == code or name.startswith(f"{code}_")
    }
    needed = {of_column[name] for name in query if of_column.get(name) in by_code}
    rows = register.with_columns(rows, needed, day.on, day.known_at)
    found = filter_set(register)(query, queryset=rows)
    found.on, found.known_at = day.on, day.known_at
    for name in [name for name in found.form.fields if of_column.get(name) not in by_code]:
        del found.form.fields[name], found.filters[name]
    for field in found.form.fields.values():
        if getattr(field, "of", "") == FACILITIES:
            field.look_up(NamesOfDay(day.today, places))
    return found


def _inside(register: Register, places: Places, day: Day) -> Places:
    """The facilities whose rows are meant; None: all, those of no facility too."""
    if not register.is_by_facility:
        return None
    if day.area:
        return day.of_places(places).facility_ids
    return places


def _day(query: QueryDict) -> Day:
    try:
        return read_day({name: query.get(name, "") for name in DAY if name in query}, iso=True)
    except DayError as error:
        raise ValidationError(error.message_dict) from None


def _ordered(asked: Asked) -> QuerySet:
    if not asked.sort:
        return asked.found.order_by("pk")
    return asked.register.in_order(asked.found, asked.sort, asked.day.on, asked.day.known_at)


def _piece(asked: Asked, count: int) -> tuple[list[int], int | None, int | None]:
    """The keys of one answer; and where the next one begins: after which key, or on which page."""
    if asked.sort:
        first = (asked.page - 1) * asked.limit
        keys = asked.register.keys_in_order(
            asked.found,
            asked.sort,
            range(first, first + asked.limit),
            asked.day.on,
            asked.day.known_at,
        )
        return keys, None, asked.page + 1 if first + asked.limit < count else None
    rows = asked.found.order_by("pk")
    if asked.after is not None:
        rows = rows.filter(pk__gt=asked.after)
    keys = list(rows.values_list("pk", flat=True)[: asked.limit + 1])
    sent = keys[: asked.limit]
    return sent, sent[-1] if len(keys) > asked.limit else None, None


def row_document(
    register: Register, key: int, values: dict[str, Value], whole: list[Column] | None
) -> dict[str, Any]:
    """One row. `whole`: all columns that are told, if these are all its values, and those of today."""
    return {
        "key": key,
        "url": reverse("api:register-row", args=[register.code, key]),
        "version": version_of(whole, values) if whole is not None else None,
        "values": shapes.plain_values(values),
    }


def _stands(day: Day) -> bool:
    """Whether what is shown is what stands, and so may be written."""
    return day.is_today and day.known_at is None


def _column(register: Register, column: Column) -> dict[str, Any]:
    """Choices that are many are not listed: they are facilities or areas, with registers of their own."""
    choices = None
    if column.choices is not None and not column.suggests:
        choices = [{"code": str(c), "label": str(label)} for c, label in column.choices().items()]
    return {
        "code": column.code,
        "label": column.heading(),
        "kind": column.kind.value,
        "writable": column.writable,
        "required": column.required,
        "choices": choices,
    }


def _no_column(code: str, known: Any) -> str:
    return _("There is no column “%(code)s” here. There are: %(codes)s.") % {
        "code": code[:40],
        "codes": ", ".join(known),
    }
