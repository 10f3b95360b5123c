"""The first administrator of an installation, who then makes all other users in the administration."""

from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from facilities import access_log, clock
from facilities.models import Role, RoleAssignment, User


class Command(BaseCommand):
    help = "Create a user with the role of administrator. Asks for the password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--full-name", default="")

    @transaction.atomic
    def handle(self, *, username: str, full_name: str, **options: object) -> None:
        user = User(username=username, full_name=full_name, is_staff=True)
        password = getpass("Password: ")
        if password != getpass("Once more: "):
            raise CommandError("The two passwords differ. Nothing was created.")
        try:
            validate_password(password, user)
            user.set_password(password)
            user.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.save()
        given = RoleAssignment.objects.create(
            user=user, role=Role.ADMINISTRATOR, valid_from=clock.today()
        )
        access_log.roles_given([given], by=None)
        self.stdout.write(f"{user.username} is an administrator from today on.")
