from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rollout.site.backup import restore
from rollout.site.backup.databases import BackupError


class Command(BaseCommand):
    help = (
        "Fill an empty database and an empty folder of papers from a backup, and compare every table, "
        "paper and published brief with it. Run `migrate` afterwards if the release is a newer one."
    )
    # The database is empty: nothing of it can be checked.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path)
        parser.add_argument("--key", type=Path, required=True, help="File with the age key.")

    def handle(self, *, backup: Path, key: Path, **options: object) -> None:
        try:
            found = restore(backup, key.read_text())
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        if found.differing:
            raise CommandError(
                f"Restored, and not as it was on {found.made_at}: {', '.join(found.differing)}"
            )
        self.stdout.write(
            f"As on {found.made_at}: {found.tables} tables with {found.rows} rows, {found.papers} "
            f"papers, {found.briefs} published briefs computed again with the same digest."
        )
