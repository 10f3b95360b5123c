from django.conf import settings
from django.core.management.base import CommandError, CommandParser, no_translations

from facilities import clock
from rollout.management.commands.load_province import LoadCommand
from rollout.registers.loading import BACGIANG
from rollout.site import demo


class Command(LoadCommand):
    help = "Load Bac Giang as of 21 May 2025. A second time changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo-users",
            action="store_true",
            help="Also create accounts with public passwords; only with EMR_DEMO=1.",
        )

    @no_translations
    def handle(self, *, demo_users: bool, verbosity: int, **options: object) -> None:
        if demo_users and not settings.DEMO:
            raise CommandError(
                "Demo accounts have public passwords and exist only with EMR_DEMO=1."
            )
        self.load(BACGIANG, verbosity)
        if demo_users:
            demo.create_users(on=clock.real_day())
            self.show_sign_ins()

    def show_sign_ins(self) -> None:
        self.stdout.write("\n  Demo sign-ins (as first created)")
        for user in demo.DEMO_USERS:
            who = user.role.label if not user.of else f"{user.role.label}, {user.of}"
            self.stdout.write(f"    {user.username:10} {user.password:24} {who}")
        self.stdout.write(f"  Demo key for the API: Authorization: Bearer {demo.API_KEY}\n")
