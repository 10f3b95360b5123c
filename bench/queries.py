"""How many queries a page and a document take, by the size of the province."""

from collections.abc import Callable

from bench.table import Table
from bench.worlds import Size, Worlds

FACILITY = "f00001"


def table(worlds: Worlds, sizes: list[Size]) -> Table:
    columns = [f"{size.facilities:,} facilities" for size in sizes]
    found = Table("Queries of one answer, by the size of the province", ("", *columns, "yardstick"))
    for backend in ("postgresql", "sqlite"):
        # SQLite gets as many facilities with less to count in each: what is counted are queries.
        counts = [
            worlds.made_up(
                backend,
                size
                if backend == "postgresql"
                else Size(size.facilities, 10 * size.facilities, 12 * size.facilities),
            ).ask("bench.queries:measure")
            for size in sizes
        ]
        for answer in counts[0]:
            row = [count[answer] for count in counts]
            equal = "equal" if len(set(row)) == 1 else "equal: OVER"
            if len(set(row)) > 1:
                found.over.append(f"queries of {answer} on {backend}: {row}")
            found.add(f"{answer}, {backend}", *row, equal)
    found.notes.append("first: after a fact has changed; again: the same a second time")
    return found


def measure() -> dict[str, int]:
    """The queries of each answer, at first and again, in this process's world."""
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from bench.province import COMPARED, LEADER, ON
    from facilities.models import Ledger

    client = Client(headers={"host": "localhost"})
    client.force_login(get_user_model().objects.get(username=LEADER))

    def queries_of(address: str, asked: dict) -> int:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address, asked)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status_code}")
        return len(queries)

    day = {"on": ON, "compare": COMPARED}
    answers: dict[str, Callable[[], int]] = {
        "leader page": lambda: queries_of("/", day),
        "progress JSON": lambda: queries_of("/api/v1/progress/", day),
        "facility page": lambda: queries_of(f"/facilities/{FACILITY}/", day),
        "to be done": lambda: queries_of("/todo/", {"on": ON}),
        "search": lambda: queries_of("/search/", {"q": "tan", "on": ON}),
        "facility JSON": lambda: queries_of(f"/api/v1/facilities/{FACILITY}/progress/", {"on": ON}),
    }
    found = {}
    for name, answer in answers.items():
        Ledger.touch()
        found[f"{name}, first"] = answer()
        found[f"{name}, again"] = answer()
    return found
