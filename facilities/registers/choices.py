"""Choices of columns that many registers share. Asked once per request (`Register.bound`)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from facilities import clock
from facilities.areas import AreaOnDay, Areas
from facilities.folding import fold, sort_key
from facilities.models import AreaName, Facility, FacilityName, KindTerm, ManagingBodyTerm
from facilities.models.places import in_language
from facilities.naming import facilities_by_external_code

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What spreadsheets call the column that says whose a row is.
FACILITY_HEADINGS = ("Cơ sở", "Tên cơ sở", "Tên đơn vị", "Mã cơ sở", "Mã đơn vị")


def facility_names() -> Mapping[str, str]:
    """Facilities by code, under the names they bear today; sorted as a dictionary sorts."""
    return names_on(clock.today())


def names_on(day: date) -> dict[str, str]:
    named: dict[str, tuple[str, str]] = {}
    for code, key, *both in FacilityName.objects.in_force(day).values_list(
        "facility__code", "sort_key", "name_vi", "name_en"
    ):
        named[code] = (key, in_language(*both))
    return {code: named[code][1] for code in sorted(named, key=lambda code: named[code])}


def within(
    names: "Mapping[str, StrOrPromise]", places: Iterable[int] | None
) -> "Mapping[str, StrOrPromise]":
    """Those of these facilities; None: all."""
    if places is None:
        return names
    own = set(Facility.objects.filter(pk__in=list(places)).values_list("code", flat=True))
    return {code: name for code, name in names.items() if code in own}


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
    return {code: lazy(in_language, str)(*named[code]) for code in in_order}


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
