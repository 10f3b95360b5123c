"""The register of directives: who leads, by when, in which state.

What became of a directive is said on its page: an answer needs its evidence, and a second person closes it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import F, OuterRef, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from facilities.exchange.choices import Choices, Unknown
from facilities.exchange.columns import Column, Kind, Value
from facilities.models import Agency, Record
from facilities.models.places import in_language
from facilities.reading_once import once
from facilities.registers.choices import agencies, agencies_by_code
from facilities.registers.register import Problems
from facilities.registers.writers import Attributes, Dated, RowEntry, Writer, Writing, refuse_moved
from rollout.models import Directive, DirectiveDue, DirectiveEvent
from rollout.programme.directives import directives, rules
from rollout.programme.directives.reading import STATES
from rollout.programme.directives.services import hanging, next_codes
from rollout.registers.steering.shared import (
    SESSION,
    Steering,
    sessions,
    sessions_by_number,
    told,
)

CODE = re.compile(r"^[-a-zA-Z0-9_]+\Z")
BETWEEN = "; "


@dataclass(frozen=True)
class Agencies(Column):
    """Several agencies in one cell. Kept by their codes, shown by their names."""

    def show(self, value: Value) -> str:
        names = once(("agencies by code", get_language()), agencies)
        return BETWEEN.join(names.get(code, code) for code in codes_in(value))


def codes_in(value: Value) -> list[str]:
    return [part.strip() for part in str(value or "").split(";") if part.strip()]


LEAD = Column(
    "lead",
    gettext_lazy("leading agency"),
    Kind.CODE,
    choices=agencies,
    help=gettext_lazy("Empty: the agencies that take part carry it out together."),
    aliases=("Cơ quan chủ trì", "Đơn vị chủ trì"),
)


class TakePart(Writer):
    """The agencies that take part beside the leading one."""

    columns: Mapping[str, str] = {"coordinating": "coordinating"}

    def expression(self, code: str, on: date, known_at: datetime | None) -> None:
        return None

    def write(self, entries: list[RowEntry[Directive]], writing: Writing) -> None:
        known = taking_part([entry.stored.pk for entry in entries])
        for entry in entries:
            refuse_moved(entry.old, {"coordinating": known.get(entry.stored.pk, "")})
            codes = set(codes_in(entry.new["coordinating"])) - {entry.text("lead")}
            entry.stored.coordinating.set(Agency.objects.filter(code__in=codes))


def taking_part(keys: list[int]) -> dict[int, str]:
    """The cell of each directive: the codes of its agencies, in their order."""
    rows = Directive.coordinating.through.objects.filter(directive__in=keys)
    found: dict[int, list[str]] = {}
    for key, code in rows.order_by("agency__code").values_list("directive", "agency__code"):
        found.setdefault(key, []).append(code)
    return {key: BETWEEN.join(codes) for key, codes in found.items()}


@dataclass
class Due(Dated):
    """By when. A day that is moved is a row of its own: the day first promised stays."""

    model: Any = DirectiveDue
    link: str = "directive"
    columns: Mapping[str, str] = field(default_factory=lambda: {"due-on": "due_on"})
    make: Any = None

    def path(self, code: str) -> str | None:
        """Where it was not moved, the day stands with the directive."""
        return None

    def expression(self, code: str, on: date, known_at: datetime | None) -> Combinable:
        return Coalesce(super().expression(code, on, known_at), F("due_on"))

    def write(self, entries: list[RowEntry], writing: Writing) -> None:
        """A new row has its day already."""
        if moved := [entry for entry in entries if entry.old]:
            super().write(moved, writing)


def _moved(row: Directive, writing: Writing, due_on: date) -> DirectiveDue:
    because = writing.because or writing.source or str(writing.change_set)
    return DirectiveDue(
        directive=row, due_on=due_on, effective_from=writing.on, because=because[:300]
    )


class Directives(Steering[Directive]):
    code = "directives"
    label = gettext_lazy("directives")
    row_label = gettext_lazy("directive")
    model = Directive
    keys = (("code",), ("issued-on", "name-vi"))
    searched = ("code", "name_vi", "name_en", "issued_by", "document_number", "lead__name_vi")
    began = "issued_on"
    default_sort = "-days-late"
    columns = (
        Column(
            "name-vi",
            gettext_lazy("directive"),
            required=True,
            lines=True,
            max_length=2000,
            aliases=("Nội dung chỉ đạo", "Nội dung", "Ý kiến chỉ đạo"),
        ),
        Column(
            "name-en",
            gettext_lazy("directive, in English"),
            lines=True,
            max_length=2000,
            shown=False,
        ),
        Column(
            "code",
            gettext_lazy("code"),
            max_length=40,
            is_code=True,
            shown=False,
            help=gettext_lazy(
                "Its address: short, without spaces. Empty: the next number of its day."
            ),
        ),
        Column("state", gettext_lazy("state"), Kind.CHOICE, choices=lambda: STATES, writable=False),
        LEAD,
        Agencies(
            "coordinating",
            gettext_lazy("agencies that take part"),
            max_length=1000,
            filtered=False,
            help=gettext_lazy("Several with a semicolon between them."),
            aliases=("Cơ quan phối hợp", "Đơn vị phối hợp"),
        ),
        Column(
            "due-on",
            gettext_lazy("due on"),
            Kind.DAY,
            aliases=("Thời hạn", "Hạn hoàn thành", "Hạn"),
        ),
        Column("days-late", gettext_lazy("working days overdue"), Kind.COUNT, writable=False),
        Column(
            "issued-on",
            gettext_lazy("issued on"),
            Kind.DAY,
            required=True,
            aliases=("Ngày chỉ đạo", "Ngày ban hành"),
        ),
        Column(
            "issued-by",
            gettext_lazy("issued by"),
            required=True,
            max_length=200,
            shown=False,
            aliases=("Người chỉ đạo",),
        ),
        Column(
            "session", gettext_lazy("working session"), Kind.CODE, choices=sessions, shown=False
        ),
        Column(
            "document-number",
            gettext_lazy("number of the document"),
            max_length=80,
            is_code=True,
            shown=False,
            aliases=("Số văn bản",),
        ),
        Column("closed-on", gettext_lazy("closed on"), Kind.DAY, writable=False, shown=False),
        Column("source", gettext_lazy("source"), shown=False),
    )
    writers = (
        Attributes(
            columns={
                "name-vi": "name_vi",
                "name-en": "name_en",
                "code": "code",
                "lead": "lead",
                "issued-on": "issued_on",
                "issued-by": "issued_by",
                "session": "session",
                "document-number": "document_number",
                "source": "source",
            },
            find={"lead": agencies_by_code, "session": sessions_by_number},
            codes={"lead": "lead__code", "session": SESSION},
        ),
        TakePart(),
        Due(make=_moved),
    )

    # --- Reading ------------------------------------------------------------------------

    def has_sql(self, code: str) -> bool:
        if code == "coordinating":
            return False
        return code in ("state", "days-late", "closed-on") or super().has_sql(code)

    def expression(
        self, code: str, on: date, known_at: datetime | None = None
    ) -> Combinable | None:
        if code == "state":
            return told({one.id: one.state for one in directives(on, known_at)})
        if code == "days-late":
            late = {one.id: one.days_late(on) for one in directives(on, known_at)}
            return told(late, number=True)
        if code == "closed-on":
            rows = DirectiveEvent.objects.known(known_at).filter(
                directive=OuterRef("pk"), kind=DirectiveEvent.Kind.CLOSED, happened_on__lte=on
            )
            return Subquery(rows.values("happened_on")[:1])
        return super().expression(code, on, known_at)

    def computed(
        self, keys: list[int], on: date, known_at: datetime | None = None
    ) -> dict[int, dict[str, Value]]:
        return {key: {"coordinating": cell} for key, cell in taking_part(keys).items()}

    named_by = ("name-vi", "name-en")

    def title(self, values: Mapping[str, Value]) -> str:
        return in_language(str(values.get("name-vi", "")), str(values.get("name-en", "")))

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry[Directive]], on: date) -> dict[str, Any]:
        chosen = {entry.text("session") for entry in entries}
        return {
            "codes": dict(Directive.objects.known().order_by().values_list("code", "pk")),
            "held": {key: row.held_on for key, row in sessions_by_number(chosen).items()},
            "closed": {one.id for one in directives(on) if one.closed_on},
            "agencies": Choices(replace(LEAD, code="agencies")),
        }

    def check(
        self, entry: RowEntry[Directive], problems: Problems, context: dict[str, Any], on: date
    ) -> None:
        self._check_agencies(entry, problems, context["agencies"])
        code, issued = entry.text("code"), entry.day("issued-on")
        for column in ("code", "issued-on"):
            self.refuse_other(entry, column, problems)
        self.refuse_future(entry, "issued-on", problems, on)
        if entry.row is None and code:
            if not CODE.search(code):
                problems.refuse("code", _("Write letters a to z, digits and hyphens."))
            elif code in rules.ADDRESSES or entry.is_second(context["codes"], code):
                problems.refuse("code", rules.code_taken())
        if not entry.text("session") and not entry.text("document-number"):
            problems.refuse("document-number", rules.without_origin())
        if issued and (
            fault := rules.before_its_session(issued, context["held"].get(entry.text("session")))
        ):
            problems.refuse("session" if entry.row else "issued-on", fault)
        self._check_due(entry, problems, context["closed"])

    def _check_agencies(
        self, entry: RowEntry[Directive], problems: Problems, known: Choices
    ) -> None:
        """Names and codes are both understood; what is kept are the codes, in their order."""
        found = set()
        for part in codes_in(entry.new.get("coordinating")):
            try:
                found.add(known.code(part))
            except Unknown as error:
                problems.refuse("coordinating", str(error))
        lead = entry.text("lead")
        if not problems.errors.get("coordinating"):
            entry.new["coordinating"] = BETWEEN.join(sorted(found - {lead}))
            if fault := rules.nobody_answers(lead, found - {lead}):
                problems.refuse("lead", fault)

    def _check_due(self, entry: RowEntry[Directive], problems: Problems, closed: set[int]) -> None:
        if "due-on" not in entry.changed:
            return
        due, issued = entry.day("due-on"), entry.day("issued-on")
        if entry.row and entry.row.pk in closed:
            problems.refuse("due-on", rules.is_closed())
        elif due is None and entry.row:
            problems.refuse("due-on", _("A day that was set is moved, not taken away."))
        elif due and issued and (fault := rules.due_too_early(issued, due)):
            problems.refuse("due-on", fault)

    # --- Writing ------------------------------------------------------------------------

    def facts_of(self, row: Directive) -> list[Record]:
        return hanging(row)

    def begin(self, entries: list[RowEntry[Directive]]) -> None:
        """Without a code a row gets the next number of its day; its first day stays with it."""
        given = {entry.text("code") for entry in entries}
        for entry in entries:
            entry.stored.due_on = entry.day("due-on")
            if not entry.text("code"):
                code = next(one for one in next_codes(entry.stored.issued_on) if one not in given)
                given.add(code)
                entry.new["code"] = entry.stored.code = code
