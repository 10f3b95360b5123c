from django.core.management.base import BaseCommand, CommandError, CommandParser

from rollout import tasks
from rollout.notices import jobs


class Command(BaseCommand):
    help = (
        "Write down the progress of a day, as the nightly job does. Repeating it changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", metavar="DATE", help="the day, e.g. 2025-05-21; default: today")

    def handle(self, *, on: str | None, **options: object) -> None:
        try:
            day = jobs.day_of(on)
        except ValueError as error:
            raise CommandError(f"--on: {error}") from error
        rows = tasks.compute_progress(day.isoformat())
        self.stdout.write(f"{day.isoformat()}: {rows} rows of progress")
