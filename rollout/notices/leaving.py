"""What was given to somebody opens nothing once they have left: addresses of feeds, API keys, webhooks.

Left has whoever's account is closed, or whose roles have all ended with none to come. Coming back opens
nothing again: new secrets are made. What is shared by a role ends with the last who holds it.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from facilities import access_log, sessions
from facilities.models import ApiToken, LogEntry, RoleAssignment, SignedInSession, User
from rollout.models import FeedAddress, Webhook

Kind = LogEntry.Kind


def end_what_outlives(on: date, now: datetime) -> int:
    """End the secrets of those who have left by that day. Returns how many."""
    gone = User.objects.filter(_has_left(on))
    with transaction.atomic():
        keys = list(
            ApiToken.objects.select_for_update()
            .filter(user__in=gone, revoked_at=None)
            .order_by("pk")
        )
        ApiToken.objects.filter(pk__in=[key.pk for key in keys]).update(revoked_at=now)
        feeds = list(
            FeedAddress.objects.select_for_update()
            .filter(person__in=gone, role="", revoked_at=None)
            .order_by("pk")
        )
        FeedAddress.objects.filter(pk__in=[feed.pk for feed in feeds]).update(revoked_at=now)
        hooks = list(
            Webhook.objects.select_for_update()
            .filter(made_by__in=gone, ended_at=None)
            .order_by("pk")
        )
        for hook in hooks:
            Webhook.objects.filter(pk=hook.pk).update(ended_at=now, ended_by=hook.made_by_id)
        access_log.write(
            [
                *(_entry(key.user_id, key.prefix, key.label) for key in keys),
                *(_entry(feed.person_id, "feed", "") for feed in feeds),
                *(_entry(hook.made_by_id, "webhook", hook.name) for hook in hooks),
            ]
        )
        sessions.end(SignedInSession.objects.filter(user__in=gone), by=None)
    return len(keys) + len(feeds) + len(hooks)


def _has_left(on: date) -> Q:
    roles = RoleAssignment.objects.filter(user=OuterRef("pk"))
    standing = roles.filter(Q(valid_until=None) | Q(valid_until__gt=on))
    return Q(is_active=False) | (Exists(roles) & ~Exists(standing))


def _entry(user_id: int, subject: str, because: str) -> LogEntry:
    return LogEntry(kind=Kind.KEY_REVOKED, about_id=user_id, subject=subject, because=because[:300])
