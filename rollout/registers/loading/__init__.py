"""A folder of files becomes the records of a province. The same folder twice changes nothing.

rollout/data/bacgiang/README.md documents the files; another province needs a folder of its own
and no code. What has been loaded is corrected in the product, not by changing a file: a row whose
key is already stored is left alone.
"""

from pathlib import Path

from django.db import connection, transaction

from facilities.models import Facility, User
from rollout.registers.loading.certificates import enter_certificates
from rollout.registers.loading.folder import Folder
from rollout.registers.loading.names import NATIONAL
from rollout.registers.loading.programme import steer
from rollout.registers.loading.reading import BadFolder, Problem
from rollout.registers.loading.registers import loaded_registers
from rollout.registers.loading.sheets import SHEETS

__all__ = [
    "BACGIANG",
    "VIETNAM",
    "BadFolder",
    "Problem",
    "import_user",
    "load_national",
    "load_province",
    "loaded_registers",
]

DATA = Path(__file__).resolve().parents[2] / "data"
BACGIANG = DATA / "bacgiang"
VIETNAM = DATA / NATIONAL  # what holds in every province: law, kinds, criteria, days off
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
def load_national() -> dict[str, tuple[int, int]]:
    """Load the law, kinds, criteria, device types and days off of the country. Twice changes nothing.

    What the Department has changed or taken back since stays as it left it.
    """
    folder = Folder(VIETNAM, by=import_user(), province=NATIONAL)
    return {sheet.name: folder.enter_sheet(sheet) for sheet in SHEETS if folder.has(sheet)}


@transaction.atomic
def load_province(path: Path) -> dict[str, tuple[int, int]]:
    """Load all files of a folder, or nothing of it: each file as one change set.

    What holds in every province is loaded before it. Returns for each table how many rows were new
    and how many the files hold. Raises BadFolder saying what is wrong where.
    """
    load_national()
    folder = Folder(path, by=import_user())
    counts = {}
    for sheet in SHEETS:
        counts[sheet.name] = folder.enter_sheet(sheet)
        if sheet.model is Facility:
            counts["programme"] = steer(folder)
    counts |= enter_certificates(folder)
    if connection.vendor == "postgresql":
        # Until its autovacuum comes round, PostgreSQL would plan for the tables as they were:
        # empty. Measured: the first computation took over 100 s, with fresh statistics 0.4 s.
        # Our own tables only: what all databases of a server share would stay locked until this
        # transaction ends, and whoever loads into another of them would wait for it.
        tables = map(connection.ops.quote_name, connection.introspection.django_table_names())
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(tables)}")
    return counts
