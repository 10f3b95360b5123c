"""Accounts that nobody uses are closed, and rights that nobody has gone through are asked about."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from facilities import access_log, accounts, clock
from facilities.models import LogEntry, User
from rollout.models import Message

REVIEW_EVERY = 183  # days: half a year


def keep(now: datetime) -> int:
    """Close what is due, tell a week ahead, ask for the review of rights. Returns how many closed."""
    on = clock.day_of(now)
    closed = accounts.close_unused(now, settings.UNUSED_DAYS, on)
    if settings.MAILS:
        _tell_whose_accounts_close(now, on)
        _ask_for_the_review(now, on)
    return len(closed)


def _tell_whose_accounts_close(now: datetime, on: date) -> None:
    found = accounts.unused(now, settings.UNUSED_DAYS, on)
    _write(
        [
            _message(
                f"unused:{row.user.pk}:{row.used_at:%Y%m%d%H%M}",
                row.user,
                _closes(row),
                now,
            )
            for row in found
            if row.user.email and row.closes_at > now
        ]
    )


def _closes(row: accounts.Unused) -> str:
    with translation.override(row.user.language):
        return _(
            "The account %(name)s has not been used for a while and closes on %(day)s. Sign in before "
            "that day to keep it; after it an administrator can open it again.\n%(link)s"
        ) % {
            "name": row.user.username,
            "day": date_format(timezone.localtime(row.closes_at).date(), "SHORT_DATE_FORMAT"),
            "link": f"{settings.SITE_URL}{reverse('login')}",
        }


# --- The review of rights ---------------------------------------------------------------------


def last_review() -> LogEntry | None:
    """When an administrator last confirmed who may what."""
    return LogEntry.objects.filter(kind=LogEntry.Kind.REVIEWED).select_related("by").first()


def review_due_on(last: LogEntry | None) -> date | None:
    """By when the next is due; None: there was none yet, so now."""
    if last is None:
        return None
    return timezone.localtime(last.at).date() + timedelta(days=REVIEW_EVERY)


def reviewed(by: User, count: int, because: str) -> None:
    """Write down that somebody has gone through so many accounts."""
    access_log.note(LogEntry.Kind.REVIEWED, by=by, count=count, because=because)


def _ask_for_the_review(now: datetime, on: date) -> None:
    """Each administrator once a month, from the day on which it is due."""
    due = review_due_on(last_review())
    if due is not None and due > timezone.localtime(now).date():
        return
    people = User.objects.filter(pk__in=accounts.administrators_on(on)).exclude(email="")
    _write([_message(f"review:{p.pk}:{now:%Y%m}", p, _asks(p), now) for p in people])


def _asks(reader: User) -> str:
    with translation.override(reader.language):
        return _(
            "Half a year has passed since somebody went through who may do what. Do it here, and "
            "confirm it:\n%(link)s"
        ) % {"link": f"{settings.SITE_URL}{reverse('rollout:rights')}"}


def _message(key: str, person: User, text: str, now: datetime) -> Message:
    return Message(
        kind=Message.Kind.SECURITY,
        key=key,
        person=person,
        on=clock.day_of(now),
        made_at=now,
        not_before=now,
        text=text,
    )


def _write(messages: Iterable[Message]) -> None:
    """Whoever has been told is not told again."""
    Message.objects.bulk_create(messages, ignore_conflicts=True)
