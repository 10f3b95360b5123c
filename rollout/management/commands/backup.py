from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from rollout.site.backup import back_up
from rollout.site.backup.databases import BackupError


class Command(BaseCommand):
    help = "Write database and papers into one encrypted file. Others go on working meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to", type=Path, default=settings.BACKUP_TO, help="Folder; EMR_BACKUP_TO."
        )
        parser.add_argument(
            "--for",
            dest="reader",
            default=settings.BACKUP_FOR,
            help="Public half of the age key that opens it (manage.py backup_key); EMR_BACKUP_FOR.",
        )
        parser.add_argument(
            "--keep",
            type=int,
            default=settings.BACKUP_KEEP,
            help="Only so many of the newest stay; EMR_BACKUP_KEEP.",
        )

    def handle(self, *, to: Path | None, reader: str, keep: int, **options: object) -> None:
        if to is None or not reader:
            raise CommandError("Give --to and --for, or set EMR_BACKUP_TO and EMR_BACKUP_FOR.")
        try:
            made = back_up(to, reader, timezone.localtime(), keep)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made.file}: {made.rows} rows, {made.file.stat().st_size} bytes")
