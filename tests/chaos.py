"""What the product loses when its machines fail: `python -m tests.chaos [--minutes 1] [--officers 8]`.

A real PostgreSQL, a Redis-protocol server, gunicorn, a Celery worker and a beat are started, Bac Giang
is loaded, and officers send forms and papers to their pages without a pause. Meanwhile processes are
killed by SIGKILL at any moment, PostgreSQL is ended at once and started anew or its standby takes over,
the broker goes with all that it holds, the disk of the papers is full, the mail server is away or slow,
every job is delivered twice, a worker lives in tomorrow, a backup is cut short. An officer who gets no
answer sends the same form again, as people do. In the end everything that was accepted must be there,
once and whole.
"""

import argparse
import contextlib
import http.client
import io
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from rollout.site import embedded
from tests import services
from tests.failing import Database, Disk, PostOffice

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
TODAY = "2025-05-21"
TOKEN = "c" * 32  # of the forms: the same in the cookie and in the field
PATIENCE = 60  # seconds until whoever does not recover is given up
BROKER_AWAY = 8  # seconds
KEPT = {"synchronous_commit": "on"}  # what is accepted survives the end of the server


# --- The machines -----------------------------------------------------------------------------


class Process:
    """A part of the product in a session of its own, started again as a supervisor would."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]):
        self.name, self.command, self.environment = name, command, environment
        self.lock = threading.Lock()
        self.ended_itself: list[int] = []  # with which codes
        self.start()

    def start(self) -> None:
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self.process = subprocess.Popen(
            [sys.executable, *self.command],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            preexec_fn=embedded.die_with_parent,
            start_new_session=True,
        )

    def kill(self) -> None:
        """SIGKILL to it and all its children, and a new one."""
        with self.lock:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.start()

    def watch(self, until: threading.Event) -> None:
        """Start it anew where it has ended by itself, as systemd does by the units in deploy/."""
        while not until.wait(1):
            with self.lock:
                if (code := self.process.poll()) is not None:
                    self.ended_itself.append(code)
                    print(f"{self.name} ended by itself:\n{self.last_words()}", file=sys.stderr)
                    self.start()

    def kill_a_child(self) -> None:
        """SIGKILL to one of its children; it makes another itself."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        for child in random.sample(children.split(), k=min(1, len(children.split()))):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)

    def last_words(self) -> str:
        self.log.seek(0)
        return self.log.read()[-3000:].decode(errors="replace")

    def stop(self) -> None:
        embedded.stop(self.process)


class Broker:
    """The Redis-protocol server: ended, it forgets everything."""

    def __init__(self, folder: Path):
        self.folder, self.stack = folder, contextlib.ExitStack()
        self.url = self.stack.enter_context(embedded.valkey(folder))

    def away(self, seconds: float) -> None:
        self.stack.close()
        time.sleep(seconds)
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(embedded.valkey(self.folder))


# --- The officers -----------------------------------------------------------------------------


@dataclass
class Write:
    """One form: what it says, and how often it had to be sent."""

    change_set: str
    path: str
    fields: dict[str, str]
    cell: str
    value: str
    paper: bytes = b""
    sent: int = 0
    status: int = 0
    said: str = ""  # why it was refused


