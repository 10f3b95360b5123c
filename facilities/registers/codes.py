"""The registers of external codes: one row a facility or an area, one column a system."""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from time import monotonic
from typing import TYPE_CHECKING

from django.core.signals import request_started
from django.db.models import Q, QuerySet
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.areas import Areas
from facilities.exchange.columns import Column, Kind
from facilities.folding import fold
from facilities.listed import listed_on
from facilities.models import Area, AreaCode, CodeSystem, ExternalCode, Facility, Yardstick
from facilities.registers.choices import area_names, facility_names
from facilities.registers.order import NAME_ORDER, with_name_order
from facilities.registers.register import Problems, Register
from facilities.registers.writers import Attributes, Dated, Row, RowEntry, Writer, Writing
from facilities.signals import facts_changed

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

KEEP_SECONDS = 60
FACILITY = Column(
    "facility",
    gettext_lazy("facility"),
    Kind.CODE,
    choices=facility_names,
    required=True,
    writable=False,
)

AREA = Column(
    "area",
    gettext_lazy("area"),
    Kind.CODE,
    choices=area_names,
    required=True,
    writable=False,
    filtered=False,
)

in_readers_language = lazy(lambda system: system.name, str)


class KnownSystems:
    """Read once per request, and again after a write; in a long job at least once a minute."""

    def __init__(self) -> None:
        self._kept: tuple[float, list[CodeSystem]] | None = None
        request_started.connect(self._forget)
        facts_changed.connect(self._forget)

    def _forget(self, **_kwargs: object) -> None:
        self._kept = None

    def of(self, what: str) -> list[CodeSystem]:
        """Those of facilities or of areas (`CodeSystem.Of`)."""
        return [system for system in self._all() if system.of == what]

    def _all(self) -> list[CodeSystem]:
        kept = self._kept
        if kept is None or monotonic() - kept[0] > KEEP_SECONDS:
            kept = self._kept = (monotonic(), list(CodeSystem.objects.all()))
        return kept[1]


known_systems = KnownSystems()


def column_code(system: CodeSystem) -> str:
    return f"code-{system.code}"


def _column(system: CodeSystem) -> Column:
    headings = tuple(text.strip() for text in system.headings.split(",") if text.strip())
    return Column(
        column_code(system),
        in_readers_language(system),
        max_length=40,
        filtered=False,
        aliases=headings,
        digits=system.digits or 0,
        help=gettext_lazy("Holds from the day of writing until another one replaces it."),
    )


# system -> code -> row -> from when up to when (None: still) it bears the code
_Spans = dict[str, dict[str, dict[int, list[tuple[date, date | None]]]]]


