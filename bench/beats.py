"""Signs of life against a view that does nothing, on the same server process, and 1,400 of them a minute."""

import contextlib
import http.client
import time
from statistics import median

from bench.server import HOST, served
from bench.table import Table
from bench.worlds import Size, Worlds

MOST_TIMES = 2  # of what a bare view takes: half its requests a second
ROUNDS = 400
GATEWAYS = 1_400
BUSY = 0.05  # of one core


def table(worlds: Worlds, size: Size) -> Table:
    found = Table("A beat against a bare view", ("", "ms", "ratio", "yardstick"))
    world = worlds.made_up("postgresql", size)
    secret = world.ask("bench.beats:gateway")
    with served(world) as port:
        link = http.client.HTTPConnection(HOST, port, timeout=60)
        with contextlib.closing(link):
            bare, beat = [], []
            for _round in range(ROUNDS):  # by turns, so that a busy machine slows both
                bare.append(_ask(link, "/bench/bare/"))
                beat.append(_ask(link, f"/beat/{secret}?sent=12&errors=0"))
    ratio = median(beat) / median(bare)
    share = GATEWAYS * median(beat) / 60_000
    found.add("bare view", median(bare), "", "")
    found.add("beat", median(beat), ratio, found.judge("a beat, in bare views", ratio, MOST_TIMES))
    found.add("a core with 1,400 a minute", "", share, found.judge("their share", share, BUSY))
    return found


def _ask(link: http.client.HTTPConnection, address: str) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    link.request("GET", address)
    response = link.getresponse()
    response.read()
    if response.status >= http.HTTPStatus.BAD_REQUEST:
        raise RuntimeError(f"{address} answered {response.status}")
    return (time.perf_counter() - started) * 1000


def gateway() -> str:
    """Issue an address in the world that is asked; returns its secret."""
    from connectivity.gateways import issue
    from connectivity.models import Partner
    from facilities.models import Facility, User

    partner = Partner.objects.order_by("pk").first()
    facility = Facility.objects.order_by("pk").first()
    by = User.objects.order_by("pk").first()
    _made, secret = issue(facility=facility, partner=partner, by=by, because="bench")
    return secret
