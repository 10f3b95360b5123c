from django.core.management.base import BaseCommand, CommandError, CommandParser

from rollout import tasks
from rollout.notices import alerts, jobs


class Command(BaseCommand):
    help = (
        "Raise the alerts of a day and clear those whose cause is gone, as the nightly job does. "
        "Repeating it changes nothing, and days go forward only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", metavar="DATE", help="the day, e.g. 2025-05-21; default: today")

    def handle(self, *, on: str | None, **options: object) -> None:
        try:
            day = jobs.day_of(on)
        except ValueError as error:
            raise CommandError(f"--on: {error}") from error
        raised = tasks.raise_alerts(day.isoformat())
        self.stdout.write(f"{day.isoformat()}: {raised} alerts raised")
        reached = alerts.last_day()
        if reached and reached > day:
            self.stdout.write(
                f"Nothing was changed: alerts already stand at {reached.isoformat()}."
            )
