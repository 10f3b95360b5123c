"""Choices of columns that many registers share. Asked once per request (`Register.bound`)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from facilities import clock
from facilities.areas import AreaOnDay, Areas
from facilities.folding import fold, sort_key
from facilities.lazy_texts import lazily
from facilities.models import Agency, AreaName, Facility, FacilityName, KindTerm, ManagingBodyTerm
from facilities.models.places import in_language
from facilities.naming import facilities_by_external_code

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_LISTED = 100  # choices that one list may show; above that they are searched
MOST_UNPREPARED = 3  # names asked one by one before all of them are read
MOST_READ = (
    2 * MOST_LISTED
)  # names of a day, some of them borne before, that are read without asking which

# What spreadsheets call the column that says whose a row is.
FACILITY_HEADINGS = (
    *("Cơ sở", "Tên cơ sở", "Tên đơn vị", "Mã cơ sở", "Mã đơn vị", "Đơn vị", "CSYT", "Tên CSYT"),
    *("CSKCB", "Mã CSKCB", "Tên CSKCB", "Cơ sở KCB", "Tên cơ sở KCB", "Cơ sở khám bệnh, chữa bệnh"),
    *("Bệnh viện", "Tên bệnh viện", "Bệnh viện/TTYT", "Đơn vị sử dụng", "Đơn vị công tác"),
)


def facility_names() -> Mapping[str, str]:
    """Facilities by code, under the names they bear today; sorted as a dictionary sorts."""
    return names_on(clock.today())


def names_on(day: date) -> dict[str, str]:
    return _in_order(_named(FacilityName.objects.in_force(day)))


def _named(rows: QuerySet[FacilityName]) -> Iterable[tuple[str, str, str, str]]:
    return rows.values_list("facility__code", "sort_key", "name_vi", "name_en")


def _in_order(rows: Iterable[tuple[str, str, str, str]]) -> dict[str, str]:
    """`rows`: oldest first, of each facility the last one holds."""
    named = {code: (key, in_language(*both)) for code, key, *both in rows}
    return {code: named[code][1] for code in sorted(named, key=lambda code: named[code])}


class NamesOfDay(Mapping[str, str]):
    """The same as `names_on`, read no further than is asked.

    A page shows a hundred of ten thousand names: `prepare` reads those it will ask for, and with
    the same query says whether there are more than `MOST_LISTED` of them. Whoever goes through all of
    them, or asks for one after the other unprepared, has all of them read.
    """

    def __init__(self, day: date, places: Iterable[int] | None = None) -> None:
        """`places`: those of these facilities alone; None: of all."""
        self._day = day
        self._places = None if places is None else frozenset(places)
        self._some: dict[str, str | None] = {}
        self._all: dict[str, str] | None = None
        self._is_long: bool | None = None
        self._unprepared = 0

    def prepare(self, codes: Iterable[str]) -> None:
        """One query: of all facilities where they are few, else of these."""
        wanted = {code for code in codes if code} - self._some.keys()
        if self._all is not None or (self._is_long is not None and not wanted):
            return
        names = self._names()
        few = names.order_by().values("pk")[: MOST_READ + 1]
        is_few = Q(pk__in=few) if self._is_long is None else Q(pk__in=[])
        rows = list(_named(names.filter(is_few | Q(facility__code__in=wanted))))
        if self._is_long is None and len(rows) <= MOST_READ:
            self._all = _in_order(rows)
            self._is_long = len(self._all) > MOST_LISTED
            return
        self._is_long = True
        found = _in_order(rows)
        self._some |= {code: found.get(code) for code in wanted}

    @property
    def is_long(self) -> bool:
        """Whether there are too many to list."""
        if self._is_long is None:
            self.prepare(())
        return bool(self._is_long)

    def like(self, text: str) -> dict[str, str]:
        """Those whose code or whose name of the day may be meant by a text, whichever they may be."""
        word = fold(text)
        names = self._names()
        some = names.order_by().filter(
            Q(search_key__contains=word) | Q(facility__code__in={text, word})
        )
        keys = list(some.values_list("facility", flat=True).distinct())
        return _in_order(_named(names.filter(facility__in=keys)))

    def _names(self) -> QuerySet[FacilityName]:
        rows: QuerySet[FacilityName] = FacilityName.objects.in_force(self._day)
        return rows if self._places is None else rows.filter(facility__in=self._places)

    def _whole(self) -> dict[str, str]:
        if self._all is None:
            self._all = _in_order(_named(self._names()))
            self._is_long = len(self._all) > MOST_LISTED
        return self._all

    def __getitem__(self, code: str) -> str:
        if self._all is None and code not in self._some:
            self._unprepared += 1
            if self._unprepared > MOST_UNPREPARED:
                self._whole()
            self.prepare([code])
        found = self._some.get(code) if self._all is None else self._all.get(code)
        if found is None:
            raise KeyError(code)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())


def names_for(on: date | None, places: Iterable[int] | None = None) -> NamesOfDay:
    """The names of a day (None: today), for one request. `places`: see `NamesOfDay`."""
    return NamesOfDay(on or clock.today(), places)


def codes_by_name() -> Mapping[str, set[str]]:
    """Facilities under every name they have ever borne, in either language, without accents and case."""
    found: dict[str, set[str]] = defaultdict(set)
    for code, *both in FacilityName.objects.known().values_list(
        "facility__code", "name_vi", "name_en"
    ):
        for name in filter(None, both):
            found[fold(name)].add(code)
    return found


def codes_elsewhere() -> Mapping[str, set[str]]:
    """Facilities by what other systems call them today, as codes are compared."""
    return facilities_by_external_code(clock.today())


def area_names() -> Mapping[str, str]:
    """Areas by code, under the names they bear today; sorted as a dictionary sorts."""
    named = {
        code: (sort_key(vietnamese), in_language(vietnamese, english))
        for code, vietnamese, english in AreaName.objects.in_force(clock.today()).values_list(
            "area__code", "name_vi", "name_en"
        )
    }
    return {code: named[code][1] for code in sorted(named, key=lambda code: named[code])}


def areas_called(text: str) -> list[AreaOnDay]:
    """The areas under this name today, alone or with the one they lie in."""
    today = clock.today()
    return Areas(today).on(today).called(text)


def kind_labels(on: date | None = None) -> "Mapping[str, StrOrPromise]":
    """Kinds of facility by code, under their names of the day (None: today); sorted as a dictionary sorts."""
    return _terms(
        KindTerm.objects.in_force(on or clock.today()).values_list(
            "kind__code", "name_vi", "name_en"
        )
    )


def body_labels(on: date | None = None) -> "Mapping[str, StrOrPromise]":
    """Managing bodies by code, under their names of the day (None: today)."""
    return _terms(
        ManagingBodyTerm.objects.in_force(on or clock.today()).values_list(
            "body__code", "name_vi", "name_en"
        )
    )


def _terms(rows: Iterable[tuple[str, str, str]]) -> "Mapping[str, StrOrPromise]":
    """The latest name of each code. Files may have it in either language, so both are kept."""
    named = {code: (vietnamese, english) for code, vietnamese, english in rows}
    in_order = sorted(named, key=lambda code: sort_key(named[code][0]))
    return {code: lazily(in_language)(*named[code]) for code in in_order}


def agencies() -> Mapping[str, str]:
    """Agencies by code, under their names; sorted as a dictionary sorts."""
    rows = sorted(Agency.objects.all(), key=lambda agency: sort_key(agency.name_vi))
    return {agency.code: agency.name for agency in rows}


def agencies_by_code(codes: set[str]) -> Mapping[str, Agency]:
    return Agency.objects.in_bulk(list(codes), field_name="code")


def facilities_by_code(codes: set[str]) -> Mapping[str, Facility]:
    return Facility.objects.in_bulk(list(codes), field_name="code")


def labels(choices: type[TextChoices]) -> "Callable[[], Mapping[str, StrOrPromise]]":
    """The choices of a `TextChoices` class, for a column."""
    return lambda: dict(choices.choices)


class YesNo(TextChoices):
    """Answers of columns that say whether something is there."""

    YES = "yes", _("yes")
    NO = "no", _("no")


def yes_or_no(answer: object) -> str:
    return YesNo.YES.value if answer else YesNo.NO.value
