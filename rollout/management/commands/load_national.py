from django.core.management.base import BaseCommand, CommandError, no_translations

from rollout.registers.loading import BadFolder, load_national


class Command(BaseCommand):
    help = (
        "Load what holds in every province: law, kinds, criteria, days off. Twice changes nothing."
    )

    @no_translations
    def handle(self, **options: object) -> None:
        try:
            counts = load_national()
        except BadFolder as bad:
            raise CommandError(f"Nothing was loaded.\n{bad}") from bad
        new, rows = (sum(both) for both in zip(*counts.values(), strict=True))
        self.stdout.write(f"vietnam: {rows} rows, {new} of them new.")
