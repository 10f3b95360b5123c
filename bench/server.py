"""The product as gunicorn serves it, and readers who are signed in to it."""

import contextlib
import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from bench.worlds import ROOT, World
from rollout.site import embedded

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Reader:
    """A leader: with a session for pages, with a key for the API."""

    session: str
    key: str

    @property
    def cookie(self) -> str:
        return f"sessionid={self.session}"


@contextlib.contextmanager
def served(world: World, workers: int = 1) -> Iterator[int]:
    """So many gunicorn workers with the product's configuration; yields the port on 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{port}"),
            *("--workers", str(workers), "--log-level", "warning"),
        ],
        cwd=ROOT,
        env=world.environment,
        preexec_fn=embedded.die_with_parent,
        start_new_session=True,
    )
    try:
        embedded.wait_until(lambda: _answers(port), process, "web server")
        yield port
    finally:
        embedded.stop(process)


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection(HOST, port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False


def readers(world: World, count: int, role: str = "leader", area: str = "") -> list[Reader]:
    asked = {"count": count, "role": role, "area": area}
    return [Reader(**one) for one in world.ask("bench.server:sign_in", **asked)]


def sign_in(count: int, role: str, area: str) -> list[dict[str, str]]:
    """Make so many people and sign them in, without spelling a password. `area`: its code; empty: of all."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from bench.province import ON, START
    from facilities.models import ApiToken, Area, RoleAssignment

    found, place = [], Area.objects.get(code=area) if area else None
    for n in range(count):
        name = f"bench-{role}-{area}-{n}"
        user, _made = get_user_model().objects.get_or_create(username=name)
        RoleAssignment.objects.get_or_create(
            user=user, role=role, area=place, defaults={"valid_from": START}
        )
        client = Client(headers={"host": "localhost"})
        client.force_login(user)
        _token, key = ApiToken.make(
            user=user,
            label="bench",
            expires_on=ON.replace(year=2099),
            scope=ApiToken.Scope.PROGRESS,
        )
        found.append({"session": client.cookies["sessionid"].value, "key": key})
    return found
