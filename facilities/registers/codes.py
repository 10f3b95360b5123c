"""The register of external codes: one row a facility, one column a system."""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from time import monotonic

from django.core.signals import request_started
from django.db.models import QuerySet
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.exchange.columns import Column, Kind
from facilities.listed import listed_on
from facilities.models import CodeSystem, ExternalCode, Facility, Yardstick
from facilities.registers.choices import facilities_by_code, facility_names
from facilities.registers.order import NAME_ORDER, with_name_order
from facilities.registers.register import Problems, Register
from facilities.registers.writers import Attributes, Dated, RowEntry, Writer
from facilities.signals import facts_changed

KEEP_SECONDS = 60
FACILITY = Column(
    "facility",
    gettext_lazy("facility"),
    Kind.CODE,
    choices=facility_names,
    required=True,
    writable=False,
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

    def all(self) -> list[CodeSystem]:
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


def _make(system: CodeSystem) -> Callable[..., Yardstick]:
    return lambda facility, writing, code: ExternalCode(
        facility=facility, system=system, code=code, effective_from=writing.on
    )


# system -> code -> facility -> from when up to when (None: still) it bears the code
_Spans = dict[str, dict[str, dict[int, list[tuple[date, date | None]]]]]


class ExternalCodes(Register[Facility]):
    code = "codes"
    label = gettext_lazy("external codes")
    row_label = gettext_lazy("codes of a facility")
    model = Facility
    keys = (("facility",),)
    search_path = ""
    facility_path = ""
    makes_rows = False
    default_sort = "facility"
    sorts = {"facility": NAME_ORDER}

    @property
    def columns(self) -> tuple[Column, ...]:
        return (FACILITY, *map(_column, known_systems.all()))

    @property
    def writers(self) -> tuple[Writer, ...]:
        return (
            Attributes(columns={"facility": "code"}, find={"facility": facilities_by_code}),
            *(
                Dated(
                    model=ExternalCode,
                    link="facility",
                    columns={column_code(system): "code"},
                    make=_make(system),
                    kind={"system": system},
                )
                for system in known_systems.all()
            ),
        )

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[Facility]:
        """Every facility in the register on the day, also those outside the rollout."""
        return with_name_order(listed_on(on, known_at), on, known_at)

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry[Facility]], on: date) -> _Spans:
        """Who else bears the codes that are to be written, and when; those that left bear none."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for entry in entries:
            for column in entry.changed:
                if entry.text(column):
                    wanted[column].add(entry.text(column))
        there = set(listed_on(on).values_list("pk", flat=True))
        spans: _Spans = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        for system in known_systems.all():
            column = column_code(system)
            if not wanted[column]:
                continue
            known = ExternalCode.objects.known().filter(system=system)
            bearers = known.filter(code__in=wanted[column]).values("facility")
            days: dict[int, list[tuple[date, str]]] = defaultdict(list)
            for key, day, code in (
                known.filter(facility__in=bearers)
                .order_by("effective_from")
                .values_list("facility", "effective_from", "code")
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

    def check(
        self, entry: RowEntry[Facility], problems: Problems, context: _Spans, on: date
    ) -> None:
        for system in known_systems.all():
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
                problems.refuse(column, _("On this day or later another facility bears this code."))

    def _is_anothers(
        self,
        entry: RowEntry[Facility],
        spans: dict[int, list[tuple[date, date | None]]],
        on: date,
    ) -> bool:
        return any(
            end is None or end > on
            for key, times in spans.items()
            if key != entry.identity
            for _day, end in times
        )
