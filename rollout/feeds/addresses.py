"""Secret addresses under which one person's calendar or news is read without signing in."""

import hashlib
import secrets

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities.models import User
from rollout.models import FeedAddress

MOST = 5  # standing addresses of one person


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def issue(*, person: User, kind: str, language: str) -> tuple[FeedAddress, str]:
    """The address and its secret, which can never be shown again."""
    list(User.objects.select_for_update().filter(pk=person.pk))
    if FeedAddress.objects.filter(person=person, revoked_at__isnull=True).count() >= MOST:
        raise ValidationError(
            {"kind": _("There are %(most)s addresses. Revoke one first.") % {"most": MOST}},
            code="many",
        )
    secret = secrets.token_urlsafe(24)
    made = FeedAddress.objects.create(
        person=person, kind=kind, language=language, digest=digest_of(secret)
    )
    return made, secret


def revoke(*, address: FeedAddress) -> None:
    FeedAddress.objects.filter(pk=address.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )


def opened_by(secret: str, kind: str) -> FeedAddress | None:
    """The standing address of an active person; None alike for whatever else was asked."""
    return (
        FeedAddress.objects.select_related("person")
        .filter(
            digest=digest_of(secret), kind=kind, revoked_at__isnull=True, person__is_active=True
        )
        .first()
    )
