import os
from pathlib import Path

import pyrage
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "Make the key that opens backups. Its file is for a safe place away from this machine; the "
        "public half, which is printed, goes into EMR_BACKUP_FOR. Without the file no backup opens."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="Where to write the key; must not exist.")

    def handle(self, *, file: Path, **options: object) -> None:
        key = pyrage.x25519.Identity.generate()
        public = str(key.to_public())
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(f"# public key: {public}\n{key}\n")
        except FileExistsError:
            raise CommandError(f"{file} exists already: a key is never written over.") from None
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(public)
