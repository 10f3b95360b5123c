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
def served(world: World) -> Iterator[int]:
    """One gunicorn worker with the product's configuration; yields its port on 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{port}"),
            *("--workers", "1", "--log-level", "warning"),
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


def readers(world: World, count: int) -> list[Reader]:
    return [Reader(**one) for one in world.ask("bench.server:sign_in", count=count)]


def sign_in(count: int) -> list[dict[str, str]]:
    """Make so many leaders and sign them in, without spelling a password."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from bench.province import ON, START
    from facilities.models import ApiToken, Role, RoleAssignment

    found = []
    for n in range(count):
        user = get_user_model().objects.create(username=f"bench-reader-{n}")
        RoleAssignment.objects.create(user=user, role=Role.LEADER, valid_from=START)
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
