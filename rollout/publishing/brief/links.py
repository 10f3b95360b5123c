"""Addresses of the rows behind a value, on the brief's day and as known at its moment."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Links:
    on: date
    known_at: datetime | None = None

    def to(self, name: str, *args: object, **query: str) -> str:
        """`name` without its namespace. `query` narrows the rows, as the page itself would."""
        asked = {"on": self.on.isoformat()}
        if self.known_at:
            asked["known_at"] = self.known_at.isoformat()
        return f"{reverse(f'rollout:{name}', args=args)}?{urlencode(asked | query)}"

    def measure(self, code: str, show: str = "") -> str:
        return self.to("measure", code, **({"show": show} if show else {}))

    def before(self, day: date) -> "Links":
        """The same on another day."""
        return Links(day, self.known_at)
