"""What was given to somebody ends with their leaving, and does not open again when they come back."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from facilities.models import ApiToken, LogEntry, Role, RoleAssignment
from rollout.models import FeedAddress, Webhook
from rollout.notices.leaving import end_what_outlives
from tests.factories import START, UserFactory, user_with

pytestmark = pytest.mark.django_db
TODAY = date(2025, 5, 21)


def with_secrets(user):
    """A key, a calendar of one's own, one that is shared by the role, a webhook."""
    ApiToken.make(user=user, label="Cổng", expires_on=date(2099, 1, 1))
    for role in ("", Role.LEADER):
        FeedAddress.objects.create(
            person=user, kind="calendar", role=role, digest=f"{user.pk}-{role}"
        )
    Webhook.objects.create(name="Trục", url="https://x.vn/", salt="s", made_by=user)
    return user


def open_of(user) -> tuple[int, int, int]:
    return (
        ApiToken.objects.filter(user=user, revoked_at=None).count(),
        FeedAddress.objects.filter(person=user, revoked_at=None).count(),
        Webhook.objects.filter(made_by=user, ended_at=None).count(),
    )


def test_the_secrets_of_those_who_left_end_and_others_go_on():
    stays = with_secrets(user_with(Role.LEADER))
    left = with_secrets(user_with(Role.LEADER, until=TODAY))
    last_day = with_secrets(user_with(Role.LEADER, until=TODAY + timedelta(1)))
    closed = with_secrets(user_with(Role.LEADER, is_active=False))
    to_come = with_secrets(user_with(Role.LEADER, until=date(2025, 1, 1)))
    RoleAssignment.objects.create(user=to_come, role=Role.LEADER, valid_from=date(2025, 9, 1))
    never_had_one = with_secrets(UserFactory())

    assert end_what_outlives(TODAY, timezone.now()) == 6
    for user in (stays, last_day, to_come, never_had_one):
        assert open_of(user) == (1, 2, 1)
    for user in (left, closed):
        assert open_of(user) == (0, 1, 0)  # the shared calendar belongs to whoever holds the role
    told = LogEntry.objects.filter(kind=LogEntry.Kind.KEY_REVOKED, about=left)
    begins = ApiToken.objects.get(user=left).prefix
    assert set(told.values_list("subject", flat=True)) == {begins, "feed", "webhook"}

    RoleAssignment.objects.create(user=left, role=Role.LEADER, valid_from=START)
    assert end_what_outlives(TODAY, timezone.now()) == 0
    assert open_of(left) == (0, 1, 0)
