"""Whether a new release takes over without a pause, and can be taken back: `python -m tests.upgrade`.

The release before (`--from`, a tag or commit) runs on a real PostgreSQL and a Redis-protocol server, with
officers who write without a pause. Then, as docs/operate.md says: the new release migrates while the old
one serves; the old code serves on the new schema; the new one starts beside it and takes over; it is
taken back. Nobody may see an error that sending the form again does not mend, and nothing may be lost.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from rollout.site import embedded
from tests import chaos, services

SECONDS = 12  # of each stage
APPS = ("facilities", "equipment", "signatures", "connectivity", "rollout")


class Release:
    """One version of the code, with its own web server and worker."""

    def __init__(self, folder: Path, environment: dict[str, str]):
        self.folder, self.port = folder, chaos.free_port()
        self.environment = environment | {"EMR_SITE_URL": f"http://{chaos.HOST}:{self.port}"}

    def manage(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=self.folder,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"{words[0]} failed in {self.folder}:\n{done.stderr[-3000:]}")
        return done.stdout

    def start(self) -> None:
        web = ["-m", "gunicorn", "--bind", f"{chaos.HOST}:{self.port}", "--workers", "2"]
        worker = ["-m", "celery", "--app", "rollout", "--quiet", "worker", "--concurrency", "1"]
        self.processes = [
            subprocess.Popen(
                [sys.executable, *words],
                cwd=self.folder,
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                preexec_fn=embedded.die_with_parent,
                start_new_session=True,
            )
            for words in (web, worker)
        ]
        embedded.wait_until(lambda: chaos.answers(self.port), self.processes[0], "web server")

    def stop(self) -> None:
        """As a supervisor does: what is under way ends first."""
        for process in self.processes:
            embedded.stop(process)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="ref", default="HEAD~1", help="the release before")
    parser.add_argument("--officers", type=int, default=6)
    asked = parser.parse_args(arguments)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="emr-upgrade-")))
        old_code, new_code = unpacked(asked.ref, folder / "old"), unpacked("HEAD", folder / "new")
        since = added(asked.ref)
        print(f"from {asked.ref} to HEAD; migrations since: {', '.join(since) or 'none'}")
        (new_code / "facilities" / "migrations" / "9999_trial.py").write_text(TRIAL)
        print("and one for trial: columns and an index that the old code does not know")
        url = stack.enter_context(services.postgres(synchronous_commit="on"))
        redis = stack.enter_context(services.valkey())
        var = folder / "var"
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {
            "DATABASE_URL": url,
            "REDIS_URL": redis,
            "EMR_VAR": str(var),
            "EMR_DEMO": "1",
            "EMR_TODAY": chaos.TODAY,
            "EMR_MODE": "local",
            "EMR_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "rollout.settings",
            "PYTHONWARNINGS": "ignore",
        }
        os.environ |= environment
        old, new = Release(old_code, environment), Release(new_code, environment)
        old.manage("prepare", "--since", chaos.TODAY)
        old.start()
        stack.callback(old.stop)
        # Accounts are made by the old release: the schema is still its own.
        made = old.manage("shell", "-c", SIGNED_IN.format(count=asked.officers))
        people = [line.split() for line in made.splitlines() if line.startswith("officer ")]
        officers = [
            chaos.Officer(session, int(place), old.port, "" if day == "-" else day)
            for _word, session, place, day in people
        ]
        until, told = threading.Event(), Stages(officers)
        threads = [threading.Thread(target=o.work, args=(until,), daemon=True) for o in officers]
        for thread in threads:
            thread.start()
        told.stage("the old release on its own schema", SECONDS)
        with told.stage_of("migrating while it serves"):
            new.manage("migrate", "--no-input", "-v", "0")
        told.stage("the old code on the new schema", SECONDS)
        new.start()
        stack.callback(new.stop)
        told.goes_to(new.port)
        old.stop()
        told.stage("the new release has taken over", SECONDS)
        old.start()
        told.goes_to(old.port)
        new.stop()
        told.stage("taken back: the old code again", SECONDS)
        new.start()
        told.goes_to(new.port)
        old.stop()
        told.stage("and the new release once more", SECONDS)
        until.set()
        for thread in threads:
            thread.join(chaos.PATIENCE)
        for officer in officers:
            if officer.open:
                officer.settle(officer.open)
        import django

        django.setup()
        settled = chaos.seconds_until_settled()
        return told.end(settled)


class Stages:
    """What officers met in each stage."""

    def __init__(self, officers: list[chaos.Officer]):
        self.officers = officers
        print(f"{'stage':48} accepted  sent again  refused")

    def stage(self, name: str, seconds: float) -> None:
        with self.stage_of(name):
            time.sleep(seconds)

    @contextlib.contextmanager
    def stage_of(self, name: str) -> Iterator[None]:
        before, begun = self._now(), time.monotonic()
        yield
        name = f"{name}, {time.monotonic() - begun:.0f} s"
        print(
            f"{name:48} "
            + "  ".join(f"{n - m:8}" for n, m in zip(self._now(), before, strict=True))
        )

    def _now(self) -> tuple[int, int, int]:
        done = [w for o in self.officers for w in (*o.accepted, *o.refused)]
        return (
            sum(len(o.accepted) for o in self.officers),
            sum(w.sent > 1 for w in done),
            sum(len(o.refused) for o in self.officers),
        )

    def goes_to(self, port: int) -> None:
        """What a proxy does: whoever asks from now on asks there."""
        for officer in self.officers:
            officer.port = port

    def end(self, settled: float) -> int:
        counts = chaos.counted(self.officers)
        for name, count in counts.items():
            print(f"{count:6}  {name}")
        print(f"{settled:6.1f}  seconds until the jobs were through")
        is_well = not any(counts.values()) and settled < chaos.PATIENCE
        print("\nnothing lost, doubled or wrong" if is_well else "\nNOT WELL")
        return 0 if is_well else 1


# What every migration of a release may do: add what the code before need not know.
TRIAL = """
from django.db import migrations

LAST = sorted(__import__("pathlib").Path(__file__).parent.glob("0*.py"))[-1].stem


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("facilities", LAST)]
    operations = [
        migrations.RunSQL(statement, migrations.RunSQL.noop)
        for statement in (
            "ALTER TABLE signatures_staffmember ADD COLUMN trial text NULL",
            "ALTER TABLE connectivity_connectionstep ADD COLUMN trial integer NOT NULL DEFAULT 7",
            "CREATE INDEX CONCURRENTLY trial ON connectivity_connectionstep (trial)",
        )
    ]
"""

SIGNED_IN = """
from tests.chaos import made_officers
for one in made_officers({count}, 0):
    print("officer", one.session, one.facility_id, one.day or "-")
"""


def unpacked(ref: str, folder: Path) -> Path:
    """The code of a release, with what is built for this checkout."""
    folder.mkdir()
    packed = subprocess.run(
        ["git", "archive", ref], cwd=chaos.ROOT, check=True, capture_output=True
    )
    subprocess.run(["tar", "-x", "-C", folder], input=packed.stdout, check=True)
    (folder / "build").symlink_to(chaos.ROOT / "build")
    subprocess.run(
        [sys.executable, "-m", "rollout.site.build"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return folder


def added(ref: str) -> list[str]:
    """Migrations that are here and were not there."""
    there = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", ref, *(f"{app}/migrations" for app in APPS)],
        cwd=chaos.ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    here = [
        path.relative_to(chaos.ROOT).as_posix()
        for app in APPS
        for path in (chaos.ROOT / app / "migrations").glob("0*.py")
    ]
    return sorted(set(here) - set(there))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
