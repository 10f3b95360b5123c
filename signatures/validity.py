"""How long a certificate may be valid: Decree 68/2024/NĐ-CP."""

from datetime import date

from django.utils.translation import gettext as _

YEARS = {"issued": 5, "renewed": 3}


def years_after(day: date, years: int) -> date:
    """The same day `years` later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def latest_end(kind: str, begins_on: date) -> date | None:
    """The latest lawful `valid_until` of an issue or a renewal that begins on a day; None for other events.

    A renewal begins on the day the old validity ends, so its event carries that day's limit at most.
    """
    return years_after(begins_on, YEARS[kind]) if kind in YEARS else None


def fault_of_end(
    kind: str, happened_on: date | None, valid_until: date | None, old_end: date | None
) -> str:
    """What is wrong with the end of an issue or a renewal, in words; "" if nothing is.

    `old_end`: the end that a renewal extends.
    """
    if kind not in YEARS:
        return ""
    if valid_until is None:
        return _("Give the first day on which it is no longer valid.")
    if happened_on and valid_until <= happened_on:
        return _("It would be valid for no day. The end comes after the day it was given.")
    begins_on = old_end if kind == "renewed" else happened_on
    limit = latest_end(kind, begins_on) if begins_on else None
    if limit and valid_until > limit:
        return _("Decree 68/2024 allows no later end than %(limit)s. Check the certificate.") % {
            "limit": limit.strftime("%d/%m/%Y")
        }
    return ""
