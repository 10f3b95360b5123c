from django.core.management.base import BaseCommand, CommandError, CommandParser

from facilities import keys
from facilities.models import ApiToken


class Command(BaseCommand):
    help = "Revoke the key that begins so: from now on it opens nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("prefix", help=f"Its first {ApiToken.SHOWN} signs, as emr_Ab3dEf6h.")

    def handle(self, *, prefix: str, **options: object) -> None:
        found = ApiToken.objects.filter(prefix=prefix[: ApiToken.SHOWN])
        count = keys.revoke(found, by=None) if len(prefix) >= ApiToken.SHOWN else 0
        if not count:
            raise CommandError(f"No key that stands begins with {prefix!r}.")
        self.stdout.write(f"{count} revoked.")
