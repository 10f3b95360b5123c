"""How long a certificate may be valid: Decree 68/2024/NĐ-CP."""

from datetime import date

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
