"""Cached answers against a constant of the same size, on the same server process."""

import contextlib
import http.client
import time
from dataclasses import dataclass
from statistics import median

from bench.server import HOST, Reader, readers, served
from bench.table import Table
from bench.worlds import Size, Worlds

YARDSTICK = 3
READERS = 40  # the API counts requests by reader: so many keep below its limit
ROUNDS = 60
DAY = "on=2025-05-21&compare=2025-02-18"


@dataclass(frozen=True)
class Pair:
    """An answer of the product, and the constant one it is held against (`bench.constant`)."""

    name: str
    product: str
    constant: str


PAGE = Pair("page", f"/?{DAY}", "/bench/page/")
DOCUMENT = Pair("document", f"/api/v1/progress/?{DAY}", "/api/bench/document/")


class Client:
    """One connection that is kept."""

    def __init__(self, port: int, seats: list[Reader]):
        self._connection = http.client.HTTPConnection(HOST, port, timeout=120)
        self._seats = seats

    def get(
        self, address: str, turn: int, **headers: str
    ) -> tuple[float, http.client.HTTPResponse, bytes]:
        """Milliseconds, response and body of a request, made by the reader whose turn it is."""
        reader = self._seats[turn % len(self._seats)]
        who = (
            {"Authorization": f"Bearer {reader.key}"}
            if address.startswith("/api/")
            else {"Cookie": reader.cookie}
        )
        started = time.perf_counter()
        self._connection.request("GET", address, headers=who | headers)
        response = self._connection.getresponse()
        body = response.read()
        took = (time.perf_counter() - started) * 1000
        if response.status not in (http.HTTPStatus.OK, http.HTTPStatus.NOT_MODIFIED):
            raise RuntimeError(f"{address} answered {response.status}")
        return took, response, body

    def close(self) -> None:
        self._connection.close()


def table(worlds: Worlds, size: Size) -> Table:
    found = Table(
        f"Cached answers for {size.facilities:,} facilities against a constant of the same size",
        ("", "kB sent", "constant, ms", "product, ms", "ratio", "yardstick"),
    )
    world = worlds.made_up("postgresql", size)
    seats = readers(world, READERS)
    with served(world) as port, contextlib.closing(Client(port, seats)) as client:
        for pair in (PAGE, DOCUMENT):
            took, first, body = client.get(pair.product, 0, **{"Accept-Encoding": "identity"})
            found.notes.append(f"first {pair.name}, computed and drawn: {took / 1000:.1f} s")
            (world.folder / pair.name).write_bytes(body)
            for coding in ("identity", "gzip"):
                _compare(found, client, pair, coding, **{"Accept-Encoding": coding})
            tag = first.headers["ETag"]
            if tag:
                known = {"Accept-Encoding": "gzip", "If-None-Match": tag}
                _compare(found, client, pair, "304", **known)
    found.notes += [
        "gunicorn with the product's configuration, one worker, Redis cache; medians of "
        f"{ROUNDS} requests in turns on one kept connection, by {READERS} readers in turn",
        "constant: the same middleware and sign-in, the same bytes from memory, nothing else",
    ]
    return found


def _compare(found: Table, client: Client, pair: Pair, told: str, **headers: str) -> None:
    sent, pairs = 0, []
    for turn in range(-3, ROUNDS):  # the first ones warm up
        constant, _response, _body = client.get(pair.constant, turn, **headers)
        product, _response, body = client.get(pair.product, turn, **headers)
        sent = len(body)
        if turn >= 0:
            pairs.append((constant, product))
    constant, product = median(c for c, _p in pairs), median(p for _c, p in pairs)
    ratio, name = product / constant, f"{pair.name}, {told}"
    verdict = found.judge(f"cached {name}", ratio, YARDSTICK)
    found.add(name, sent / 1000, constant, product, ratio, verdict)
