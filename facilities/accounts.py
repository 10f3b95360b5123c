"""Accounts over time: when one was last used, which are closed for that, and opening one again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypedDict

from django.db import transaction
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from facilities import access_log, sessions
from facilities.models import (
    ApiToken,
    LogEntry,
    PastPassword,
    Role,
    RoleAssignment,
    SignedInSession,
    User,
)

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Used(TypedDict):
        used_at: datetime

    UsedUser = WithAnnotations[User, _Used]

Kind = LogEntry.Kind
UNUSED = "unused"  # the subject of a line: closed by itself
TOLD_BEFORE = timedelta(days=7)


def with_use(users: QuerySet[User]) -> "QuerySet[UsedUser]":
    """Adds `used_at`: made, signed in, read by a key or opened again, whatever was last."""
    key = ApiToken.objects.filter(user=OuterRef("pk")).order_by().values("user")
    opened = LogEntry.objects.filter(about=OuterRef("pk"), kind=Kind.ACCOUNT_ON).order_by()
    return users.annotate(
        used_at=Greatest(
            "date_joined",
            Coalesce("last_login", "date_joined"),
            Coalesce(Subquery(key.annotate(at=Max("last_used_at")).values("at")), "date_joined"),
            Coalesce(
                Subquery(opened.values("about").annotate(last=Max("at")).values("last")),
                "date_joined",
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class Unused:
    """An account that will be closed for not being used, and when."""

    user: User
    used_at: datetime
    closes_at: datetime


def unused(now: datetime, days: int, on: date) -> list[Unused]:
    """Accounts that close within a week or are due to, the longest unused first.

    `days` without use close an account; 0: none is closed. Of the administrators of the day the one
    seen last stays: somebody must be able to open the others again.
    """
    if not days:
        return []
    life = timedelta(days=days)
    rows = list(
        with_use(User.objects.filter(is_active=True))
        .filter(used_at__lte=now - life + TOLD_BEFORE)
        .order_by("used_at", "pk")
    )
    quiet = {user.pk for user in rows}
    administrators = administrators_on(on)
    if administrators and administrators <= quiet:
        last = [user for user in rows if user.pk in administrators][-1]
        rows.remove(last)
    return [Unused(user, user.used_at, user.used_at + life) for user in rows]


def administrators_on(on: date) -> set[int]:
    """Who can open and close accounts on that day."""
    held = RoleAssignment.objects.on(on).filter(role=Role.ADMINISTRATOR, user__is_active=True)
    return set(held.values_list("user", flat=True))


def close_unused(now: datetime, days: int, on: date) -> list[User]:
    """Close what was not used for so many days. Twice at once, or late, it closes the same."""
    due = [found.user.pk for found in unused(now, days, on) if found.closes_at <= now]
    if not due:
        return []
    with transaction.atomic():
        still = with_use(User.objects.filter(pk__in=due, is_active=True))
        rows: list[User] = list(
            still.filter(used_at__lte=now - timedelta(days=days))
            .order_by("pk")
            .select_for_update(of=("self",))
        )
        User.objects.filter(pk__in=[user.pk for user in rows]).update(is_active=False)
        sessions.end(SignedInSession.objects.filter(user__in=rows), by=None)
        access_log.write(
            [LogEntry(kind=Kind.ACCOUNT_OFF, about_id=user.pk, subject=UNUSED) for user in rows]
        )
    return rows


def open_again(users: Iterable[User], *, by: User) -> int:
    """Let closed accounts in again; each has a line in the access log. Returns how many."""
    with transaction.atomic():
        rows = list(
            User.objects.filter(pk__in=[user.pk for user in users], is_active=False)
            .order_by("pk")
            .select_for_update()
        )
        User.objects.filter(pk__in=[user.pk for user in rows]).update(is_active=True)
        access_log.write([LogEntry(kind=Kind.ACCOUNT_ON, by=by, about_id=user.pk) for user in rows])
    return len(rows)


# --- Passwords over time ----------------------------------------------------------------------


def password_set(user: User, *, by_another: bool = False) -> None:
    """Keep the hash of the password that the account has now."""
    PastPassword.objects.create(user=user, encoded=user.password, by_another=by_another)


def password_is_old(user: User, now: datetime, days: int, of_administrators: int, on: date) -> bool:
    """Whether a new password is due at this sign-in: too old, or typed by an administrator.

    `days`, `of_administrators`: how long one is good; 0: for ever. Of a password that was never
    noted the days count from now on.
    """
    last = PastPassword.objects.filter(user=user).first()
    if last is not None and last.by_another:
        return True
    good = [days] if days else []
    if of_administrators and user.pk in administrators_on(on):
        good.append(of_administrators)
    if not good:
        return False
    if last is None:
        password_set(user)
        return False
    return last.at + timedelta(days=min(good)) <= now
