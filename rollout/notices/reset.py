"""A way back for somebody who has forgotten the password: a link that works once, within an hour.

Like that of a new person it is worked out from the account and written down nowhere; a new password or
a sign-in makes it void.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.http import base36_to_int, urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _

from facilities import access_log, clock
from facilities.models import LogEntry, User
from rollout.models import Message
from rollout.schedule import REMIND
from rollout.sending import send

GOOD_FOR = timedelta(hours=1)


class _Tokens(PasswordResetTokenGenerator):
    key_salt = "rollout.notices.reset"

    def is_fresh(self, token: str) -> bool:
        try:
            made = base36_to_int(token.partition("-")[0])
        except ValueError:
            return False
        return self._num_seconds(self._now()) - made <= GOOD_FOR.total_seconds()


tokens = _Tokens()


def link_of(user: User) -> str:
    """The address at which this person chooses a new password; the hour counts from now."""
    uid = urlsafe_base64_encode(str(user.pk).encode())
    path = reverse("reset", args=[uid, tokens.make_token(user)])
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def allowed(uid: str, token: str) -> User | None:
    """Whose link it is; None for one that is wrong, used or older than an hour."""
    try:
        key = int(urlsafe_base64_decode(uid).decode())
        user = User.objects.filter(pk=key, is_active=True).first()
    except (ValueError, OverflowError):
        return None
    is_good = user is not None and tokens.is_fresh(token) and tokens.check_token(user, token)
    return user if is_good else None


def ask(name: str) -> None:
    """Write a message with a link to whoever signs in with this name; one an hour."""
    person = User.objects.filter(username=name, is_active=True).first() if name else None
    if person is None or not person.email or not person.has_usable_password():
        return
    now = timezone.now()
    with transaction.atomic():
        _message, is_new = Message.objects.get_or_create(
            key=f"reset:{person.pk}:{now:%Y%m%d%H}",
            defaults={
                "kind": Message.Kind.RESET,
                "person": person,
                "on": clock.day_of(now),
                "made_at": now,
                "not_before": now,
            },
        )
        if is_new:
            access_log.note(LogEntry.Kind.LINK, about=person)
            transaction.on_commit(lambda: send(REMIND), robust=True)


def is_late(message: Message, now: datetime) -> bool:
    """Whether it waited so long that nobody waits for it any more."""
    return now - message.made_at > GOOD_FOR


def words(person: User, link: str) -> tuple[str, str]:
    """Subject and text of the message."""
    return _("EMR rollout: a new password"), _(
        "Somebody, you we hope, has asked for a new password for %(name)s. Choose it here, once, within "
        "an hour:\n%(link)s\nIf it was not you, do nothing: your password stays as it is."
    ) % {"link": link, "name": person.username}
