"""The file: `manifest.json`, the database and the papers as a tar, encrypted with age for one reader.

Any program that knows age opens it with the key; whoever has only the file, or this machine, does
not. It appears under its name once it is complete.
"""

import json
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, cast

import pyrage
from django.conf import settings
from django.db import connection

from facilities.models import Document
from rollout.models import PublishedBrief
from rollout.publishing.brief.publishing import recompute
from rollout.site.backup import databases
from rollout.site.backup.databases import BackupError, Table, Tables

FORMAT = 1
MANIFEST, DATABASE, PAPERS = "manifest.json", "database", "documents"
ENDING = ".emr.age"
WORKPLACE = "backup-"
CUT_SHORT_SECONDS = 3600  # longer than a job may take: whose work this was is gone


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored and compared. `differing`: tables, papers and briefs that are not as they were."""

    made_at: str
    tables: int
    rows: int
    papers: int
    briefs: int
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backup:
    file: Path
    rows: int


def back_up(folder: Path, reader: str, now: datetime, keep: int = 0) -> Backup:
    """Write a backup into the folder for the holder of the age key whose public half is `reader`.

    `keep`: of the backups there only so many of the newest stay; 0: all. Raises BackupError.
    """
    try:
        for_whom = pyrage.x25519.Recipient.from_str(reader.strip())
    except Exception as error:  # the library's own class is of no public module
        raise BackupError(
            "The key to encrypt for must be the public half of an age key: age1…"
        ) from error
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    made = folder / f"{now:%Y-%m-%dT%H%M%S}{ENDING}"
    with _workplace() as work:
        # Papers are stored before the rows that name them, and never changed: of a database that was
        # read first, none is missing.
        found = databases.dump(work / DATABASE)
        manifest = work / MANIFEST
        manifest.write_text(json.dumps(_manifest(found, now), indent=1))
        plain = work / "all.tar"
        with tarfile.open(plain, "w") as tar:
            tar.add(manifest, MANIFEST)
            tar.add(work / DATABASE, DATABASE)
            if settings.MEDIA_ROOT.exists():
                tar.add(settings.MEDIA_ROOT, PAPERS)
        partial = made.with_suffix(".part")
        try:
            with plain.open("rb") as source, partial.open("wb") as target:
                partial.chmod(0o600)
                pyrage.encrypt_io(source, target, [for_whom])
                target.flush()
                os.fsync(target.fileno())
            partial.rename(made)
        finally:
            with suppress(FileNotFoundError):
                partial.unlink()
    if keep:
        for old in sorted(folder.glob(f"*{ENDING}"))[:-keep]:
            old.unlink()
    return Backup(made, sum(table.rows for table in found.values()))


def _sweep(folder: Path) -> None:
    """What a backup left that was cut short: its plain copy above all, which must lie nowhere."""
    old = time.time() - CUT_SHORT_SECONDS
    for left in [*settings.VAR_DIR.glob(f"{WORKPLACE}*"), *folder.glob("*.part")]:
        with suppress(OSError):
            if left.stat().st_mtime < old:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def restore(backup: Path, identity: str) -> Restored:
    """Fill an empty database and an empty folder of papers, and compare all of it with the backup.

    `identity`: the age key, as `age-keygen` writes it. Raises BackupError; then nothing was restored.
    """
    papers = settings.MEDIA_ROOT
    if papers.exists() and any(papers.iterdir()):
        raise BackupError(f"The folder of papers is not empty: {papers}")
    with _workplace() as work:
        _decrypt(backup, work / "all.tar", identity)
        with tarfile.open(work / "all.tar") as tar:
            unpack(tar, work)
        manifest = json.loads((work / MANIFEST).read_text())
        if manifest["format"] != FORMAT or manifest["vendor"] != connection.vendor:
            raise BackupError(
                f"This is a backup of {manifest['vendor']}, format {manifest['format']}; "
                f"here is {connection.vendor}, format {FORMAT}."
            )
        databases.load(work / DATABASE)
        papers.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (work / PAPERS).exists():
            for part in (work / PAPERS).iterdir():
                os.replace(part, papers / part.name)
    return _compared(manifest)


def unpack(tar: tarfile.TarFile, work: Path) -> None:
    """What a backup holds: plain files and folders below `work`, and nothing else.

    `tarfile` refuses anything else by itself from Python 3.11.4 on; Debian's own is older.
    """
    safe: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    for member in tar:
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
            raise BackupError(f"This backup holds what no backup holds: {member.name}")
        tar.extract(member, work, **safe)


def _compared(manifest: dict[str, Any]) -> Restored:
    told: Tables = {name: Table(**one) for name, one in manifest["tables"].items()}
    found = databases.tables()
    differing = [name for name in sorted(told.keys() | found) if told.get(name) != found.get(name)]
    papers = list(Document.objects.exclude(file="").order_by("pk"))
    differing += [f"paper {paper.pk}" for paper in papers if not _is_whole(paper)]
    briefs = list(PublishedBrief.objects.select_related("session").order_by("pk"))
    differing += [f"brief {brief.pk}" for brief in briefs if not recompute(brief)[0]]
    rows = sum(table.rows for table in found.values())
    return Restored(
        manifest["made_at"], len(found), rows, len(papers), len(briefs), tuple(differing)
    )


def _is_whole(paper: Document) -> bool:
    """Whether its file is there, and is the one that was handed in."""
    try:
        with paper.file.open("rb") as file:
            content = file.read()
    except OSError:
        return False
    return not paper.sha256 or sha256(content).hexdigest() == paper.sha256


def _manifest(found: Tables, now: datetime) -> dict[str, object]:
    return {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "vendor": connection.vendor,
        "tables": databases.as_json(found),
    }


def _decrypt(backup: Path, to: Path, identity: str) -> None:
    keys = [line for line in identity.splitlines() if line.startswith("AGE-SECRET-KEY-")]
    if not keys:
        raise BackupError("The file of the key holds no line AGE-SECRET-KEY-….")
    try:
        holders = [pyrage.x25519.Identity.from_str(key.strip()) for key in keys]
        with backup.open("rb") as source, to.open("wb") as target:
            pyrage.decrypt_io(source, target, cast(Iterable[Any], holders))
    except OSError as error:
        raise BackupError(f"The backup cannot be read: {error}") from error
    except Exception as error:  # the library's own class is of no public module
        raise BackupError(
            f"The backup is not for this key, or is damaged: {error}. Nothing was restored."
        ) from error


@contextmanager
def _workplace() -> Iterator[Path]:
    """A folder beside the data that only this user reads, and that is gone afterwards."""
    settings.VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=WORKPLACE, dir=settings.VAR_DIR) as name:
        yield Path(name)
