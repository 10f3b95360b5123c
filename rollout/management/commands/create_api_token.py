from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from facilities import access_log, clock
from facilities.models import ApiToken, LogEntry, User
from facilities.permissions import access_of


class Command(BaseCommand):
    help = "Make a key for a program that reads the API. The key is printed once and kept nowhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="Account the program acts as.")
        parser.add_argument("--label", required=True, help="What the key is for.")
        parser.add_argument(
            "--expires-on",
            required=True,
            type=date.fromisoformat,
            help="First day on which it is no longer accepted, as 2026-12-31.",
        )
        parser.add_argument(
            "--scope",
            choices=ApiToken.Scope.values,
            default=ApiToken.Scope.PROGRESS.value,
            help=(
                "progress: figures only. detail: also the rows behind them, without names. "
                "programme: also connections, alerts, deadlines and forecasts of the province."
            ),
        )

    def handle(
        self, *, username: str, label: str, expires_on: date, scope: str, **options: object
    ) -> None:
        today = clock.real_day()
        if expires_on <= today:
            raise CommandError(f"The key would expire on {expires_on}, which is not after today.")
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account {username!r}.")
        if not access_of(user, clock.today()).sees_summary:
            self.stderr.write(f"{username} holds no role today: the key opens nothing so far.")
        with transaction.atomic():
            token, key = ApiToken.make(user=user, label=label, expires_on=expires_on, scope=scope)
            access_log.note(LogEntry.Kind.KEY_MADE, about=user, subject=scope, because=label)
        self.stderr.write(f"Key for {label}, scope {token.scope}, valid before {expires_on}:")
        self.stdout.write(key)
