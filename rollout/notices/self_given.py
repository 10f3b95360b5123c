"""Whoever gives a role to themselves is not the only one who knows: the other administrators are told."""

from datetime import date

from django.conf import settings
from django.dispatch import receiver
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from facilities import clock
from facilities.models import Role, RoleAssignment, User
from facilities.signals import role_given_to_oneself
from rollout.models import Message


@receiver(role_given_to_oneself, dispatch_uid="told-to-administrators")
def tell_administrators(*, assignment: RoleAssignment, **kwargs: object) -> None:
    """Write a message to each administrator but the giver. Their page of the log shows it besides."""
    if not settings.MAILS:
        return
    now = timezone.now()
    Message.objects.bulk_create(
        [
            Message(
                kind=Message.Kind.SECURITY,
                key=f"role-self:{assignment.pk}:{person.pk}",
                person=person,
                on=clock.day_of(now),
                made_at=now,
                not_before=now,
                text=_words(assignment, person),
            )
            for person in others(assignment.user, clock.day_of(now))
        ]
    )


def others(person: User, on: date) -> list[User]:
    """Administrators of the day, but for this person."""
    held = RoleAssignment.objects.on(on).filter(role=Role.ADMINISTRATOR)
    return list(
        User.objects.filter(pk__in=held.values("user"), is_active=True).exclude(pk=person.pk)
    )


def _words(assignment: RoleAssignment, reader: User) -> str:
    with translation.override(reader.language):
        return _(
            "%(name)s has given the role “%(role)s” to themselves. If you do not know why, end the "
            "role in the administration and ask.\n%(link)s"
        ) % {
            "name": assignment.user.username,
            "role": assignment.get_role_display(),
            "link": f"{settings.SITE_URL}/access-log/?show=roles",
        }
