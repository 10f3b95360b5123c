"""Where people are signed in: listed, and ended."""

from importlib import import_module

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from facilities import access_log, whence
from facilities.models import LogEntry, SignedInSession, User

SECOND = "second_factor"  # in the session: it was opened with the second factor
OLD_PASSWORD = "old_password"  # in the session: a new password is due before anything else
SEEN = "seen"  # in the session: when it was last used, in seconds


def began(request: HttpRequest, user: User) -> None:
    """Write down a session that has just been opened."""
    request.session[SEEN] = int(timezone.now().timestamp())
    if request.session.session_key is None:
        request.session.save()
    SignedInSession.objects.update_or_create(
        key=request.session.session_key,
        defaults={
            "user": user,
            "address": whence.address(),
            "program": request.headers.get("User-Agent", "")[:200],
            "with_second": bool(request.session.get(SECOND)),
        },
    )


def renewed(request: HttpRequest, before: str | None) -> None:
    """The session goes on under another key."""
    SignedInSession.objects.filter(key=before).update(key=request.session.session_key)


def ended(key: str | None) -> None:
    """The session is over by itself: signed out, or idle for too long."""
    SignedInSession.objects.filter(key=key).delete()


def end(rows: QuerySet[SignedInSession], *, by: User | None) -> int:
    """Sign out wherever these are. Returns how many."""
    found = list(rows)
    for row in found:
        _stored(row.key).delete(row.key)
    access_log.write(
        [
            LogEntry(
                kind=LogEntry.Kind.SESSION_ENDED,
                by=by,
                about_id=row.user_id,
                because=row.program[:100],
            )
            for row in found
        ]
    )
    SignedInSession.objects.filter(pk__in=[row.pk for row in found]).delete()
    return len(found)


def standing(user: User) -> list[SignedInSession]:
    """The sessions of a person that still open; of others no trace is left."""
    rows = list(SignedInSession.objects.filter(user=user))
    # Both engines that the settings know keep sessions in this table.
    keys = Session.objects.filter(
        session_key__in=[row.key for row in rows], expire_date__gt=timezone.now()
    )
    open_ones = set(keys.values_list("session_key", flat=True))
    gone = [row.pk for row in rows if row.key not in open_ones]
    if gone:
        SignedInSession.objects.filter(pk__in=gone).delete()
    return [row for row in rows if row.pk not in gone]


def _stored(key: str) -> SessionBase:
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    return store(key)
