"""Guessing is slowed by name and by address, and no hospital behind one address is locked for it.

One name at one address is locked by django-axes. Here: one name from many addresses, and many names
from one address. Whoever has signed in from that very address before is let through in both cases, so
that neither a whole office nor the owner of a name can be kept out by somebody else's guesses.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from facilities import access_log
from facilities.models import LogEntry, User

Kind = LogEntry.Kind

FROM_ADDRESS, WITHIN = 30, timedelta(minutes=15)  # wrong passwords, keys of one address
OF_NAME, WITHIN_OF_NAME = 20, timedelta(hours=1)  # wrong passwords of one name, from anywhere
OLD_PASSWORDS = 5  # wrong ones in the form that changes it
KNOWN_FOR = timedelta(days=90)  # somebody who signed in from there since


def is_slowed(name: str, address: str) -> bool:
    """Whether this name may not be tried from this address just now, whatever the password."""
    now = timezone.now()
    user = User.objects.filter(username=name).first() if "\x00" not in name else None
    many = _from(address, (Kind.REFUSED,), now) >= FROM_ADDRESS or (
        user is not None
        and LogEntry.objects.filter(
            kind=Kind.REFUSED, about=user, at__gte=now - WITHIN_OF_NAME
        ).count()
        >= OF_NAME
    )
    return many and not (user is not None and _is_known(user, address, now))


def _is_known(user: User, address: str, now: datetime) -> bool:
    return LogEntry.objects.filter(
        kind=Kind.SIGNED_IN, about=user, address=address, at__gte=now - KNOWN_FOR
    ).exists()


def _from(address: str, kinds: tuple[str, ...], now: datetime) -> int:
    return LogEntry.objects.filter(kind__in=kinds, address=address, at__gte=now - WITHIN).count()


def key_refused(address: str, prefix: str = "") -> bool:
    """Write down that a key was wrong, and how it begins. True: so many from there are enough."""
    if _from(address, (Kind.KEY_REFUSED,), timezone.now()) >= FROM_ADDRESS:
        return True  # and no more lines: the log is not theirs to fill
    access_log.note(Kind.KEY_REFUSED, subject=prefix)
    return False


def old_password_refused(user: User) -> bool:
    """Write down that the present password was given wrong. True: so often that the session ends."""
    access_log.note(Kind.REFUSED, by=user, about=user, subject="old-password")
    tried = LogEntry.objects.filter(
        kind=Kind.REFUSED,
        about=user,
        subject="old-password",
        at__gte=timezone.now() - WITHIN,
    )
    return tried.count() >= OLD_PASSWORDS
