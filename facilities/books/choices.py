"""Choices of columns that many books share. Asked once per request (`Book.bound`)."""

from collections.abc import Callable, Mapping
from datetime import date

from django.utils import timezone

from facilities.models import Facility, FacilityName
from facilities.models.places import in_language


def facility_names() -> Mapping[str, str]:
    """Facilities by code, under the names they bear today; sorted as a dictionary sorts."""
    return names_on(timezone.localdate())


def names_on(day: date) -> dict[str, str]:
    named: dict[str, tuple[str, str]] = {}
    for code, key, *both in FacilityName.objects.in_force(day).values_list(
        "facility__code", "sort_key", "name_vi", "name_en"
    ):
        named[code] = (key, in_language(*both))
    return {code: named[code][1] for code in sorted(named, key=lambda code: named[code])}


def facilities_by_code(codes: set[str]) -> Mapping[str, Facility]:
    return Facility.objects.in_bulk(list(codes), field_name="code")


def labels(choices) -> Callable[[], Mapping[str, str]]:
    """The choices of a `TextChoices` class, for a column."""
    return lambda: dict(choices.choices)