@dataclass
class Officer:
    """Sends one form after the other; `accepted` are those the product has said yes to."""

    session: str
    facility_id: int
    port: int
    day: str = ""  # that stands in the cell, as far as the officer knows
    has_cells: bool = True  # else a colleague writes them, and this one adds people
    accepted: list[Write] = field(default_factory=list)
    refused: list[Write] = field(default_factory=list)
    open: Write | None = None  # sent, and nobody knows what became of it

    def work(self, until: threading.Event) -> None:
        number = 0
        while not until.is_set():
            number += 1
            self.settle(self._next(number), until)

    def settle(self, write: Write, until: threading.Event | None = None) -> None:
        """Send it until there is an answer; what is left open in the end is sent again later."""
        begun = time.monotonic()
        self.open = write
        while time.monotonic() - begun < PATIENCE:
            write.sent += 1
            with contextlib.suppress(OSError, http.client.HTTPException):
                write.status = self._post(write)
                if write.status in (302, 400, 409):
                    self.open = None
                    (self.accepted if write.status == 302 else self.refused).append(write)
                    if write.status == 302 and write.cell == "account":
                        self.day = write.value
                    return
            if until is not None and until.is_set():
                return
            time.sleep(0.2)

    def _next(self, number: int) -> Write:
        key, common = str(uuid.uuid4()), {"csrfmiddlewaretoken": TOKEN, "because": "theo văn bản"}
        common["change_set"] = key
        if number % 3 == 0 or not self.has_cells:
            name = f"Nguyễn Văn {key[:8]}"
            return Write(
                key, "/my/staff/new/", common | {"name": name, "duty": "doctor"}, "name", name
            )
        days = (date(2024, 10, 2) + timedelta(n) for n in range(60))
        # Now and then it is taken back, so that figures move.
        chosen = ["" if d.day % 3 == 0 else d.isoformat() for d in days]
        day = random.choice([d for d in chosen if d != self.day])
        cells = {"account": day, "seen-account": self.day, "because-account": "theo văn bản"}
        path = f"/my/connections/{self.facility_id}/?cells=account"
        paper = a_paper() if number % 2 else b""
        return Write(key, path, common | cells, "account", day, paper)

    def _post(self, write: Write) -> int:
        link = http.client.HTTPConnection(HOST, self.port, timeout=20)
        with contextlib.closing(link):
            body, kind = as_sent(write)
            headers = {
                "Cookie": f"sessionid={self.session}; csrftoken={TOKEN}",
                "Content-Type": kind,
            }
            link.request("POST", write.path, body, headers)
            answer = link.getresponse()
            text = answer.read().decode(errors="replace")
            write.said = " ".join(
                re.findall(r'class="(?:alarm|errorlist)[^>]*>(.*?)</', text, re.S)
            )
            if answer.status == 302 and "/sign-in/" in answer.headers["Location"]:
                return 401  # a session that is away for a moment
            return answer.status


def a_paper() -> bytes:
    """A photograph of some 60 kB that is nobody else's."""
    from PIL import Image

    found = io.BytesIO()
    Image.frombytes("RGB", (100, 200), random.randbytes(60_000)).save(found, "PNG")
    return found.getvalue()


def as_sent(write: Write) -> tuple[bytes, str]:
    """Body and content type of a form, with its paper if it has one."""
    if not write.paper:
        return urlencode(write.fields).encode(), "application/x-www-form-urlencoded"
    edge = f"edge-{write.change_set}"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in write.fields.items()
    ]
    head = 'Content-Disposition: form-data; name="file"; filename="van-ban.png"'
    parts.append(f"--{edge}\r\n{head}\r\nContent-Type: image/png\r\n\r\n")
    body = "".join(parts).encode() + write.paper + f"\r\n--{edge}--\r\n".encode()
    return body, f"multipart/form-data; boundary={edge}"


# --- One run ----------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def answers(port: int, path: str = "/healthz") -> bool:
    try:
        link = http.client.HTTPConnection(HOST, port, timeout=10)
        with contextlib.closing(link):
            link.request("GET", path)
            return link.getresponse().status in (200, 302)
    except (OSError, http.client.HTTPException):
        return False


def seconds_until(ready: Callable[[], bool]) -> float:
    begun = time.monotonic()
    while not ready():
        if time.monotonic() - begun > PATIENCE:
            return float("inf")
        time.sleep(0.1)
    return time.monotonic() - begun


