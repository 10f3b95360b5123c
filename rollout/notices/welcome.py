"""A new person's way in: a link that works once within seven days and lets the person choose a password.

The link is worked out from the account, by the secret of the installation, each time it is shown or
sent: it is written down nowhere. Once a password is chosen, no link of before opens anything.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _

from facilities import clock
from facilities.models import User
from rollout.models import Message


class _Tokens(PasswordResetTokenGenerator):
    key_salt = "rollout.notices.welcome"


tokens = _Tokens()


def link_of(user: User) -> str:
    """The address at which this person chooses a password; a day counts from now."""
    uid = urlsafe_base64_encode(str(user.pk).encode())
    path = reverse("welcome", args=[uid, tokens.make_token(user)])
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def waits(user: User) -> bool:
    """Whether the account has never had a password."""
    return user.is_active and not user.has_usable_password()


def welcomed(uid: str, token: str) -> User | None:
    """Whose link it is; None for one that is wrong, used or older than seven days."""
    try:
        key = int(urlsafe_base64_decode(uid).decode())
        user = User.objects.filter(pk=key).first()
    except (ValueError, OverflowError):
        return None
    return user if user and waits(user) and tokens.check_token(user, token) else None


def welcome(people: Iterable[User], *, now: datetime) -> int:
    """Write a message to each of them; the link is put in as it goes out. Returns how many."""
    messages = [
        Message(
            kind=Message.Kind.WELCOME,
            key=f"welcome:{person.pk}:{now.isoformat()}",
            person=person,
            on=clock.day_of(now),
            made_at=now,
            not_before=now,
        )
        for person in people
        if person.email
    ]
    return len(Message.objects.bulk_create(messages))


def words(person: User, link: str) -> tuple[str, str]:
    """Subject and text of the message."""
    return _("EMR rollout: your account"), _(
        "An account has been made for you. Choose a password here, once, within seven days:\n%(link)s\n"
        "After that, sign in with %(name)s."
    ) % {"link": link, "name": person.username}
