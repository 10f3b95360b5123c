"""The day a reader asks about. Together with the commands and jobs, it asks the clock for today."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities import clock
from facilities.areas import AreaOnDay, Areas, AreaTree, in_area, lying_in
from facilities.as_of import AsOf
from facilities.folding import fold
from facilities.naming import areas_by_external_code

Read = TypeVar("Read")
Default = TypeVar("Default")

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)

WRITTEN = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)", re.ASCII),
    re.compile(r"(?P<day>\d\d?)/(?P<month>\d\d?)/(?P<year>\d{4})", re.ASCII),
)

PARAMETERS = ("on", "known_at", "compare", "map", "area")
# The same in words, for those who read pages.
PARAMETER_LABELS = {
    "on": gettext_lazy("Day"),
    "known_at": gettext_lazy("As known on"),
    "compare": gettext_lazy("Compared with"),
    "map": gettext_lazy("Facilities by the list of"),
    "area": gettext_lazy("Area"),
}
MAPS = ("day", "today")
NAME_WITH_CODE = re.compile(r".+ \((?P<code>[^()]+)\)$")  # as a field to type in writes an area
MOST_ALIKE = 6  # areas named to somebody whose words fit several


def standing_still(request: HttpRequest) -> dict[str, date | None]:
    """For every page: the day of the sample, where the product stands on one."""
    return {"sample_day": settings.TODAY}


@dataclass(frozen=True, slots=True)
class Day:
    """`on`: the day looked at. `known_at`: as it was known at that moment. `compare`: a day to hold against.

    `map_on`: by whose map of facilities, always today's; None: each day by the map of that day.
    `alone`: to be held against nothing, where a page would choose a day by itself.
    `area`: only the facilities that lie in it on the day; None: all of them.
    `own`: of several provinces, the one that the reader is limited to; it is looked at where no area is
    asked for.
    """

    on: date
    today: date
    known_at: datetime | None = None
    compare: date | None = None
    map_on: date | None = None
    alone: bool = field(default=False, compare=False)
    area: AreaOnDay | None = None
    own: AreaOnDay | None = None

    def as_of(self, facility_ids: frozenset[int] | None = None) -> AsOf:
        """The facilities of the day looked at, by the map asked for; None: all that lie in the area."""
        as_of = AsOf(self.on, self.known_at, facility_ids, self.map_on)
        return as_of if facility_ids is not None else in_area(as_of, self.area_code)

    def of_places(self, places: frozenset[int] | None) -> AsOf:
        """Of the facilities of these places (None: everywhere) those that lie in the area asked for."""
        return in_area(AsOf(self.on, self.known_at, places, self.map_on), self.area_code)

    def own_places(self) -> frozenset[int] | None:
        """The facilities of the province that the reader is limited to, on the day; None: no limit."""
        return lying_in(AsOf(self.on, self.known_at), self.own.code) if self.own else None

    @property
    def area_code(self) -> str:
        """Empty: the whole."""
        return self.area.code if self.area else ""

    @property
    def is_all_of_own(self) -> bool:
        """All that the reader is limited to: to them it is the whole."""
        return self.own is not None and self.area == self.own

    @property
    def now(self) -> "Day":
        """Today as known now, of the same area."""
        return replace(self, on=self.today, known_at=None)

    @property
    def whole(self) -> "Day":
        """The same day, of all facilities."""
        return replace(self, area=None)

    @property
    def is_today(self) -> bool:
        return self.on == self.today and self.known_at is None

    @property
    def asked(self) -> dict[str, str]:
        """The parameters that keep a link or a form on this day; none for today without comparison."""
        asked = {}
        if self.on != self.today:
            asked["on"] = self.on.isoformat()
        if self.known_at:
            asked["known_at"] = self.known_at_asked
        if self.compare or self.alone:
            asked["compare"] = self.compare.isoformat() if self.compare else ""
        if self.map_on:
            asked["map"] = "today"
        if self.area and not self.is_all_of_own:
            asked["area"] = self.area.code
        return asked

    @property
    def query(self) -> str:
        """The same as the query of an address."""
        return urlencode(self.asked)

    @property
    def known_on(self) -> date | None:
        """The day at whose end it was known; None where nobody asked, or for a moment within a day."""
        if self.known_at is None or self.known_at != end_of(self.known_at.date()):
            return None
        return self.known_at.date()

    @property
    def known_at_asked(self) -> str:
        """`known_at` as an address says it: the day alone, which means its end, or the moment."""
        if self.known_at is None:
            return ""
        return (self.known_on or self.known_at).isoformat()

    @property
    def known_at_written(self) -> str:
        """The same for the field of a page, as people write it; to the microsecond where it must be."""
        if self.known_at is None:
            return ""
        if self.known_on:
            return f"{self.known_on:%d/%m/%Y}"
        exact = self.known_at.second or self.known_at.microsecond
        return self.known_at.isoformat() if exact else f"{self.known_at:%d/%m/%Y %H:%M}"

    @property
    def is_known_later(self) -> bool:
        """Asked for a moment that has not come: nothing else is known then than now."""
        return self.known_at is not None and self.known_at > timezone.now()


def read_day(parameters: Mapping[str, str], *, today: date | None = None, iso: bool = False) -> Day:
    """Read `on`, `known_at`, `compare`, `map` and `area`. Raises ValidationError whose keys name the parameter.

    `iso`: a program asks, and is shown how a program writes it.
    """
    today = today or clock.today()
    errors: dict[str, str] = {}

    def read(name: str, parse: Callable[[str], Read], default: Default) -> Read | Default:
        text = parameters.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as error:
            errors[name] = str(error)
            return default

    day = Day(
        on=read("on", partial(parse_date, iso=iso), today),
        today=today,
        known_at=read("known_at", partial(parse_moment, iso=iso), None),
        compare=read("compare", partial(parse_date, iso=iso), None),
        map_on=today if read("map", parse_map, "day") == "today" else None,
        alone=not parameters.get("compare", "-").strip(),
    )
    if errors:
        raise ValidationError(errors)
    if asked := parameters.get("area", "").strip():
        try:
            day = replace(day, area=parse_area(asked, day, iso=iso))
        except ValueError as error:
            raise ValidationError({"area": str(error)}) from None
    return day


def parse_area(text: str, day: Day, *, iso: bool = False) -> AreaOnDay:
    """An area that there was on the day, by its code, or as people type it: by a name or an official code.

    `iso`: by its code alone. Raises ValueError with the remedy.
    """
    tree = areas_on(day)
    told = NAME_WITH_CODE.match(text)
    if found := tree.find(text) or (tree.find(told["code"]) if told and not iso else None):
        return found
    called = [] if iso else tree.called(text) or _coded(tree, text, day) or tree.like(text)
    if len(called) == 1:
        return called[0]
    words = {"text": text[:40], "day": date_format(day.map_on or day.on, "SHORT_DATE_FORMAT")}
    if called:
        words["names"] = ", ".join(tree.placed(area) for area in called[:MOST_ALIKE])
        raise ValueError(
            _("“%(text)s” may be several areas: %(names)s. Write the whole name.") % words
        )
    raise ValueError(
        _("“%(text)s” was no area on %(day)s. Choose one of that day, or leave it empty.") % words
    )


def _coded(tree: AreaTree, text: str, day: Day) -> list[AreaOnDay]:
    """Those that bear this code of the statistics office, or of another system, on the day."""
    codes = areas_by_external_code(day.map_on or day.on, day.known_at).get(fold(text), ())
    return [area for code in sorted(codes) if (area := tree.find(code))]


def areas_on(day: Day) -> AreaTree:
    """The areas that there were on the day, or on that of the map."""
    on = day.map_on or day.on
    return Areas(on, day.known_at).on(on)


def parse_map(text: str) -> str:
    """By whose map: of the day looked at, or of today. Raises ValueError with the remedy."""
    if text not in MAPS:
        raise ValueError(
            _("“%(text)s” is not a list of facilities. Write day, for that day's list, or today.")
            % {"text": text[:40]}
        )
    return text


def parse_date(text: str, *, iso: bool = False) -> date:
    """A day as YYYY-MM-DD, or as dd/mm/yyyy as people here write it. Raises ValueError with the remedy."""
    for pattern in WRITTEN:
        if not (parts := pattern.fullmatch(text)):
            continue
        try:
            day = date(*(int(parts[name]) for name in ("year", "month", "day")))
        except ValueError:
            break
        if EARLIEST <= day < LATEST:
            return day
        raise ValueError(_("Give a day between the years 2000 and 2099."))
    raise ValueError(
        _("“%(text)s” is not a day of the calendar. Write it as %(example)s.")
        % {"text": text[:40], "example": _example(iso)}
    )


def _example(iso: bool) -> str:
    return "2025-05-21" if iso else "21/05/2025"


def _example_of_moment(iso: bool) -> str:
    return "2025-05-21T17:00" if iso else "21/05/2025 17:00"


# A day with an hour, as people here write both and as pages show them: 21/05/2025 17:00, 17:00 21/05/2025.
BY_HAND = (
    re.compile(r"(?P<day>[\d/-]+) +(?P<hour>\d\d?:\d\d)", re.ASCII),
    re.compile(r"(?P<hour>\d\d?:\d\d) +(?P<day>[\d/-]+)", re.ASCII),
)


def end_of(day: date) -> datetime:
    """The last moment of a day, in local time."""
    midnight = datetime.combine(day + timedelta(days=1), time.min)
    return timezone.make_aware(midnight - timedelta(microseconds=1))


def parse_moment(text: str, *, iso: bool = False) -> datetime:
    """A moment as ISO 8601 or as people write it, in local time unless it says otherwise.

    A day alone means its end. Raises ValueError with the remedy.
    """
    try:
        moment = _moment_by_hand(text) or (
            parse_datetime(text.replace(" ", "+")) if "T" in text else end_of(parse_date(text))
        )
    except ValueError:
        moment = None
    if moment is None:
        raise ValueError(
            _("“%(text)s” is not a moment. Write it as %(moment)s or %(day)s.")
            % {"text": text[:40], "moment": _example_of_moment(iso), "day": _example(iso)}
        )
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    if not EARLIEST <= moment.date() < LATEST:
        raise ValueError(_("Give a day between the years 2000 and 2099."))
    return timezone.localtime(moment)


def _moment_by_hand(text: str) -> datetime | None:
    for pattern in BY_HAND:
        if parts := pattern.fullmatch(text):
            hour = time.fromisoformat(parts["hour"].zfill(5))
            return datetime.combine(parse_date(parts["day"]), hour)
    return None