def run(minutes: float, facts: int, how_many: int, seed: int, only: str) -> int:
    random.seed(seed)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="emr-chaos-")))
        url = stack.enter_context(services.postgres(**KEPT))
        database = Database(url)
        stack.callback(database.stop)
        disk, post = Disk(folder / "documents"), PostOffice()
        stack.callback(disk.close)
        stack.callback(post.close)
        broker = Broker(folder)
        stack.callback(lambda: broker.stack.close())
        port = free_port()
        os.environ |= {
            "DATABASE_URL": database.url,
            "EMR_MAIL_URL": f"smtp://{HOST}:{post.port}",
            "REDIS_URL": broker.url,
            "EMR_VAR": str(folder),
            "EMR_DEMO": "1",
            "EMR_TODAY": TODAY,
            "EMR_MODE": "local",
            "EMR_SITE_URL": f"http://{HOST}:{port}",
            "EMR_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "rollout.settings",
            "PYTHONWARNINGS": "ignore",
        }
        environment = dict(os.environ)
        subprocess.run(
            [sys.executable, "manage.py", "prepare", "--since", TODAY],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        celery = ["-m", "celery", "--app", "rollout", "--quiet"]
        gunicorn = ["-m", "gunicorn", "--bind", f"{HOST}:{port}", "--log-level", "error"]
        quiet = ["--without-gossip", "--without-mingle", "--loglevel", "error"]
        web = Process("web", [*gunicorn, "--workers", "2"], environment)
        worker = Process("worker", [*celery, "worker", "--concurrency", "2", *quiet], environment)
        beat = Process("beat", [*celery, "beat", "--pidfile=", "--loglevel", "error"], environment)
        for process in (web, worker, beat):
            stack.callback(process.stop)
        embedded.wait_until(lambda: answers(port), web.process, "web server")
        import django

        django.setup()
        officers = made_officers(how_many, port)
        until = threading.Event()
        threads = [threading.Thread(target=o.work, args=(until,), daemon=True) for o in officers]
        for thread in threads:
            thread.start()

        faults = the_faults(web, worker, beat, database, broker, port)
        faults += more_faults(worker, database, disk, post, folder, port)
        faults = [fault for fault in faults if only in fault[0]]
        over = threading.Event()
        for process in (web, worker, beat):
            threading.Thread(target=process.watch, args=(over,), daemon=True).start()
        stack.callback(over.set)
        end, recovered = time.monotonic() + minutes * 60, list[tuple[str, float]]()

        def is_over() -> bool:
            written = sum(len(officer.accepted) for officer in officers)
            return time.monotonic() >= end or bool(facts and written >= facts)

        while not is_over():
            for name, harm, ready in random.sample(faults, k=len(faults)):
                time.sleep(random.uniform(0.5, 2.0))
                harm()
                recovered.append((name, seconds_until(ready)))
                if is_over():
                    break
        until.set()
        for thread in threads:
            thread.join(PATIENCE)
        for officer in officers:
            if officer.open:
                officer.settle(officer.open)
        mail_settled()
        status = told(officers, post, folder, recovered, seconds_until_settled())
        for process in (web, worker, beat):
            if process.ended_itself:
                codes = ", ".join(map(str, process.ended_itself))
                print(f"{process.name} ended by itself and was started anew (code {codes})")
        if status:
            for process in (web, worker, beat):
                print(f"--- {process.name} said last:\n{process.last_words()}", file=sys.stderr)
        return status


def the_faults(
    web: Process, worker: Process, beat: Process, database: Database, broker: Broker, port: int
) -> list[tuple[str, Callable[[], None], Callable[[], bool]]]:
    """Name, what is done, and by what one sees that it is over."""

    def page() -> bool:
        return answers(port, "/sign-in/")

    def job() -> bool:
        """A job that is sent now is done."""
        from django.db import close_old_connections, connection

        from rollout.models import JobRun
        from rollout.schedule import CALL
        from rollout.sending import send

        try:
            close_old_connections()
            known = JobRun.objects.filter(job=CALL, ended_at__isnull=False).count()
            send(CALL)
            begun = time.monotonic()
            while time.monotonic() - begun < 5:
                if JobRun.objects.filter(job=CALL, ended_at__isnull=False).count() > known:
                    return True
                time.sleep(0.2)
        except Exception:
            connection.close()
        return False

    def twice() -> None:
        from rollout.schedule import LABELS
        from rollout.sending import send

        for name in LABELS:
            for _time in range(2):
                with contextlib.suppress(Exception):
                    send(name)

    return [
        ("web killed", web.kill, page),
        ("a web process killed", web.kill_a_child, page),
        ("worker killed", worker.kill, job),
        ("a worker process killed", worker.kill_a_child, job),
        ("beat killed", beat.kill, lambda: beat.process.poll() is None),
        ("PostgreSQL ended at once", database.restart, page),
        (f"broker away for {BROKER_AWAY} s", lambda: broker.away(BROKER_AWAY), page),
        ("every job delivered twice", twice, job),
    ]


KEY = "emr-key.txt"  # opens the backups


def more_faults(
    worker: Process, database: Database, disk: Disk, post: PostOffice, folder: Path, port: int
) -> list[tuple[str, Callable[[], None], Callable[[], bool]]]:
    """Those of the machines beside: standby, disk, mail, clock, backup."""
    (backups := folder / "backups").mkdir()
    key = manage(worker.environment, "backup_key", str(folder / KEY))
    reader = re.search(r"age1\w+", key.stdout).group()

    def page() -> bool:
        return answers(port, "/sign-in/")

    def mail(harm: Callable[[float], None]) -> None:
        from django.db import connection
        from django.utils import timezone

        from facilities.models import User
        from rollout.notices.outbox import trial_message
        from rollout.schedule import REMIND
        from rollout.sending import send

        connection.close()  # what it was connected to may have ended
        for person in User.objects.filter(username__startswith="chaos-")[:4]:
            trial_message(person=person, now=timezone.now())
        with contextlib.suppress(Exception):
            send(REMIND)
        harm(6)

    def tomorrow() -> None:
        """A worker whose clock is a day ahead takes jobs for a while, alone."""
        day = (date.fromisoformat(TODAY) + timedelta(1)).isoformat()
        command = ["-m", "tests.in_tomorrow", *worker.command[1:]]
        os.kill(worker.process.pid, signal.SIGSTOP)
        ahead = Process("worker in tomorrow", command, worker.environment | {"EMR_TODAY": day})
        try:
            from rollout.schedule import COMPUTE_PROGRESS, RAISE_ALERTS, REMIND
            from rollout.sending import send

            for name in (RAISE_ALERTS, COMPUTE_PROGRESS, REMIND):
                with contextlib.suppress(Exception):
                    send(name)
            time.sleep(12)
        finally:
            ahead.stop()
            os.kill(worker.process.pid, signal.SIGCONT)

    def cut_short() -> None:
        """The power fails in the midst of a backup: it, and the database, end at once."""
        told = {"EMR_BACKUP_TO": str(backups), "EMR_BACKUP_FOR": reader}
        process = Process("backup", ["manage.py", "backup"], worker.environment | told)
        time.sleep(random.uniform(1.5, 6))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.process.pid, signal.SIGKILL)
        process.process.wait()
        database.restart()

    found = [
        ("standby takes over", database.fail_over, page),
        ("mail server away", lambda: mail(post.away), page),
        ("mail server slow", lambda: mail(post.slow), page),
        ("a worker in tomorrow", tomorrow, page),
        ("power fails in a backup", cut_short, page),
    ]
    if disk.is_own:
        found.append(("disk of papers full", lambda: disk.fill(5), page))
    else:
        print("the disk of the papers is not filled: this user may not mount one")
    return found


