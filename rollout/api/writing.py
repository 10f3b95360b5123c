"""Writing rows of registers: new ones, changed ones, withdrawn ones, many at once.

Through the columns, rules and change sets of the pages (`rollout.registers.writing`), for whoever writes
the register there, the Department or a facility's officer: in person, or by a key of the scope
registers:write.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from django.core.exceptions import ValidationError as Refused
from django.db import transaction
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import MethodNotAllowed, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from facilities import clock
from facilities.models import ApiToken, ChangeSet, Document
from facilities.registers.register import Register
from rollout.api import schema, shapes
from rollout.api.parameters import misused
from rollout.api.reading import ReadView, short_scope
from rollout.api.registers import (
    RegisterRowsView,
    RegisterRowView,
    register_of,
    row_document,
    told,
)
from rollout.api.repeating import once
from rollout.registers.writing import (
    ANY,
    Hand,
    Line,
    Outcome,
    Refusal,
    Result,
    hand_for,
    is_conflict,
    version_of,
    withdraw,
    write,
)
from rollout.site.problems import Conflict, Problem

MOST = 1000  # rows in one call
IF_MATCH = "If-Match"


class RowsView(RegisterRowsView):
    """The rows of a register, and a new one among them."""

    http_method_names = ["get", "head", "options", "post"]

    @extend_schema(
        **schema.ADD_ROW,
        request=shapes.NewRow,
        responses={201: shapes.WrittenRow, **schema.WRITE_NOT_200},
    )
    def post(self, request: Request, register: str) -> HttpResponseBase:
        found, hand = kept(self, request, register)
        if not found.makes_rows:
            raise MethodNotAllowed("POST")
        if not hand.adds_to(found):
            self.permission_denied(request, message=_not_kept())
        asked = asked_body(shapes.NewRow, request)

        def act() -> Response:
            paper = paper_meant(self, asked)
            line = Line(asked["values"], because=asked.get("because", ""), paper=paper)
            change_set, result = write_one(self, found, hand, line)
            return row_answer(found, result, change_set, status.HTTP_201_CREATED)

        return once(request, act)


class RowView(RegisterRowView):
    """One row, and changing it."""

    http_method_names = ["get", "head", "options", "patch"]

    @extend_schema(
        **schema.CHANGE_ROW,
        request=shapes.ChangedRow,
        responses={200: shapes.WrittenRow, **schema.WRITE_NOT_200, **schema.VERSIONED},
    )
    def patch(self, request: Request, register: str, key: int) -> HttpResponseBase:
        found, hand = kept(self, request, register)
        version = version_meant(request)
        asked = asked_body(shapes.ChangedRow, request)
        paper = paper_meant(self, asked)
        line = Line(asked["values"], key, version, asked.get("because", ""), paper)
        with transaction.atomic():
            change_set, result = write_one(self, found, hand, line)
        return row_answer(found, result, change_set, status.HTTP_200_OK)


class WithdrawView(ReadView):
    """Taking a row back that was entered by mistake, with every fact about it."""

    http_method_names = ["options", "post"]

    @extend_schema(
        **schema.WITHDRAW_ROW,
        request=shapes.Withdrawal,
        responses={200: shapes.WithdrawnRow, **schema.WRITE_NOT_200, **schema.VERSIONED},
    )
    def post(self, request: Request, register: str, key: int) -> HttpResponseBase:
        found, hand = kept(self, request, register)
        if not hasattr(found.model, "withdrawn_at"):
            raise MethodNotAllowed("POST")
        if hand.is_own:
            self.permission_denied(request, message=_not_kept())
        version = version_meant(request)
        asked = asked_body(shapes.Withdrawal, request)

        def act() -> Response:
            try:
                change_set, result = withdraw(
                    found,
                    key,
                    version=version,
                    because=asked["because"],
                    hand=hand,
                    by=request.user,
                    on=clock.today(),
                )
            except Refused as error:
                refuse(error)
            if change_set is None:
                _tell(found, result, {}, self)
            document = {
                "register": found.code,
                "key": key,
                "change_set": str(change_set.pk) if change_set else None,
            }
            return Response(document)

        return once(request, act)


class BulkView(ReadView):
    """Many rows of one register in one change set."""

    http_method_names = ["options", "post"]

    @extend_schema(
        **schema.BULK,
        request=shapes.Bulk,
        responses={200: shapes.BulkWritten, **schema.WRITE_NOT_200, 422: schema.BULK_REFUSED},
    )
    def post(self, request: Request, register: str) -> HttpResponseBase:
        found, hand = kept(self, request, register)
        asked = asked_body(shapes.Bulk, request)
        papers = papers_meant(self, asked["rows"])
        lines = [
            Line(
                one["values"],
                one.get("key"),
                one.get("version", "") or ANY,
                one.get("because", ""),
                papers.get(one.get("paper")),
            )
            for one in asked["rows"]
        ]
        if errors := _wrong_lines(found, hand, lines, asked["rows"]):
            raise ValidationError(errors)

        def act() -> Response:
            try:
                change_set, results = write(
                    found,
                    lines,
                    hand=hand,
                    by=request.user,
                    on=clock.today(),
                    because=asked.get("because", ""),
                    each=asked.get("mode", "all") == "each",
                )
            except Refused as error:
                refuse(error)
            document = _bulk_document(found, change_set, results)
            if change_set is None and document["refused"]:
                raise Problem(
                    status.HTTP_422_UNPROCESSABLE_ENTITY,
                    _("Nothing was saved. “results” says which rows cannot be so, and why."),
                    **document,
                )
            return Response(document)

        return once(request, act)


def kept(view: ReadView, request: Request, code: str) -> tuple[Register, Hand]:
    """The register, and as whom it is written. Raises PermissionDenied for whoever does not keep it."""
    access = view.access.writing
    if access is None:
        view.permission_denied(request, message=short_scope(view.access, ApiToken.Scope.WRITE))
    found = register_of(code)
    if any(column.personal and column.required for column in found.columns):
        view.permission_denied(request, message=_("Names of people are entered in person."))
    hand = hand_for(access, found)
    if hand is None:
        view.permission_denied(request, message=_not_kept())
    if errors := misused(request.query_params, ()):
        raise ValidationError(errors)
    return found, hand


def _not_kept() -> str:
    return _("This is written by the Department. Ask it for such a role or key.")


def papers_meant(
    view: ReadView, rows: list[dict[str, Any]], at: str = "rows.{}.paper"
) -> dict[Any, Document]:
    """The papers that rows name, by their number: one query at most.

    Whoever brought a paper may name it, and whoever reads all. Raises ValidationError by row, named
    by `at`.
    """
    named = {one["paper"] for one in rows if one.get("paper")}
    if not named:
        return {}
    access = view.access.writing or view.access
    found = Document.objects.known().filter(pk__in=named)
    if not access.sees_all_papers:
        found = found.filter(recorded_by=view.request.user.pk)
    papers = found.in_bulk()
    wrong = [number for number, one in enumerate(rows) if one.get("paper") not in (None, *papers)]
    if wrong:
        words = [_("There is no such paper, or it is not yours. Send it to /api/v1/papers/ first.")]
        raise ValidationError({at.format(number): words for number in wrong})
    return dict(papers)


def paper_meant(view: ReadView, asked: dict[str, Any]) -> Document | None:
    """The paper that a call names. Raises ValidationError."""
    return papers_meant(view, [asked], "paper").get(asked.get("paper"))


def asked_body(serializer: Any, request: Request) -> dict[str, Any]:
    """What was sent, in the shape described; unknown members are refused. Raises ValidationError."""
    if not isinstance(request.data, dict):
        raise ValidationError({"": [_("Send a JSON object.")]})
    asked = serializer(data=request.data)
    unknown = request.data.keys() - asked.fields.keys()
    errors = {name[:60]: [_("There is no such member here.")] for name in sorted(unknown)}
    if not asked.is_valid():
        errors |= _flat(asked.errors)
    if errors:
        raise ValidationError(errors)
    found: dict[str, Any] = asked.validated_data
    return found


def _flat(errors: Any, path: str = "") -> dict[str, list[str]]:
    """Errors of nested members under one name each: rows.3.values."""
    if isinstance(errors, dict):
        parts = list(errors.items())
    elif any(isinstance(one, dict) for one in errors):
        parts = list(enumerate(errors))
    else:
        return {path: [str(one) for one in errors]} if errors else {}
    found: dict[str, list[str]] = {}
    for name, inner in parts:
        found |= _flat(inner, f"{path}.{name}" if path else str(name))
    return found


def version_meant(request: Request) -> str:
    """The version that the caller has read. Raises Problem if none is said."""
    said = request.headers.get(IF_MATCH, "").strip()
    if said == ANY:
        return ANY
    tag = said.removeprefix("W/").strip('"')
    if not tag:
        raise Problem(
            status.HTTP_428_PRECONDITION_REQUIRED,
            _("Send the ETag or the version of the row you have read as If-Match."),
        )
    return tag.partition(".")[0]


def write_one(
    view: ReadView, register: Register, hand: Hand, line: Line
) -> tuple[ChangeSet | None, Result]:
    """One row in a change set of its own. Raises Problem, NotFound or PermissionDenied."""
    try:
        change_set, [result] = write(
            register,
            [line],
            hand=hand,
            by=view.request.user,
            on=clock.today(),
            kind=ChangeSet.Kind.FORM,
            because=line.because,
        )
    except Refused as error:
        refuse(error)
    if result.outcome == Outcome.REFUSED:
        _tell(register, result, line.values, view)
    return change_set, result


def _tell(register: Register, result: Result, sent: Mapping[str, Any], view: ReadView) -> NoReturn:
    """Raise what a refused row is told with."""
    if result.refusal == Refusal.NOT_FOUND:
        raise NotFound(_("There is no such row on this day, or it is not for your account."))
    if result.refusal == Refusal.ELSEWHERE:
        view.permission_denied(view.request, message=" ".join(result.errors[""]))
    if result.refusal == Refusal.CHANGED:
        now = result.now or {}
        columns = told(register, clock.today())
        raise Problem(
            status.HTTP_412_PRECONDITION_FAILED,
            _("Somebody has changed this row since it was read. Compare both and send it again."),
            sent=dict(sent),
            current=shapes.plain_values(now),
            version=version_of(columns, now),
        )
    raise Problem(
        status.HTTP_422_UNPROCESSABLE_ENTITY,
        _("“errors” says why, each by its name."),
        errors=result.errors,
    )


def refuse(error: Refused) -> NoReturn:
    """Raise what the verbs refused, as the API tells it."""
    if is_conflict(error):
        raise Conflict(" ".join(error.messages)) from error
    errors = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    raise Problem(
        status.HTTP_422_UNPROCESSABLE_ENTITY,
        _("“errors” says why, each by its name."),
        errors=errors,
    ) from error


def _wrong_lines(
    register: Register, hand: Hand, lines: list[Line], sent: list[dict]
) -> dict[str, list[str]]:
    """What is wrong with lines as such: no version of a row that is there, new rows where none are made."""
    errors: dict[str, list[str]] = {}
    for number, (line, one) in enumerate(zip(lines, sent, strict=True)):
        if line.key is None and not (register.makes_rows and hand.adds_to(register)):
            errors[f"rows.{number}.key"] = [_("New rows are not made here.")]
        if line.key is not None and not one.get("version"):
            errors[f"rows.{number}.version"] = [_("Give the version of the row you have read.")]
    return errors


def row_answer(
    register: Register, result: Result, change_set: ChangeSet | None, code: int
) -> Response:
    """The row as it stands now. A row of facts goes on under a new key."""
    today = clock.today()
    columns = told(register, today)
    values = register.values([result.key or 0], today, None, [c.code for c in columns])
    document = row_document(register, result.key or 0, values[result.key or 0], columns) | {
        "register": register.code,
        "outcome": result.outcome.value,
        "change_set": str(change_set.pk) if change_set else None,
        "on": today,
        "generated_at": timezone.now(),
    }
    headers = {"ETag": f'W/"{document["version"]}"'}
    if code == status.HTTP_201_CREATED:
        headers["Location"] = document["url"]
    return Response(document, status=code, headers=headers)


def _bulk_document(
    register: Register, change_set: ChangeSet | None, results: list[Result]
) -> dict[str, Any]:
    today = clock.today()
    columns = told(register, today)
    keys = [one.key for one in results if one.key is not None and one.outcome != Outcome.REFUSED]
    stored = change_set is not None
    values = register.values(keys, today, None, [c.code for c in columns]) if stored else {}
    count = {outcome: sum(one.outcome == outcome for one in results) for outcome in Outcome}
    return {
        "register": register.code,
        "change_set": str(change_set.pk) if change_set else None,
        **{outcome.value: count[outcome] for outcome in Outcome},
        "results": [
            {
                "outcome": one.outcome.value,
                "key": one.key,
                "url": reverse("api:register-row", args=[register.code, one.key])
                if one.key
                else None,
                "version": version_of(columns, values[one.key]) if one.key in values else None,
                "refusal": one.refusal.value if one.refusal else None,
                "errors": one.errors,
                "current": shapes.plain_values(one.now) if one.now is not None else None,
            }
            for one in results
        ],
    }
