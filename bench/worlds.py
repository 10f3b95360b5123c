"""Databases to measure on: each with a province in it, in a process tree of its own.

Nothing that belongs to anybody is touched. On PostgreSQL databases are added to the server that
DATABASE_URL names (a throw-away one without it) and dropped at the end; everything that is
written to files lies in a temporary folder.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg2

from rollout.site import environment
from tests.services import services

ROOT = Path(__file__).resolve().parent.parent


class Size(NamedTuple):
    """How large a province is, or all provinces together, and how many days of facts there are (0: 506)."""

    facilities: int
    certificates: int
    devices: int
    provinces: int = 1
    days: int = 0


@dataclass(frozen=True)
class World:
    """One database, and what the processes that work on it find in their environment."""

    name: str
    environment: dict[str, str]

    @property
    def folder(self) -> Path:
        return Path(self.environment["EMR_VAR"])

    def manage(self, *command: str) -> None:
        """Run a management command."""
        self._run(["manage.py", *command])

    def ask(self, target: str, **arguments):
        """What a function "bench.module:function" returns in a new process of this world."""
        return json.loads(self._run(["-m", "bench.inside", target, json.dumps(arguments)]))

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout


class Worlds:
    """Makes worlds when they are asked for, each once."""

    def __init__(self, folder: Path, found: dict[str, str]):
        self._folder = folder
        self._server = found["DATABASE_URL"]
        self._redis = found["REDIS_URL"]
        self._run = f"bench_{uuid.uuid4().hex[:8]}"
        self._made: dict[tuple, World] = {}
        self._databases: list[str] = []

    def made_up(self, backend: str, size: Size) -> World:
        """A made-up province of that size; `backend`: "sqlite" or "postgresql"."""
        return self.built("bench.province:build", size, backend)

    def built(self, target: str, size: Size, backend: str = "postgresql") -> World:
        """What a function "bench.module:function" builds in a world without facts."""
        if (target, backend, size) not in self._made:
            world = self._copy(backend)
            world.ask(target, **size._asdict())
            self._made[target, backend, size] = world
        return self._made[target, backend, size]

    def bac_giang(self) -> World:
        """The real province, on the embedded default."""
        if ("bac_giang",) not in self._made:
            world = self._copy("sqlite")
            world.manage("load_bacgiang")
            self._made["bac_giang",] = world
        return self._made["bac_giang",]

    def drop(self) -> None:
        with self._administration() as cursor:
            for name in self._databases:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _copy(self, backend: str) -> World:
        """A new world without facts. The first of its kind is migrated, the others are copies of it."""
        first = self._made.get((backend,))
        world = self._new(backend, like=first)
        if first is None:
            world.manage("migrate", "--no-input", "-v", "0")
            self._made[backend,] = world
            world = self._new(backend, like=world)
        return world

    def _new(self, backend: str, *, like: World | None) -> World:
        name = f"{self._run}_{len(list(self._folder.iterdir()))}"
        folder = self._folder / name
        folder.mkdir()
        settings = {
            "EMR_MODE": "local",
            "EMR_VAR": str(folder),
            "REDIS_URL": self._redis,
            "BENCH_RUN": name,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
        }
        if backend == "postgresql":
            template = f"TEMPLATE {like.name}" if like else ""
            with self._administration() as cursor:
                cursor.execute(f"CREATE DATABASE {name} {template}")
            self._databases.append(name)
            settings["DATABASE_URL"] = urlsplit(self._server)._replace(path=f"/{name}").geturl()
        elif like:
            shutil.copy(like.folder / "emr.sqlite3", folder)
        others = {"DATABASE_URL", "EMR_DEMO", "EMR_DEBUG", "EMR_API_RATE"}
        inherited = {key: value for key, value in os.environ.items() if key not in others}
        return World(name, inherited | settings)

    @contextlib.contextmanager
    def _administration(self) -> Iterator["psycopg2.extensions.cursor"]:
        server = environment.database(self._server)
        with contextlib.closing(
            psycopg2.connect(
                dbname=server["NAME"],
                user=server["USER"] or None,
                password=server["PASSWORD"] or None,
                host=server["HOST"] or None,
                port=server["PORT"] or None,
            )
        ) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor


@contextlib.contextmanager
def opened() -> Iterator[Worlds]:
    """Worlds that are gone afterwards."""
    with services() as found, tempfile.TemporaryDirectory(prefix="emr-bench-") as folder:
        worlds = Worlds(Path(folder), found)
        try:
            yield worlds
        finally:
            worlds.drop()
