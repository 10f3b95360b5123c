"""Secret addresses under which a calendar or news is read without signing in.

Of a person, as long as they are active; or of a role, as long as somebody holds it: everybody in
the role may see that the address is there, and revoke it.
"""

import hashlib
import secrets
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities.models import RoleAssignment, User
from facilities.permissions import Access, access_as, access_of
from rollout.models import FeedAddress

MOST = 5  # standing addresses of one person


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def issue(
    *, person: User, kind: str, language: str, of: RoleAssignment | None = None
) -> tuple[FeedAddress, str]:
    """The address and its secret, which can never be shown again. `of`: the role that shares it."""
    list(User.objects.select_for_update().filter(pk=person.pk))
    if FeedAddress.objects.filter(person=person, revoked_at__isnull=True).count() >= MOST:
        raise ValidationError(
            {"kind": _("There are %(most)s addresses. Revoke one first.") % {"most": MOST}},
            code="many",
        )
    secret = secrets.token_urlsafe(24)
    made = FeedAddress.objects.create(
        person=person,
        kind=kind,
        language=language,
        digest=digest_of(secret),
        role=of.role if of else "",
        facility=of.facility if of else None,
        agency=of.agency if of else None,
        area=of.area if of else None,
    )
    return made, secret


def revoke(*, address: FeedAddress) -> None:
    FeedAddress.objects.filter(pk=address.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )


def held(person: User, on: date) -> list[RoleAssignment]:
    """The roles of a person on a day, each of which may share a calendar."""
    rows = RoleAssignment.objects.on(on).filter(user=person)
    return list(rows.select_related("facility", "agency", "area").order_by("role", "pk"))


def standing(person: User, on: date) -> QuerySet[FeedAddress]:
    """The addresses a person may see and revoke: their own, and those of their roles."""
    shared = Q()
    for one in held(person, on):
        shared |= Q(role=one.role, facility=one.facility_id, agency=one.agency_id, area=one.area_id)
    mine = Q(person=person, role="")
    found = FeedAddress.objects.filter(mine | shared if shared else mine, revoked_at__isnull=True)
    return found.select_related("facility", "agency", "area", "person")


def opened_by(secret: str, kind: str, on: date) -> FeedAddress | None:
    """The standing address of somebody who is still there; None alike for whatever else was asked."""
    address = (
        FeedAddress.objects.select_related("person")
        .filter(digest=digest_of(secret), kind=kind, revoked_at__isnull=True)
        .first()
    )
    if address is None:
        return None
    is_there = (
        _holder(address, on) is not None
        if address.role
        # Also before the watch has ended what outlives its holder (notices/leaving.py).
        else address.person.is_active and bool(held(address.person, on))
    )
    return address if is_there else None


def access_through(address: FeedAddress, on: date) -> Access:
    """What its person, or its role, may see on the day."""
    if not address.role:
        return access_of(address.person, on)
    holder = _holder(address, on)
    return access_as(holder, on) if holder else Access(address.person)


def _holder(address: FeedAddress, on: date) -> RoleAssignment | None:
    rows = RoleAssignment.objects.on(on).filter(
        role=address.role,
        facility=address.facility_id,
        agency=address.agency_id,
        area=address.area_id,
        user__is_active=True,
    )
    return rows.select_related("user").first()
