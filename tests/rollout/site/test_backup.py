"""A backup holds everything, opens for nobody else, and is compared once it is restored."""

import os
import shutil
import subprocess
import sys
import tarfile
import time
from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pyrage
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from PIL import Image

from facilities.models import Document
from facilities.papers import store_paper
from rollout.models import JobRun, WorkingSession
from rollout.notices import jobs
from rollout.publishing.brief.publishing import publish
from rollout.schedule import BACK_UP
from rollout.site.backup import back_up
from rollout.site.backup.archive import ENDING, unpack
from rollout.site.backup.databases import BackupError
from rollout.tasks import back_up as nightly
from tests import factories
from tests.services import programs

ROOT = Path(__file__).parents[3]
NOW = datetime(2025, 5, 21, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clients(monkeypatch):
    """The programs of PostgreSQL, where it is the one that is tested."""
    if connection.vendor == "postgresql":
        monkeypatch.setenv("PATH", f"{programs()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def place(tmp_path, settings):
    """A province with names in Vietnamese, a paper and a published brief."""
    settings.MEDIA_ROOT = tmp_path / "papers"
    factories.programme()
    factories.facility(name_vi="Bệnh viện Đa khoa <Số 1>, Sơn Động")
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    store_paper(
        upload=SimpleUploadedFile("q.png", picture.getvalue()),
        title="Biên bản",
        by=factories.recorder(),
    )
    session = WorkingSession.objects.create(
        name_vi="Làm việc",
        held_on=date(2025, 5, 21),
        chair="Chủ tịch",
        recorded_by=factories.recorder(),
    )
    with time_machine.travel(NOW, tick=False):
        publish(session=session, on=NOW.date(), by=factories.recorder(), at=NOW, override="x")
    return tmp_path


@pytest.fixture
def key(tmp_path):
    return pyrage.x25519.Identity.generate()


@contextmanager
def an_empty_database(folder: Path):
    """The address of a database in which there is nothing."""
    if connection.vendor != "postgresql":
        yield f"sqlite:///{folder}/empty.sqlite3"
        return
    name = f"{connection.settings_dict['NAME']}_empty"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    given = connection.settings_dict
    try:
        yield f"postgres://{given['USER']}@/{name}?host={given['HOST']}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


def restored(backup: Path, key, database: str, var: Path) -> subprocess.CompletedProcess:
    """As an administrator does it, on another machine."""
    var.mkdir(exist_ok=True)
    identity = var / "key.txt"
    identity.write_text(f"# of the province\n{key}\n")
    env = os.environ | {"DATABASE_URL": database, "EMR_VAR": str(var), "EMR_MODE": "local"}
    for unset in ("REDIS_URL", "DJANGO_SETTINGS_MODULE"):
        env.pop(unset, None)
    return subprocess.run(
        [sys.executable, "manage.py", "restore", str(backup), "--key", str(identity)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_of_it_comes_back_and_is_compared(place, key):
    made = back_up(place / "backups", str(key.to_public()), NOW)
    assert b"B\xe1\xbb\x87nh" not in made.file.read_bytes()
    assert oct(made.file.stat().st_mode)[-3:] == "600"
    [paper] = Document.objects.exclude(file="")
    with an_empty_database(place) as database:
        done = restored(made.file, key, database, place / "elsewhere")
        assert done.returncode == 0, done.stderr
        assert f"{made.rows} rows, 1 papers, 1 published briefs" in done.stdout
        assert (place / "elsewhere" / "documents" / paper.file.name).exists()
        again = restored(made.file, key, database, place / "once-more")
        assert again.returncode != 0
        assert "The database is not empty" in again.stderr


def test_a_paper_that_is_missing_or_another_is_told(place, key, settings):
    [paper] = Document.objects.exclude(file="")
    (settings.MEDIA_ROOT / paper.file.name).write_bytes(b"another")
    made = back_up(place / "backups", str(key.to_public()), NOW)
    with an_empty_database(place) as database:
        done = restored(made.file, key, database, place / "elsewhere")
    assert done.returncode != 0
    assert f"paper {paper.pk}" in done.stderr


@pytest.mark.parametrize("fault", ["other key", "damaged", "no key"])
def test_what_cannot_be_opened_restores_nothing(place, key, fault):
    made = back_up(place / "backups", str(key.to_public()), NOW)
    if fault == "other key":
        key = pyrage.x25519.Identity.generate()
    if fault == "damaged":
        content = bytearray(made.file.read_bytes())
        content[-20] ^= 1
        made.file.write_bytes(content)
    if fault == "no key":
        key = "nothing of the kind"
    with an_empty_database(place) as database:
        done = restored(made.file, key, database, place / "elsewhere")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert not (place / "elsewhere" / "documents").exists()
    assert [one for one in (place / "elsewhere").iterdir() if one.name.startswith("backup-")] == []


def test_only_the_newest_stay(place, key):
    folder = place / "backups"
    for day in (1, 2, 3):
        back_up(folder, str(key.to_public()), NOW.replace(day=day), keep=2)
    assert sorted(path.name for path in folder.iterdir()) == [
        f"2025-05-02T090000{ENDING}",
        f"2025-05-03T090000{ENDING}",
    ]


def test_what_was_cut_short_is_swept_away(place, key, settings):
    """A power cut leaves the plain copy; what may still be at work is left alone."""
    hours = {"old": 2, "new": 0}
    for name, age in hours.items():
        left = settings.VAR_DIR / f"backup-{name}"
        left.mkdir()
        (left / "database").write_text("names")
        part = place / f"{name}.part"
        part.write_text("half")
        for path in (left, part):
            moment = time.time() - age * 3600
            os.utime(path, (moment, moment))
    back_up(place, str(key.to_public()), NOW)
    assert sorted(path.name for path in settings.VAR_DIR.glob("backup-*")) == ["backup-new"]
    assert sorted(path.name for path in place.glob("*.part")) == ["new.part"]
    shutil.rmtree(settings.VAR_DIR / "backup-new")


def test_without_a_key_nothing_is_written(place):
    with pytest.raises(CommandError, match="age1"):
        call_command("backup", to=place / "backups", reader="secret", keep=0)
    assert list((place / "backups").glob("*") if (place / "backups").exists() else ()) == []


def test_a_key_is_never_written_over(tmp_path, capsys):
    call_command("backup_key", tmp_path / "key.txt")
    public = capsys.readouterr().out.strip()
    assert public in (tmp_path / "key.txt").read_text()
    assert oct((tmp_path / "key.txt").stat().st_mode)[-3:] == "600"
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup_key", tmp_path / "key.txt")


def test_the_nightly_job_is_watched_where_a_backup_is_wanted(place, key, settings):
    assert nightly() == 0
    assert BACK_UP not in jobs.watched()
    settings.BACKUP_TO, settings.BACKUP_FOR = place / "backups", str(key.to_public())
    assert BACK_UP in jobs.watched()
    assert nightly() > 0
    assert len(list((place / "backups").iterdir())) == 1
    settings.BACKUP_FOR = "age1nobody"
    with pytest.raises(Exception, match="age"):
        nightly()
    assert JobRun.objects.filter(job=BACK_UP).exclude(error="").count() == 1


@pytest.mark.parametrize("name", ["../outside", "/outside", "papers/../../outside", "link"])
def test_nothing_is_unpacked_beside_the_place_for_it(tmp_path, name):
    packed, work = tmp_path / "all.tar", tmp_path / "inside" / "work"
    work.mkdir(parents=True)
    with tarfile.open(packed, "w") as tar:
        member = tarfile.TarInfo(name)
        if name == "link":
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    with tarfile.open(packed) as tar, pytest.raises(BackupError, match="no backup holds"):
        unpack(tar, work)
    assert not list(work.iterdir())
    assert not (tmp_path / "outside").exists()
