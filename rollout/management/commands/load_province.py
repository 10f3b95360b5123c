from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from rollout.registers.loading import BadFolder, load_province


class LoadCommand(BaseCommand):
    """Loads a folder and says what it brought."""

    def load(self, folder: Path, verbosity: int) -> None:
        try:
            counts = load_province(folder.resolve())
        except BadFolder as bad:
            raise CommandError(f"Nothing was loaded from {folder}.\n{bad}") from bad
        if verbosity > 1:
            for name, (new, rows) in counts.items():
                self.stdout.write(f"{name:20} {new:6} new of {rows:6}")
        new = sum(new for new, _rows in counts.values())
        rows = sum(rows for _new, rows in counts.values())
        self.stdout.write(f"{folder.name}: {rows} rows, {new} of them new.")


class Command(LoadCommand):
    help = "Load the files of a province from a folder. The same folder twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    @no_translations
    def handle(self, *, folder: Path, verbosity: int, **options: object) -> None:
        self.load(folder, verbosity)
