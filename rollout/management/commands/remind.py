from django.core.management.base import BaseCommand

from rollout import tasks


class Command(BaseCommand):
    help = "Tell people what is due by the ladder and send the mail that waits, as the job does."

    def handle(self, **options: object) -> None:
        self.stdout.write(f"{tasks.remind()} notices written")
