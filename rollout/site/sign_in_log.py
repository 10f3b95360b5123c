"""Signing in, failing to and being locked out, written into the access log."""

from axes.signals import user_locked_out
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from facilities import access_log, accounts, clock, sessions
from facilities.models import LogEntry, User

Kind = LogEntry.Kind


@receiver(user_logged_in, dispatch_uid="log-sign-in")
def signed_in(*, user: User, request: HttpRequest | None = None, **kwargs: object) -> None:
    access_log.note(Kind.SIGNED_IN, by=user, about=user)
    if request is not None and hasattr(request, "session"):
        request.session[sessions.OLD_PASSWORD] = accounts.password_is_old(
            user,
            timezone.now(),
            settings.PASSWORD_DAYS,
            settings.PASSWORD_DAYS_ADMINISTRATOR,
            clock.day_of(timezone.now()),
        )
        sessions.began(request, user)


@receiver(user_logged_out, dispatch_uid="forget-session")
def signed_out(*, request: HttpRequest, **kwargs: object) -> None:
    sessions.ended(request.session.session_key)


@receiver(user_login_failed, dispatch_uid="log-refusal")
def refused(*, credentials: dict[str, object], **kwargs: object) -> None:
    """Of a name that nobody bears only that somebody tried: people type passwords in its place."""
    access_log.note(Kind.REFUSED, about=_named(credentials.get("username")))


@receiver(user_locked_out, dispatch_uid="log-lock")
def locked(*, username: str | None = None, **kwargs: object) -> None:
    access_log.note(Kind.LOCKED, about=_named(username))


def _named(username: object) -> User | None:
    name = str(username or "")
    return User.objects.filter(username=name).first() if name and "\x00" not in name else None
