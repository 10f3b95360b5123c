"""Choices of columns that many registers share. Asked once per request (`Register.bound`)."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from facilities import clock
from facilities.folding import fold, sort_key
from facilities.models import AreaName, Facility, FacilityName
from facilities.models.places import in_language

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


def codes_by_name() -> Mapping[str, set[str]]:
    """Facilities under every name they have ever borne, in either language, without accents and case."""
    found: dict[str, set[str]] = defaultdict(set)
    for code, *both in FacilityName.objects.known().values_list(
        "facility__code", "name_vi", "name_en"
    ):
        for name in filter(None, both):
            found[fold(name)].add(code)
    return found


def area_names() -> Mapping[str, str]:
    """Areas by code, under the names they bear today; sorted as a dictionary sorts."""
    named = {
        code: (sort_key(vietnamese), in_language(vietnamese, english))
        for code, vietnamese, english in AreaName.objects.in_force(clock.today()).values_list(
            "area__code", "name_vi", "name_en"
        )
    }
    return {code: named[code][1] for code in sorted(named, key=lambda code: named[code])}


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
