"""A folder of files becomes the records of a province. The same folder twice changes nothing.

rollout/data/bacgiang/README.md documents the files; another province needs a folder of its own
and no code. What has been loaded is corrected in the product, not by changing a file: a row whose
key is already stored is left alone.
"""

from collections import defaultdict
from pathlib import Path

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from facilities.models import Area, Facility, User
from rollout.models import Programme
from rollout.registers.loading.certificates import load_certificates
from rollout.registers.loading.reading import BadFolder, Problem, Row, read
from rollout.registers.loading.sheets import SHEETS
from rollout.registers.loading.writing import Load, write

__all__ = ["BACGIANG", "BadFolder", "Problem", "import_user", "load_province"]

BACGIANG = Path(__file__).resolve().parents[2] / "data" / "bacgiang"
OTHER_FILES = {"programme.csv", "certificates.csv"}
IMPORT_USER = "import"


def import_user() -> User:
    """The user under whose name files are loaded. Nobody can sign in as it."""
    user, created = User.objects.get_or_create(
        username=IMPORT_USER, defaults={"full_name": "Nạp dữ liệu từ tệp", "is_active": False}
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


@transaction.atomic
def load_province(folder: Path) -> dict[str, tuple[int, int]]:
    """Load all files of a folder, or nothing of it.

    Returns for each table how many rows were new and how many the files hold. Raises BadFolder
    saying what is wrong where.
    """
    files = _read_all(folder)
    load = Load(province=folder.name, by=import_user(), at=timezone.now())
    counts = {}
    for sheet in SHEETS:
        try:
            counts[sheet.name] = write(load, sheet, files[sheet.file_name])
        except IntegrityError as error:
            message = f"the database refuses it: {error}"
            raise BadFolder([Problem(sheet.file_name, 0, "", message)]) from error
        if sheet.model is Facility:
            counts["programme"] = _programme(load, files["programme.csv"])
    counts |= load_certificates(load, folder)
    if connection.vendor == "postgresql":
        # Until its autovacuum comes round, PostgreSQL would plan for the tables as they were:
        # empty. Measured: the first computation took over 100 s, with fresh statistics 0.4 s.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return counts


def _read_all(folder: Path) -> dict[str, list[Row]]:
    if not folder.is_dir():
        raise BadFolder([Problem(str(folder), 0, "", "there is no such folder")])
    allowed, needed = defaultdict(set), defaultdict(set)
    for sheet in SHEETS:
        allowed[sheet.file_name].update(sheet.columns().values(), sheet.key_columns())
        needed[sheet.file_name].update(sheet.key_columns())
    allowed["programme.csv"] = needed["programme.csv"] = {"area"}
    unknown = {path.name for path in folder.glob("*.csv")} - set(allowed) - OTHER_FILES
    if unknown:
        raise BadFolder([Problem(name, 0, "", "no such file is known") for name in sorted(unknown)])
    return {name: read(folder / name, allowed[name], needed[name]) for name in allowed}


def _programme(load: Load, rows: list[Row]) -> tuple[int, int]:
    """The one province this installation steers."""
    problems = []
    new = 0
    for row in rows:
        area = load.find(Area, row.cells["area"])
        if area is None:
            problems.append(row.problem("area", f"“{row.cells['area']}” is not in the files"))
            continue
        programme, created = Programme.objects.get_or_create(pk=1, defaults={"area": area})
        new += created
        if programme.area_id != area.pk:
            problems.append(
                row.problem("area", f"this installation already steers “{programme.area}”")
            )
    if problems:
        raise BadFolder(problems)
    return new, len(rows)
