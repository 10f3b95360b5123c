from django.core.management.base import BaseCommand

from rollout import tasks


class Command(BaseCommand):
    help = "Raise and clear the alerts of silent connections and missed jobs, as the job does."

    def handle(self, **options: object) -> None:
        self.stdout.write(f"{tasks.watch()} alerts raised")
