"""`make run`: the whole product as one process tree, `python -m rollout.site.serve --port 8000`.

Valkey, gunicorn, a Celery worker and a Celery beat are children of this process. They end when
it ends, in whatever way; and when one of them ends by itself, so do the others.
"""

import argparse
import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from rollout.site import embedded

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
REPORT_DAY = "2025-05-21"
DEFAULTS = {"EMR_DEMO": "1", "EMR_TODAY": REPORT_DAY}
"""What the environment does not say. An empty EMR_TODAY does say something: the real day."""
EMPTY_DEFAULTS = {"EMR_DEMO": "1", "EMR_TODAY": ""}
"""The same without the sample."""


class Stopped(Exception):
    """Somebody asked this process to end (Ctrl-C, SIGTERM, a closed terminal)."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the whole product on this machine.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--empty", action="store_true", help="without the sample")
    asked = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        with contextlib.ExitStack() as stack:
            run(asked.port, stack, empty=asked.empty)
    except Stopped:
        print("\nStopped.", flush=True)
    except embedded.NotStarted as error:
        print(f"Not started: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


def run(port: int, stack: contextlib.ExitStack, *, empty: bool = False) -> None:
    """Start everything, then wait until Stopped or NotStarted; ``stack`` ends the children.

    `empty`: without the sample, in a folder of its own.
    """
    usual = ROOT / "var" / "empty" if empty else ROOT / "var"
    var = Path(os.environ.get("EMR_VAR") or usual).expanduser().resolve()
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    stack.enter_context(only_one(var / "run.lock"))
    require_free(port)

    environment = (EMPTY_DEFAULTS if empty else DEFAULTS) | os.environ | {"EMR_VAR": str(var)}
    if not environment.get("EMR_SITE_URL"):
        environment["EMR_SITE_URL"] = address(port)
    if not environment.get("REDIS_URL"):
        environment["REDIS_URL"] = stack.enter_context(embedded.valkey(var))
    manage(["prepare", "--since", REPORT_DAY, *(["--empty"] if empty else [])], environment)

    celery = [sys.executable, "-m", "celery", "--app", "rollout", "--quiet"]
    web = [sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{port}", "--log-level", "warning"]
    worker = [*celery, "worker", "--concurrency", "1", "--loglevel", "warning", "--hostname"]
    worker += ["worker@localhost", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel", "warning", "--pidfile="]
    # Celery warns root of pickled messages; ours are JSON only.
    environment["PYTHONWARNINGS"] = "ignore:You're running the worker with superuser"
    children = {"web server": stack.enter_context(child(web, environment))}
    embedded.wait_until(lambda: answers(port), children["web server"], "web server")
    # Only now: whoever waits for the first page should not wait for these as well.
    for name, command in (("worker", worker), ("beat", beat)):
        children[name] = stack.enter_context(child(command, environment))
    announce(port, environment["EMR_TODAY"], empty=empty)
    watch(children)


def _stop(_number: int, _frame: FrameType | None) -> None:
    # Once is enough: an impatient second Ctrl-C must not interrupt the tidying up.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold a lock that the system drops with this process, so that a crash leaves none behind."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise embedded.NotStarted(
                f"it is already running with the data in {path.parent}. Stop that one, or give "
                "this one another folder: make run EMR_VAR=/some/folder PORT=8001"
            ) from None
        yield


def require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise embedded.NotStarted(
                f"port {port} cannot be used ({error.strerror}). Choose another: "
                f"make run PORT={port + 1}"
            ) from None


def manage(command: list[str], environment: dict[str, str]) -> None:
    """Run one management command to its end."""
    with child([sys.executable, str(ROOT / "manage.py"), *command], environment) as process:
        if process.wait() != 0:
            raise embedded.NotStarted(f"`manage.py {command[0]}` failed, see above")


@contextlib.contextmanager
def child(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    # Its own session: Ctrl-C reaches only this process, which then ends the children in turn.
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        preexec_fn=embedded.die_with_parent,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        embedded.stop(process)


def answers(port: int) -> bool:
    """Whether the web server answers: a redirect to the sign-in page does, a fault does not."""
    try:
        urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=30).close()
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
    return True


def address(port: int) -> str:
    return f"http://{HOST}:{port}"


def announce(port: int, today: str, *, empty: bool = False) -> None:
    site = address(port)
    day = f"?on={REPORT_DAY}" if today != REPORT_DAY and not empty else ""
    first = (
        "Start, from nothing                   "
        if empty
        else "The province on the day of the report "
    )
    print(
        f"""
  {first}  {site}/{day}
  Administration: progress, alerts, jobs  {site}/admin/
  REST API, to read and to try            {site}/api/docs/

  The demo sign-ins are listed above. Ctrl-C stops everything.
""",
        flush=True,
    )


def watch(children: dict[str, subprocess.Popen]) -> None:
    """Wait until a child ends by itself, which none of them should."""
    while True:
        for name, process in children.items():
            if process.poll() is not None:
                raise embedded.NotStarted(
                    f"the {name} ended with code {process.returncode}, see above"
                )
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
