"""Addresses of the rows behind a value, on the brief's day and as known at its moment.

The part behind "#" names what the page counts: the element of that name states the number, and the
rows that make it up say so (`stated` in templatetags/figures.py).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from django.urls import reverse

from rollout.figures.measures import BY_CODE


@dataclass(frozen=True, slots=True)
class Links:
    on: date
    known_at: datetime | None = None
    area: str = ""

    def to(self, name: str, *args: object, counting: str = "", **query: object) -> str:
        """`name` without its namespace. `query` narrows the rows, as the page itself would."""
        asked: dict[str, object] = {"on": self.on.isoformat()}
        if self.known_at:
            asked["known_at"] = self.known_at.isoformat()
        if self.area:
            asked["area"] = self.area
        place = f"#{counting}" if counting else ""
        return f"{reverse(f'rollout:{name}', args=args)}?{urlencode(asked | query)}{place}"

    def measure(self, code: str, show: str = "", counting: str = "facilities") -> str:
        narrowed = {"show": show} if show else {}
        return self.to("measure", code, counting=counting, **narrowed)

    def done(self, code: str, counting: str = "") -> str:
        """What of a measure is done: the facilities that are, or what each of them adds."""
        if BY_CODE[code].unit == "facilities":
            return self.measure(code, "done", counting or "facilities")
        return self.measure(code, counting=counting or "done")

    def total(self, code: str, *, show: str = "") -> str:
        """Out of how many. `show`: "known" where others are not."""
        if BY_CODE[code].unit == "facilities":
            return self.measure(code, show)
        return self.measure(code, counting="total")

    def before(self, day: date) -> "Links":
        """The same on another day."""
        return replace(self, on=day)
