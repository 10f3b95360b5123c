"""`make run` as a person meets it: it comes up, says where to look, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.journey

PATIENCE = 120
"""Seconds to migrate, load the province and answer, on a busy machine."""


class Product:
    """A running `python -m rollout.site.serve` with data of its own."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "data"
        self.log = folder / "log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        outside = {"REDIS_URL", "DATABASE_URL", "DJANGO_SETTINGS_MODULE", "EMR_TODAY"}
        self.environment = {key: os.environ[key] for key in os.environ.keys() - outside}
        self.environment["EMR_VAR"] = str(self.var)
        self.started: list[subprocess.Popen] = []

    def start(self) -> subprocess.Popen:
        with self.log.open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "rollout.site.serve", "--port", str(self.port)],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.started.append(process)
        return process

    def end(self) -> None:
        """Stop what a failed test left running."""
        for process in self.started:
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE)

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while text not in self.log.read_text():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.2)

    def processes(self) -> set[str]:
        """Commands of the processes that work on this data.

        Linux tells a process's environment; Valkey writes its title over it, with its socket, and so
        does gunicorn where setproctitle is installed: that one is known by whose child it is.
        """
        found, parents, commands = set(), {}, {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_text().replace("\0", " ")
                known = command.encode() + (process / "environ").read_bytes()
                parents[process.name] = (process / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue  # it ended meanwhile, or is somebody else's
            commands[process.name] = command
            if str(self.var).encode() in known:
                found.add(process.name)
        while further := {pid for pid, of in parents.items() if of in found} - found:
            found |= further
        return {commands[pid] for pid in found}

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def gone(self) -> bool:
        deadline = time.monotonic() + 20
        while (self.processes() or self.answers()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return not self.processes() and not self.answers()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kept from test to test: the province is loaded once, and each start meets old data."""
    return tmp_path_factory.mktemp("serve")


@pytest.fixture
def product(folder: Path) -> Iterator[Product]:
    product = Product(folder)
    yield product
    product.end()
    assert product.gone(), product.processes()


def test_it_runs_refuses_a_second_one_and_ends_cleanly(product):
    running = product.start()
    product.wait_for("Ctrl-C stops everything")
    assert f"http://127.0.0.1:{product.port}/\n" in product.log.read_text()
    with urllib.request.urlopen(f"http://127.0.0.1:{product.port}/") as page:
        assert page.status == 200
        assert "dữ liệu mẫu, ngày 21/05/2025" in page.read().decode()
    commands = " ".join(product.processes())
    assert not [
        part for part in ("valkey", "gunicorn", " worker ", " beat ") if part not in commands
    ]

    second = subprocess.run(
        [sys.executable, "-m", "rollout.site.serve", "--port", str(product.port)],
        cwd=settings.BASE_DIR,
        env=product.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert second.returncode == 1
    assert "already running" in second.stderr

    running.send_signal(signal.SIGINT)
    assert running.wait(PATIENCE) == 0
    assert not list(product.var.glob("*.sock"))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a killed parent")
def test_a_crash_leaves_no_process_and_does_not_hinder_the_next_start(product):
    crashed = product.start()
    product.wait_for("Ctrl-C stops everything")
    crashed.kill()
    crashed.wait()
    assert product.gone(), product.processes()

    again = product.start()
    product.wait_for("Ctrl-C stops everything")
    again.terminate()
    assert again.wait(PATIENCE) == 0


def test_a_port_in_use_is_said_at_once(product):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", product.port))
        taken.listen()
        refused = product.start()
        assert refused.wait(PATIENCE) == 1
    assert f"make run PORT={product.port + 1}" in product.log.read_text()
