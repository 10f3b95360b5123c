"""What will go away: told by headers with their days (RFC 9745, RFC 8594), and in the description.

A view says so by `deprecated = Deprecated(...)`; nothing else is needed. Nothing is taken away within
version 1 before its `sunset`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.http.response import HttpResponseBase
from django.utils.http import http_date


@dataclass(frozen=True, slots=True)
class Deprecated:
    """`since`: from which day on. `sunset`: the first day without it. `instead`: the address to go to."""

    since: date
    sunset: date | None = None
    instead: str = ""

    def __post_init__(self) -> None:
        if self.sunset is not None and self.sunset <= self.since:
            raise ValueError("What is deprecated ends after that day.")

    def tell(self, response: HttpResponseBase) -> None:
        """Put it on an answer, whatever the answer says."""
        response.headers["Deprecation"] = f"@{_seconds(self.since)}"
        if self.sunset is not None:
            response.headers["Sunset"] = http_date(_seconds(self.sunset))
        if self.instead:
            response.headers["Link"] = f'<{self.instead}>; rel="successor-version"'


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time.min, UTC).timestamp())
