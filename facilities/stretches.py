"""Days in a row that nobody looks into, so that what happened on them may be added up beforehand."""

from bisect import bisect_left
from datetime import date

from django.db.models import Case, IntegerField, Value, When
from django.db.models.expressions import Combinable

MOST_STRETCHES = 20  # beyond it asking for each costs more than it saves


class Stretches:
    """Days in a row, numbered: the first up to and with its last day, the last one without an end."""

    def __init__(self, last_days: list[date]) -> None:
        self._last_days = last_days

    def of(self, day: date) -> int:
        return bisect_left(self._last_days, day)

    def expression(self, field: str) -> Combinable:
        """The number as SQL, of the day in a field."""
        whens = [
            When(**{f"{field}__lte": day}, then=Value(number))
            for number, day in enumerate(self._last_days)
        ]
        return Case(*whens, default=Value(len(whens)), output_field=IntegerField())
