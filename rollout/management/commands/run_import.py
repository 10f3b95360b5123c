from django.core.management.base import BaseCommand, CommandError, CommandParser

from rollout import tasks
from rollout.models import ImportFile
from rollout.registers import importing


class Command(BaseCommand):
    help = (
        "Do what is to be done next with an imported file, as its job does: the preview, or "
        "storing what was confirmed. Repeating it changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pk", type=int, help="the number of the file, as in its address")

    def handle(self, *, pk: int, **options: object) -> None:
        if not ImportFile.objects.filter(pk=pk).exists():
            raise CommandError(f"There is no imported file {pk}.")
        rows = tasks.import_file(pk)
        state = importing.state_of(ImportFile.objects.get(pk=pk))
        self.stdout.write(f"{pk}: {rows} rows, {state.label}")