def manage(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )


def made_officers(how_many: int, port: int) -> list[Officer]:
    """Accounts of as many facilities, signed in; each writes into its own alone."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.cached_db import SessionStore

    from connectivity.models import ConnectionStep
    from facilities.models import Facility, Role, User

    places = list(Facility.objects.filter(code__startswith="bg-").order_by("code")[:17])
    officers = []
    for number in range(how_many):
        turn, which = divmod(number, len(places))
        place = places[which]
        name = f"chaos-{place.code}-{turn}"
        user = User.objects.create(username=name, email=f"{name}@example.vn")
        user.assignments.create(role=Role.OFFICER, facility=place, valid_from=date(2024, 1, 1))
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "rollout.site.sign_in.PasswordBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        stands = ConnectionStep.objects.known().filter(facility=place, step="account").first()
        day = stands.happened_on.isoformat() if stands else ""
        officers.append(Officer(session.session_key, place.pk, port, day, has_cells=not turn))
    return officers


def seconds_until_settled() -> float:
    """Until the jobs that follow the last write have run."""
    from django.db import connection
    from django.utils import timezone

    from rollout.models import JobRun
    from rollout.schedule import COMPUTE_PROGRESS, RAISE_ALERTS
    from rollout.sending import send

    connection.close()
    now, wanted = timezone.now(), (COMPUTE_PROGRESS, RAISE_ALERTS)
    for name in wanted:
        send(name)

    def done() -> bool:
        runs = JobRun.objects.filter(started_at__gte=now, ended_at__isnull=False, error="")
        return set(runs.values_list("job", flat=True)) >= set(wanted)

    return seconds_until(done)


def mail_settled() -> None:
    """What was refused for a while is not waited for: it goes out now."""
    from django.utils import timezone

    from rollout.models import Message
    from rollout.schedule import REMIND
    from rollout.sending import send

    waiting = Message.objects.waiting().filter(begun_at=None)
    waiting.update(not_before=timezone.now())
    send(REMIND)
    seconds_until(lambda: not waiting.exists())


# --- What is counted --------------------------------------------------------------------------


def told(
    officers: list[Officer],
    post: PostOffice,
    folder: Path,
    recovered: list[tuple[str, float]],
    settled: float,
) -> int:
    """Print what was found; the status to end with."""
    counts = counted(officers) | counted_beside(officers, post, folder)
    sent = [w for o in officers for w in (*o.accepted, *o.refused)]
    print(f"{sum(len(o.accepted) for o in officers):6}  writes accepted")
    print(f"{sum(w.sent > 1 for w in sent):6}  of all had to be sent again")
    print(f"{sum(len(o.refused) for o in officers):6}  refused")
    print(f"{sum(o.open is not None for o in officers):6}  never answered")
    for said, times in Counter(w.said[:200] for o in officers for w in o.refused).most_common(3):
        print(f"{times:12}  {said}")
    for name, count in counts.items():
        print(f"{count:6}  {name}")
    print("\nseconds to recover     times  median   worst")
    for name in dict.fromkeys(name for name, _seconds in recovered):
        took = sorted(seconds for other, seconds in recovered if other == name)
        print(f"{name:24} {len(took):3}  {took[len(took) // 2]:6.1f}  {took[-1]:6.1f}")
    print(f"{'jobs after the last write':24}      {settled:6.1f}")
    worst = max((seconds for _name, seconds in recovered), default=0.0)
    is_well = not any(counts.values()) and max(worst, settled) < PATIENCE
    print("\nnothing lost, doubled or wrong" if is_well else "\nNOT WELL")
    return 0 if is_well else 1


def counted(officers: list[Officer]) -> dict[str, int]:
    """What must be nought, by name."""
    from django.core.cache import cache
    from django.db.models import Count

    from connectivity.models import ConnectionStep
    from facilities import access_log
    from facilities.as_of import AsOf
    from facilities.models import ChangeSet, Edit
    from rollout.figures.progress import progress
    from rollout.figures.snapshots import rows_of
    from rollout.models import Alert, Message, Notice, ProgressSnapshot
    from rollout.notices.alerts import alerts_due
    from signatures.models import StaffMember

    on = date.fromisoformat(TODAY)
    lost, half, unasked = 0, 0, 0
    ours = ChangeSet.objects.filter(by__username__startswith="chaos-")
    stored = {str(pk) for pk in ours.values_list("pk", flat=True)}
    asked = set()
    for officer in officers:
        for write in officer.accepted:
            asked.add(write.change_set)
            cells = Edit.objects.filter(change_set=write.change_set)
            lost += write.change_set not in stored
            # A new row has a line of its own besides its cells.
            wanted_cells = {"", "name", "duty"} if write.cell == "name" else {write.cell}
            written = set(cells.values_list("column", flat=True))
            half += write.change_set in stored and not (written and written <= wanted_cells)
            if write.cell == "name":
                lost += StaffMember.objects.filter(name=write.value).count() != 1
        days = ConnectionStep.objects.known().filter(facility=officer.facility_id, step="account")
        stands = [day.isoformat() for day in days.values_list("happened_on", flat=True)]
        lost += officer.has_cells and stands != ([officer.day] if officer.day else [])
        unasked += sum(write.change_set in stored for write in officer.refused)
    # A change set without a cell or without a line in the log, a row that no change set made.
    half += ours.annotate(cells=Count("edits")).filter(cells=0).count()
    half += ChangeSet.objects.filter(log_entry=None).count()
    members = StaffMember.objects.filter(name__regex="^Nguyễn Văn [0-9a-f]{8}$")
    half += members.count() - sum(w.cell == "name" for o in officers for w in o.accepted)

    def key(alert: Alert) -> tuple[Any, ...]:
        return alert.rule, alert.subject, alert.due_on, alert.level

    standing = [key(alert) for alert in Alert.objects.filter(cleared_on=None)]
    wanted = {key(alert) for alert in alerts_due(AsOf(on))}
    cache.clear()
    figures = {
        (r.facility_id, r.measure): (r.done, r.total, r.share) for r in rows_of(progress(on))
    }
    kept = {
        (r.facility_id, r.measure): (r.done, r.total, r.share)
        for r in ProgressSnapshot.objects.filter(on=on)
    }
    wrong = sum(kept.get(place) != row for place, row in figures.items()) + len(
        kept.keys() - figures
    )
    doubled = Notice.objects.values("alert", "person", "kind", "offset", "audience")
    access_log.bind()
    verdict = access_log.verify()
    return {
        "accepted writes lost": lost,
        "stored, and nobody was told": len(stored - asked) + unasked,
        "half-written facts": half,
        "alerts missing": len(wanted - set(standing)),
        "alerts that should be cleared": len(set(standing) - wanted),
        "alerts or notices doubled": len(standing)
        - len(set(standing))
        + doubled.annotate(n=Count("pk")).filter(n__gt=1).count()
        + Message.objects.values("key").annotate(n=Count("pk")).filter(n__gt=1).count(),
        "wrong figures after recovery": wrong,
        "entries of the access log not whole": 0 if verdict.is_whole else 1,
    }


def counted_beside(officers: list[Officer], post: PostOffice, folder: Path) -> dict[str, int]:
    """What must be nought of papers, mails, jobs in tomorrow and backups."""
    from hashlib import sha256

    from facilities.models import Document
    from rollout.models import Alert, Message, ProgressSnapshot
    from rollout.notices.posting import headers_of

    sent = {sha256(w.paper).hexdigest() for o in officers for w in o.accepted if w.paper}
    kept, broken = set(), 0
    for paper in Document.objects.exclude(file=""):
        try:
            content = sha256(paper.file.read()).hexdigest()
        except OSError:
            content = ""
        broken += content != paper.sha256
        kept.add(content)
    mails = {headers_of(m.key)["Message-ID"]: m for m in Message.objects.exclude(sent_at=None)}
    ahead = date.fromisoformat(TODAY) + timedelta(1)
    doubtful = Message.objects.waiting().exclude(begun_at=None).count()
    print(f"{len(kept & sent):6}  papers kept")
    print(f"{len(mails):6}  mails sent, {doubtful} in doubt and left to a person")
    backups = sorted((folder / "backups").glob("*"))
    bad = sum(not restores(one, folder) for one in backups if one.name.endswith(".age"))
    print(f"{len(backups):6}  backups completed before the power failed")
    return {
        "papers of accepted writes lost": len(sent - kept),
        "papers not whole": broken,
        "mails said to be sent, and never taken": len(mails.keys() - post.taken.keys()),
        "mails taken twice": sum(times > 1 for times in post.taken.values()),
        "rows written for tomorrow": ProgressSnapshot.objects.filter(on=ahead).count()
        + Alert.objects.filter(raised_on=ahead).count(),
        "backups there, and not to be restored": bad
        + sum(not one.name.endswith(".age") for one in backups if one.stat().st_size == 0),
    }


def restores(backup: Path, folder: Path) -> bool:
    """Whether its file is whole: it opens with the key, and holds what its list says."""
    import tarfile

    import pyrage

    lines = (folder / KEY).read_text().splitlines()
    key = next(line for line in lines if line.startswith("AGE-SECRET-KEY-"))
    plain = io.BytesIO()
    try:
        with backup.open("rb") as source:
            pyrage.decrypt_io(source, plain, [pyrage.x25519.Identity.from_str(key)])
        plain.seek(0)
        with tarfile.open(fileobj=plain) as tar:
            return {"manifest.json", "database"} <= set(tar.getnames())
    except Exception:
        return False


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--facts", type=int, default=0, help="end when so many were accepted")
    parser.add_argument("--officers", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="faults whose name holds this")
    asked = parser.parse_args(arguments)
    # Ended from outside: leave through the context managers, so that the servers end too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    return run(asked.minutes, asked.facts, asked.officers, asked.seed, asked.only)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
