from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from facilities import clock, keys
from facilities.models import ApiToken, User
from facilities.permissions import access_of


class Command(BaseCommand):
    help = (
        "Make a key for a program that calls the API, or a new one in place of another. The key is "
        "printed once and kept nowhere."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="Account the program acts as.")
        parser.add_argument("--label", help="What the key is for.")
        parser.add_argument(
            "--expires-on",
            required=True,
            type=date.fromisoformat,
            help="First day on which it is no longer accepted, as 2026-12-31.",
        )
        parser.add_argument(
            "--valid-from",
            type=date.fromisoformat,
            help="First day on which it is accepted; at once if absent.",
        )
        parser.add_argument(
            "--scope",
            nargs="+",
            choices=ApiToken.Scope.values,
            default=[ApiToken.Scope.PROGRESS.value],
            help="What it opens. Without it figures only; nothing is written but by registers:write.",
        )
        parser.add_argument(
            "--address",
            nargs="+",
            default=[],
            help="From which network addresses it is accepted, as 10.1.2.0/24; from anywhere if absent.",
        )
        parser.add_argument(
            "--replaces",
            metavar="PREFIX",
            help="How the key begins that this one replaces, with its label, scopes and addresses.",
        )
        parser.add_argument(
            "--overlap",
            type=int,
            default=keys.OVERLAP.days,
            help="For how many days the replaced key is still accepted.",
        )

    def handle(
        self,
        *,
        username: str,
        label: str | None,
        expires_on: date,
        valid_from: date | None,
        scope: list[str],
        address: list[str],
        replaces: str | None,
        overlap: int,
        **options: object,
    ) -> None:
        today = clock.real_day()
        if expires_on <= today:
            raise CommandError(f"The key would expire on {expires_on}, which is not after today.")
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account {username!r}.")
        try:
            if replaces is not None:
                token, key = keys.replace(
                    _of(user, replaces),
                    by=None,
                    today=today,
                    expires_on=expires_on,
                    overlap=timedelta(days=overlap),
                )
            elif label:
                token, key = keys.make(
                    user=user,
                    label=label,
                    scopes=scope,
                    expires_on=expires_on,
                    by=None,
                    today=today,
                    valid_from=valid_from,
                    addresses="\n".join(address),
                )
            else:
                raise CommandError("Say with --label what the key is for.")
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        if not access_of(user, clock.today()).sees_summary:
            self.stderr.write(f"{username} holds no role today: the key opens nothing so far.")
        self.stderr.write(f"Key for {token.label}, scope {token.scope}, valid before {expires_on}:")
        self.stdout.write(key)


def _of(user: User, prefix: str) -> ApiToken:
    found = ApiToken.objects.filter(user=user, prefix=prefix, revoked_at=None).first()
    if found is None:
        raise CommandError(f"No key of {user.username} that stands begins with {prefix!r}.")
    return found
