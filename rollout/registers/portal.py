"""The ministry's list of who has announced records on its portal, held against ours.

Nothing is stored: each line gets its answer, and whoever finds one wrong records the day where it
belongs. A facility is found by a code, ours or of another system, or by a name, as in any table.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import BinaryIO

from django.utils.translation import gettext_lazy, pgettext_lazy

from facilities.as_of import AsOf, FacilityOnDay
from facilities.exchange import headers
from facilities.exchange.cells import BadCell, parser
from facilities.exchange.columns import Column, Kind, Value
from facilities.exchange.comparing import reader_of
from facilities.exchange.reading import read_pasted, read_table
from facilities.exchange.tables import BadTable, Cell, Source
from facilities.folding import sort_key
from facilities.permissions import Places, is_in
from facilities.registers.choices import facility_names
from rollout.models import Milestone
from rollout.programme.changes import milestones_reached

MOST_LINES = 5000


class Verdict(StrEnum):
    SAME = "same"
    OTHER_DAY = "other-day"
    THEIRS_ONLY = "theirs-only"
    OURS_ONLY = "ours-only"
    NOT_FOUND = "not-found"
    TWICE = "twice"


LABELS = {
    Verdict.OTHER_DAY: pgettext_lazy("portal list", "another day"),
    Verdict.THEIRS_ONLY: pgettext_lazy("portal list", "on their list, not on record here"),
    Verdict.OURS_ONLY: pgettext_lazy("portal list", "on record here, not on their list"),
    Verdict.NOT_FOUND: pgettext_lazy("portal list", "no facility found"),
    Verdict.TWICE: pgettext_lazy("portal list", "twice on their list"),
    Verdict.SAME: pgettext_lazy("portal list", "the same"),
}

COLUMNS = (
    Column(
        "code",
        gettext_lazy("code"),
        aliases=("Mã", "Mã cơ sở", "Mã CSKCB", "Mã KCB", "Mã BV", "Code"),
        is_code=True,
    ),
    Column(
        "facility",
        gettext_lazy("facility"),
        kind=Kind.CODE,
        choices=facility_names,
        aliases=("Tên", "Tên cơ sở", "Tên CSKCB", "Tên bệnh viện", "Cơ sở KCB", "Đơn vị", "Name"),
    ),
    Column(
        "day",
        gettext_lazy("Announced on the portal"),
        kind=Kind.DAY,
        aliases=("Ngày", "Ngày công bố", "Ngày công bố trên cổng", "Thời gian công bố", "Date"),
    ),
)


@dataclass(frozen=True, slots=True)
class Told:
    """A line of their list, as it is written there."""

    number: int
    code: Cell = None
    name: Cell = None
    day: Cell = None

    @property
    def words(self) -> str:
        return ", ".join(str(cell) for cell in (self.code, self.name) if cell)


@dataclass(frozen=True, slots=True)
class Line:
    """The answer to a line. `number` None: ours alone. `why`: what is wrong with what was told."""

    verdict: Verdict
    number: int | None = None
    words: str = ""
    facility: FacilityOnDay | None = None
    theirs: date | None = None
    ours: date | None = None
    why: str = ""

    @property
    def label(self) -> str:
        return str(LABELS[self.verdict])


def read(pasted: str = "", stream: BinaryIO | None = None, name: str = "") -> list[Told]:
    """The lines of a list that was pasted, or sent as a file. Raises BadTable."""
    source: Source
    if stream is not None:
        source = read_table(stream, name, fit=headers.fitting(COLUMNS, {}))
    else:
        source = read_pasted(pasted)
    heading, rows = headers.find(source, COLUMNS, {})
    if not {"code", "facility"} & set(heading.columns.values()):
        raise BadTable(
            gettext_lazy("There is no column of codes or of names. Put its heading above it."),
            code="columns",
        )
    found: list[Told] = []
    for number, cells in rows:
        if len(found) == MOST_LINES:
            raise BadTable(gettext_lazy("The list is too long. Send it in parts."), code="long")
        told = {heading.columns[p]: cell for p, cell in enumerate(cells) if p in heading.columns}
        found.append(Told(number, told.get("code"), told.get("facility"), told.get("day")))
    return found


def reconcile(lines: Sequence[Told], on: date, places: Places) -> list[Line]:
    """Each line of theirs in its order, then ours that are not among them: a fixed number of queries.

    `on`: up to which day ours counts. `places`: the facilities of the reader; None: all.
    """
    as_of = AsOf(on)
    facilities = {one.code: one for one in as_of.on(on)}
    reached = {
        pk: days[Milestone.PORTAL.value]
        for pk, days in milestones_reached(as_of).items()
        if Milestone.PORTAL.value in days
    }
    means, day_of = _Meaning(on), parser(COLUMNS[2])
    seen: set[str] = set()
    found = [_answered(one, facilities, reached, means, day_of, seen) for one in lines]
    kept = [one for one in found if one.facility is None or is_in(one.facility.id, places)]
    ours = [
        Line(Verdict.OURS_ONLY, facility=one, ours=reached[one.id])
        for one in facilities.values()
        if one.id in reached and one.code not in seen and is_in(one.id, places)
    ]
    return kept + sorted(
        ours, key=lambda line: sort_key(line.facility.name if line.facility else "")
    )


class _Meaning:
    """Which facility a line means: by its code, else by its name."""

    def __init__(self, on: date) -> None:
        self.read = reader_of(COLUMNS[1], on)

    def code(self, told: Told) -> str:
        """Raises BadCell, with the reason of the name where there is one."""
        refused: BadCell | None = None
        for cell in (told.code, told.name):
            if cell in (None, ""):
                continue
            try:
                return str(self.read(cell))
            except BadCell as error:
                refused = error
        if refused is not None:
            raise refused
        raise BadCell(str(gettext_lazy("The line names no facility.")))


def _answered(
    told: Told,
    facilities: dict[str, FacilityOnDay],
    reached: dict[int, date],
    means: _Meaning,
    day_of: Callable[[Cell], Value],
    seen: set[str],
) -> Line:
    theirs: Value = None
    why = ""
    try:
        theirs = day_of(told.day)
    except BadCell as error:
        why = str(error)
    day = theirs if isinstance(theirs, date) else None
    try:
        code = means.code(told)
    except BadCell as error:
        return Line(Verdict.NOT_FOUND, told.number, told.words, theirs=day, why=str(error))
    facility = facilities.get(code)
    if facility is None:
        return Line(Verdict.NOT_FOUND, told.number, told.words, theirs=day, why=why)
    ours = reached.get(facility.id)
    if code in seen:
        verdict = Verdict.TWICE
    elif ours is None:
        verdict = Verdict.THEIRS_ONLY
    else:
        verdict = Verdict.OTHER_DAY if day is not None and day != ours else Verdict.SAME
    seen.add(code)
    return Line(verdict, told.number, told.words, facility, day, ours, why)


def counted(lines: Iterable[Line]) -> dict[str, int]:
    """How many lines have which verdict, those first that ask for something."""
    found = list(lines)
    return {one.value: sum(line.verdict == one for line in found) for one in LABELS}
