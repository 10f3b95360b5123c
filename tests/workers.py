"""Workers that are real processes: each is forked, and may be killed by SIGKILL before any step.

A step is what others could see or wait for: a statement, a COMMIT, opening a mail connection,
handing a mail over, calling another system. What is killed before one step was killed after the one
that went before it, so every place between two steps can be hit.

No thread and no connection of a database stands open when a process is forked.
"""

import gc
import os
import re
import signal
import smtplib
import traceback
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import connection, connections

from rollout.notices.webhooks import calls

ANY = ""
COMMIT, CONNECT, DATA, CALL = "COMMIT", "CONNECT", "DATA", "CALL"
MAIL = rf"{CONNECT}|{DATA}|UPDATE .rollout_message"


class Kill(NamedTuple):
    """Before the so-manieth (from 0) of the steps that begin like this pattern."""

    number: int
    like: str = ANY


class Steps:
    """What a worker has done so far; ends its process at the step that was chosen."""

    def __init__(self, kill: Kill | None):
        self.kill, self.matching, self.taken = kill, 0, []

    def take(self, name: str) -> None:
        if self.kill and re.match(self.kill.like, name):
            if self.matching == self.kill.number:
                os.kill(os.getpid(), signal.SIGKILL)
            self.matching += 1
        self.taken.append(name)

    def watch(self) -> None:
        """For good: the process ends with the work."""
        connection.execute_wrappers.append(self._statement)
        connection._commit = self._before(COMMIT, connection._commit)
        smtplib.SMTP.connect = self._before(CONNECT, smtplib.SMTP.connect)
        smtplib.SMTP.data = self._before(DATA, smtplib.SMTP.data)
        calls._post = self._before(CALL, calls._post)

    def _statement(self, execute, sql, *rest):
        self.take(" ".join(sql.split())[:60])
        return execute(sql, *rest)

    def _before(self, name: str, does: Callable) -> Callable:
        def done(*args, **kwargs):
            self.take(name)
            return does(*args, **kwargs)

        return done


class Worker(NamedTuple):
    pid: int
    pipe: int  # its report, and the end of it when it is gone

    def ended(self, report: str) -> list[str] | None:
        """The steps it took; None when it was killed. Fails with what it failed with."""
        _pid, status = os.waitpid(self.pid, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL, f"ended by signal {os.WTERMSIG(status)}"
            return None
        assert os.WEXITSTATUS(status) == 0, report
        return report.splitlines()


def start(work: Callable[[], Any], kill: Kill | None = None) -> Worker:
    """A process of its own begins to work."""
    connections.close_all()
    reading, writing = os.pipe()
    if pid := os.fork():
        os.close(writing)
        return Worker(pid, reading)
    status = 1
    try:
        gc.disable()  # what was inherited is not this process's to tidy up
        os.close(reading)
        steps = Steps(kill)
        steps.watch()
        report = _report(steps, work)
        status = 0
    except BaseException:
        report = traceback.format_exc()
    finally:
        with open(writing, "w") as pipe:
            pipe.write(report)
        os._exit(status)


def _report(steps: Steps, work: Callable[[], Any]) -> str:
    work()
    connections.close_all()
    return "\n".join(steps.taken)


def join(workers: list[Worker]) -> list[list[str] | None]:
    """Wait for all of them, for work that calls nobody outside."""
    ended = []
    for worker in workers:
        with open(worker.pipe) as pipe:
            report = pipe.read()
        ended.append(worker.ended(report))
    return ended
