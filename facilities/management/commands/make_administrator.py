from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from facilities.models import Role, RoleAssignment, User


class Command(BaseCommand):
    help = (
        "Give an account the role of administrator from today on. For the first one, after "
        "`createsuperuser`: roles and not Django's flags open /admin/, and all others are given there."
    )

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, *, username, **options):
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"No account is called {username!r}. Make it with createsuperuser.")
        today = timezone.localdate()
        if user.assignments.on(today).filter(role=Role.ADMINISTRATOR).exists():
            self.stdout.write(f"{username} is an administrator already")
            return
        RoleAssignment.objects.create(user=user, role=Role.ADMINISTRATOR, valid_from=today)
        self.stdout.write(f"{username} is an administrator from {today.isoformat()} on")