class _Codes(Register[Row]):
    """A code is one row's on a day; another one may bear it before or after."""

    search_path = ""
    facility_path = ""
    makes_rows = False
    whose: str  # whose systems are its columns
    codes: type[ExternalCode] | type[AreaCode]
    link: str  # from a code to its row
    owner: Column
    borne: "StrOrPromise"  # lazy: that another one has the code

    @property
    def columns(self) -> tuple[Column, ...]:
        return (self.owner, *map(_column, known_systems.of(self.whose)))

    @property
    def writers(self) -> tuple[Writer, ...]:
        return (
            Attributes(columns={self.owner.code: "code"}),
            *(
                Dated(
                    model=self.codes,
                    link=self.link,
                    columns={column_code(system): "code"},
                    make=self._make(system),
                    kind={"system": system},
                )
                for system in known_systems.of(self.whose)
            ),
        )

    def _make(self, system: CodeSystem) -> Callable[..., Yardstick]:
        def make(row: Row, writing: Writing, code: str) -> Yardstick:
            return self.codes(
                **{self.link: row}, system=system, code=code, effective_from=writing.on
            )

        return make

    def there(self, on: date) -> set[int]:
        """The rows that are there on a day: what has left bears no code."""
        return set(self.base(on).values_list("pk", flat=True))

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry[Row]], on: date) -> _Spans:
        """Who else bears the codes that are to be written, and when; those that left bear none."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for entry in entries:
            for column in entry.changed:
                if entry.text(column):
                    wanted[column].add(entry.text(column))
        there = self.there(on)
        spans: _Spans = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        for system in known_systems.of(self.whose):
            column = column_code(system)
            if not wanted[column]:
                continue
            known = self.codes.objects.known().filter(system=system)
            bearers = known.filter(code__in=wanted[column]).values(self.link)
            days: dict[int, list[tuple[date, str]]] = defaultdict(list)
            for key, day, code in (
                known.filter(**{f"{self.link}__in": bearers})
                .order_by("effective_from")
                .values_list(self.link, "effective_from", "code")
            ):
                days[key].append((day, code))
            for key, told in days.items():
                ends = [day for day, _code in told[1:]]
                for (day, code), end in zip(told, [*ends, None], strict=True):
                    if key in there:
                        spans[column][code][key].append((day, end))
        for entry in entries:
            for column in entry.changed:
                if entry.text(column):
                    spans[column][entry.text(column)][entry.identity].append((on, None))
        return spans

    def check(self, entry: RowEntry[Row], problems: Problems, context: _Spans, on: date) -> None:
        for system in known_systems.of(self.whose):
            column, code = column_code(system), entry.text(column_code(system))
            if column not in entry.changed or not code:
                continue
            if system.pattern and not re.fullmatch(system.pattern, code):
                text = _("“%(code)s” is not written as such a code is.") % {"code": code}
                if system.example:
                    text = _("“%(code)s” is not written as such a code is: %(example)s.") % {
                        "code": code,
                        "example": system.example,
                    }
                if system.digits and code.isdigit() and len(code) < system.digits:
                    text += " " + _("Excel may have dropped zeros: format the column as text.")
                problems.refuse(column, text)
            elif self._is_anothers(entry, context[column][code], on):
                problems.refuse(column, str(self.borne))

    def _is_anothers(
        self,
        entry: RowEntry[Row],
        spans: dict[int, list[tuple[date, date | None]]],
        on: date,
    ) -> bool:
        return any(
            end is None or end > on
            for key, times in spans.items()
            if key != entry.identity
            for _day, end in times
        )


class ExternalCodes(_Codes[Facility]):
    code = "codes"
    label = gettext_lazy("external codes")
    row_label = gettext_lazy("codes of a facility")
    model = Facility
    keys = (("facility",),)
    default_sort = "facility"
    sorts = {"facility": NAME_ORDER}
    whose, codes, link = CodeSystem.Of.FACILITIES, ExternalCode, "facility"
    owner = FACILITY
    borne = gettext_lazy("On this day or later another facility bears this code.")

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[Facility]:
        """Every facility in the register on the day, also those outside the rollout."""
        return with_name_order(listed_on(on, known_at), on, known_at)


class AreaCodes(_Codes[Area]):
    code = "area-codes"
    label = gettext_lazy("codes of areas")
    row_label = gettext_lazy("codes of an area")
    model = Area
    keys = (("area",),)
    default_sort = "area"
    sorts = {"area": "code"}
    is_by_facility = False
    whose, codes, link = CodeSystem.Of.AREAS, AreaCode, "area"
    owner = AREA
    borne = gettext_lazy("On this day or later another area bears this code.")

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[Area]:
        """The areas that there were on the day."""
        return Area.objects.filter(pk__in=list(Areas(on, known_at).on(on).areas))

    def facility_of(self, row: Area) -> int | None:
        return None

    def search(self, rows: QuerySet[Area], text: str, on: date) -> QuerySet[Area]:
        """By name, by our code and by one of the other systems."""
        named = [area.id for area in Areas(on).on(on).like(text)]
        coded = AreaCode.objects.in_force(on).filter(search_key__contains=fold(text))
        return rows.filter(Q(pk__in=named) | Q(pk__in=coded.values("area")))
