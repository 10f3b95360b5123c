"""From the rows of a sheet to the lines of a form, or to what is wrong with them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from facilities.exchange import headers
from facilities.exchange.tables import Cell, Source
from facilities.folding import fold
from signatures import normal
from signatures.digests import digest, digits_of
from signatures.models import Certificate, StaffMember
from signatures.sheets.fields import FIELDS, Form
from signatures.staff import fault_of_email

MOST_ROWS = 5000
YOUNGEST, OLDEST = 16, 90  # years of age of people who sign
DEVICES = frozenset(Certificate.Device.values)
OPERATORS = {fold(label): label for label in StaffMember.Operator.labels}
_TELEPHONE = re.compile(r"0[0-9]{9}")
_SERIAL = re.compile(r"[0-9A-Fa-f]{8,64}")
_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_EXCEL_EPOCH = date(1899, 12, 30)
_YES = frozenset({"x", "co", "yes", "1", "true", "/cs"})

# The authority as cards print it, under the abbreviation that the import template takes (assumed).
PLACES_OF_ISSUE = (
    (re.compile(r"cuc canh sat|ccs|qlhc"), "CCSQLHCVTTXH"),
    (re.compile(r"bo cong an|\bbca\b"), "BCA"),
)


@dataclass(frozen=True)
class Problem:
    """What is wrong with one row: never the value itself."""

    row: int
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """What the staff list knows of somebody."""

    key: int
    name: str
    unit: str
    position: str
    email: str
    operator: str
    serial: str = ""  # of a certificate that was issued


@dataclass
class Filled:
    """What a sheet came to. `waiting`: numbers of rows without an official e-mail."""

    lines: list["Line"] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(repr=False)  # a line must not appear in any message
class Line:
    """One row, normalised. `day` holds the days, `text` everything else."""

    number: int
    text: dict[str, str]
    day: dict[str, date]
    person: Person | None

    def get(self, code: str) -> str:
        return self.text.get(code, "")

    def shown_day(self, code: str) -> str:
        found = self.day.get(code)
        return f"{found:%d/%m/%Y}" if found else ""

    @property
    def digest(self) -> str:
        return digest(self.get("document"))


@dataclass(frozen=True)
class About:
    """Whose sheet it is. `staff`: of the facility, by number; `on`: the day it is made."""

    facility: str
    superior: str
    province: str
    on: date
    staff: Mapping[int, Person]


def fill(form: Form, source: Source, about: About) -> Filled:
    """Every row of the table. Raises BadTable if its headings say nothing."""
    columns = [FIELDS[code] for code in form.asks]
    heading, rows = headers.find(source, columns, {})
    found = Filled()
    documents: dict[str, int] = {}
    for number, cells in rows:
        if len(found.lines) + len(found.waiting) >= MOST_ROWS:
            found.problems.append(
                Problem(number, "", _("There are too many rows. Split the list."))
            )
            break
        given = {
            code: cells[place]
            for place, code in heading.columns.items()
            if place < len(cells) and cells[place] is not None
        }
        line = _line(number, given, about)
        problems = [*_faults(form, line, given, about), *_doubled(line, documents)]
        found.problems += problems
        if form.mails and not line.get("email"):
            found.waiting.append(number)
        elif not problems:
            found.lines.append(line)
    return found


def _line(number: int, given: Mapping[str, Cell], about: About) -> Line:
    """The row with what the staff list knows where its cells are empty, each in one form."""
    text = {code: _text(cell) for code, cell in given.items()}
    days = {
        code: day
        for code in ("birth", "issued-on")
        if (day := any_day(given.get(code))) is not None
    }
    key = text.get("member", "").lstrip("#")
    person = about.staff.get(int(key)) if key.isdigit() and len(key) < 19 else None
    if person:
        for code in ("name", "unit", "position", "email", "operator"):
            text[code] = text.get(code) or getattr(person, code)
        text["old-serial"] = text.get("old-serial") or person.serial
    text["name"] = normal.person(text.get("name", ""))
    text["unit"] = normal.unit(text.get("unit", ""))
    text["email"] = text.get("email", "").lower()
    text["province"] = normal.province(text.get("province", "")) or about.province
    text["device"] = text.get("device", "").upper() or Certificate.Device.TOKEN.value
    text["document"] = _padded(given.get("document"), text.get("document", ""))
    text["telephone"] = _telephone(given.get("telephone"), text.get("telephone", ""))
    text["issued-at"] = _place_of_issue(text.get("issued-at", ""))
    text["operator"] = OPERATORS.get(fold(text.get("operator", "")), text.get("operator", ""))
    for code in ("renew", "change", "ported"):
        text[code] = "x" if fold(text.get(code, "")) in _YES else ""
    return Line(number, text, days, person)


def _faults(form: Form, line: Line, given: Mapping[str, Cell], about: About) -> Iterator[Problem]:
    def at(code: str, text: str) -> Problem:
        return Problem(line.number, FIELDS[code].heading(), text)

    for code in form.needs:
        if not (line.get(code) or given.get(code)):
            yield at(code, _("Fill this in."))
    for code in ("birth", "issued-on"):
        if given.get(code) is not None and code not in line.day:
            yield at(code, _("This is no day. Write it as dd/mm/yyyy."))
    if given.get("member") and line.person is None:
        yield at("member", _("Nobody on the staff list of this facility has this number."))
    if given.get("document") is not None and not digits_of(line.get("document")):
        yield at("document", _("An ID number has 12 digits, an old one 9."))
    if line.get("email") and (fault := fault_of_email(line.get("email"))):
        yield at("email", fault)
    if "birth" in line.day:
        age = (about.on - line.day["birth"]).days / 365.25
        if not YOUNGEST <= age <= OLDEST:
            yield at("birth", _("Nobody of this age signs. Check the year."))
        elif "issued-on" in line.day and line.day["issued-on"] <= line.day["birth"]:
            yield at("issued-on", _("It lies before the date of birth."))
    if line.day.get("issued-on", about.on) > about.on:
        yield at("issued-on", _("This day is still to come."))
    if "device" in form.asks:
        yield from _device_faults(line, at)
    serial = "serial" if "serial" in form.asks else "old-serial"
    if line.get(serial) and not _SERIAL.fullmatch(re.sub(r"[\s:.-]", "", line.get(serial))):
        yield at(serial, _("A serial holds only the digits 0 to 9 and the letters A to F."))
    if "renew" in form.asks:
        if not (line.get("renew") or line.get("change")):
            yield at("renew", _("Mark renewal, change of content, or both."))
        if line.get("change") and not (line.get("item") and line.get("value")):
            yield at("item", _("Say what changes, and to what."))


def _device_faults(line: Line, at: Callable[[str, str], Problem]) -> Iterator[Problem]:
    if line.get("device") not in DEVICES:
        yield at("device", _("Write TOKEN, SIM, SOFT, RSSP or HSM."))
    if line.get("device") == Certificate.Device.SIM:
        if not line.get("operator"):
            yield at("operator", _("A SIM needs its operator: Viettel, Vinaphone or Mobifone."))
        elif line.get("operator") not in OPERATORS.values():
            yield at("operator", _("Write Viettel, Vinaphone or Mobifone."))
        if not line.get("telephone"):
            yield at("telephone", _("A SIM needs its number."))
    if line.get("telephone") and not _TELEPHONE.fullmatch(line.get("telephone")):
        yield at("telephone", _("A mobile number has 10 digits and begins with 0."))


def _doubled(line: Line, documents: dict[str, int]) -> Iterator[Problem]:
    """`documents`: digests seen before, with the row; the numbers themselves are not kept."""
    bare = digits_of(line.get("document"))
    if not bare:
        return
    before = documents.setdefault(bare, line.number)
    if before != line.number:
        yield Problem(
            line.number,
            FIELDS["document"].heading(),
            _("Row %(row)s has the same number.") % {"row": before},
        )


def any_day(cell: Cell) -> date | None:
    """A day of any year in which somebody alive was born."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 3000 < cell < 80000:
        return _EXCEL_EPOCH + timedelta(days=int(cell))
    text = str(cell or "").strip()
    if match := _DAY.fullmatch(text):
        day, month, year = map(int, match.groups())
    elif match := _ISO.match(text):
        year, month, day = map(int, match.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return normal.sound(str(cell))


def _padded(cell: Cell, text: str) -> str:
    """A number that Excel took gets its leading zeros back: 12 digits, or 9 of an old card."""
    bare = re.sub(r"[\s.\-']", "", text)
    if isinstance(cell, int | float) and bare.isdigit():
        return bare.zfill(9 if len(bare) <= 9 else 12)
    return bare.upper()


def _telephone(cell: Cell, text: str) -> str:
    bare = re.sub(r"[\s.\-()']", "", text)
    if bare.startswith("+84"):
        bare = f"0{bare[3:]}"
    if isinstance(cell, int | float) and len(bare) == 9:
        bare = f"0{bare}"
    return bare


def _place_of_issue(text: str) -> str:
    folded = fold(text)
    return next((short for pattern, short in PLACES_OF_ISSUE if pattern.search(folded)), text)


def batches(lines: Sequence[Line], size: int) -> list[list[Line]]:
    """The lines in their order, at most `size` together."""
    return [list(lines[start : start + size]) for start in range(0, len(lines), size)]


def cells(form: Form, lines: Iterable[Line], about: About) -> list[tuple[str, ...]]:
    """The rows of the finished sheet."""
    return [(str(n), *_cells(form, line, about)) for n, line in enumerate(lines, 1)]


def _cells(form: Form, line: Line, about: About) -> tuple[str, ...]:
    get = line.get
    working = ", ".join(filter(None, (get("unit"), about.facility)))
    # "/cs": an existing number moves to the SIM, as the form prints it.
    sim = get("operator") + ("/cs" if get("ported") else "") if get("device") == "SIM" else ""
    asked: tuple[str, ...]
    match form.code:
        case "01":
            card = ", ".join(
                filter(None, (get("document"), line.shown_day("issued-on"), get("issued-at")))
            )
            return (
                get("name"),
                line.shown_day("birth"),
                card,
                get("email"),
                working,
                get("province"),
                get("position"),
                get("telephone"),
                get("old-serial"),
                sim,
            )
        case "import":
            return (
                get("name"),
                line.shown_day("birth"),
                get("document"),
                get("issued-at"),
                line.shown_day("issued-on"),
                get("email"),
                about.superior or about.facility,
                about.facility if about.superior else get("unit"),
                get("unit") if about.superior else "",
                "",
                get("province"),
                "",
                get("position"),
                get("telephone"),
                get("old-serial"),
                get("operator") if get("device") == "SIM" else "",
                get("ported"),
                get("device"),
            )
        case "02":
            asked = ("body", "address", "tax-code", "budget-code", "province", "email")
        case "04":
            number = f" ({get('telephone')})" if get("telephone") else ""
            return (
                get("certificate"),
                f"{get('serial')}{number}",
                *(get(code) for code in ("email", "item", "value", "renew", "change")),
            )
        case "05":
            asked = (
                *("certificate", "document", "tax-code", "budget-code", "email", "serial"),
                *("device-serial", "reason"),
            )
        case _:
            return (
                get("device-serial"),
                get("certificate"),
                get("body") or about.facility,
                get("email"),
            )
    return tuple(get(code) for code in asked)
