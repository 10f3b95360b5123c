"""Gateways: their addresses, the beats that come in, and how each of them is."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from connectivity.models import BeatDay, Gateway, Partner
from connectivity.pulse import STRIP_DAYS, Pulse
from facilities.models import Facility, User

# One statement: it finds the gateway, and adds to its day or begins it. Two beats at once, and a
# beat at midnight, lose nothing; an address that is not known or was revoked adds nothing.
BEAT = """
INSERT INTO connectivity_beatday (gateway_id, day, beats, sent, errors, first_at, last_at)
SELECT id, %(day)s, 1, %(sent)s, %(errors)s, %(now)s, %(now)s
FROM connectivity_gateway WHERE digest = %(digest)s AND revoked_at IS NULL
ON CONFLICT (gateway_id, day) DO UPDATE SET
    beats = connectivity_beatday.beats + 1,
    sent = connectivity_beatday.sent + excluded.sent,
    errors = connectivity_beatday.errors + excluded.errors,
    last_at = CASE WHEN excluded.last_at > connectivity_beatday.last_at
              THEN excluded.last_at ELSE connectivity_beatday.last_at END
"""


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def beat(*, secret: str, sent: int, errors: int, now: datetime) -> bool:
    """A gateway gave a sign of life. False for a secret that opens nothing. One query."""
    return _beat(digest_of(secret), sent=sent, errors=errors, now=now)


def beat_of(*, facility_id: int, partner: str, sent: int, errors: int, now: datetime) -> bool:
    """The same of the gateway between a facility and a partner (its code). False without a standing one."""
    standing = Gateway.objects.filter(
        facility=facility_id, partner__code=partner, revoked_at=None
    ).values_list("digest", flat=True)
    digest = standing.order_by("-pk").first()
    return digest is not None and _beat(digest, sent=sent, errors=errors, now=now)


def _beat(digest: str, *, sent: int, errors: int, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            BEAT,
            {
                "day": connection.ops.adapt_datefield_value(timezone.localdate(now)),
                "now": connection.ops.adapt_datetimefield_value(now),
                "sent": sent,
                "errors": errors,
                "digest": digest,
            },
        )
        return cursor.rowcount == 1


@transaction.atomic
def issue(
    *,
    facility: Facility,
    partner: Partner,
    by: User,
    interval_minutes: int = 60,
    grace_minutes: int = 30,
    because: str = "",
    at: datetime | None = None,
) -> tuple[Gateway, str]:
    """A new address; the one that stood is revoked with it. Returns the gateway and its secret.

    The secret can never be shown again. Replacing an address needs a reason.
    """
    at = at or timezone.now()
    Facility.objects.select_for_update(no_key=True).get(pk=facility.pk)
    standing = Gateway.objects.filter(
        facility=facility, partner=partner, revoked_at__isnull=True
    ).first()
    if standing is not None:
        revoke(gateway=standing, because=because, by=by, at=at)
    secret = secrets.token_urlsafe(24)
    made = Gateway(
        facility=facility,
        partner=partner,
        digest=digest_of(secret),
        interval_minutes=interval_minutes,
        grace_minutes=grace_minutes,
        issued_at=at,
        issued_by=by,
    )
    made.full_clean(exclude=["digest"])
    made.save(force_insert=True)
    return made, secret


@transaction.atomic
def issue_first(
    *,
    places: Iterable[tuple[int, int]],
    by: User,
    interval_minutes: int,
    grace_minutes: int,
    at: datetime | None = None,
) -> dict[tuple[int, int], str]:
    """Addresses for those of these (facility, partner) that have none; their secrets by place.

    What has an address keeps it, so that a second call hands out nothing. A few queries for all.
    """
    at = at or timezone.now()
    places = set(places)
    list(
        Facility.objects.select_for_update(no_key=True)
        .filter(pk__in={facility for facility, _partner in places})
        .order_by("pk")
    )
    standing = Gateway.objects.filter(revoked_at__isnull=True)
    wanted = sorted(places - set(standing.values_list("facility_id", "partner_id")))
    made = {place: secrets.token_urlsafe(24) for place in wanted}
    Gateway.objects.bulk_create(
        [
            Gateway(
                facility_id=facility,
                partner_id=partner,
                digest=digest_of(secret),
                interval_minutes=interval_minutes,
                grace_minutes=grace_minutes,
                issued_at=at,
                issued_by=by,
            )
            for (facility, partner), secret in made.items()
        ],
        batch_size=500,
    )
    return made


def revoke(*, gateway: Gateway, because: str, by: User, at: datetime | None = None) -> None:
    """From now on its address opens nothing. Raises ValidationError without a reason."""
    if not because.strip():
        raise ValidationError({"because": _("Give the reason.")}, code="required")
    revoked = Gateway.objects.filter(pk=gateway.pk, revoked_at__isnull=True).update(
        revoked_at=at or timezone.now(), revoked_by=by, because=because.strip()
    )
    if not revoked:
        raise ValidationError(_("This address was revoked already."), code="revoked")


def pulses(now: datetime, facility_ids: Iterable[int] | None = None) -> list[Pulse]:
    """Every standing gateway, of these facilities only if any are named: one query."""
    last = BeatDay.objects.filter(gateway=OuterRef("pk")).order_by("-day").values("last_at")[:1]
    rows = Gateway.objects.filter(revoked_at__isnull=True).select_related("facility", "partner")
    if facility_ids is not None:
        rows = rows.filter(facility__in=list(facility_ids))
    return [
        Pulse(gateway, gateway.last_at, now) for gateway in rows.annotate(last_at=Subquery(last))
    ]


def days_of(
    gateways: Iterable[Gateway], until: date, days: int = STRIP_DAYS
) -> dict[tuple[int, int], dict[date, BeatDay]]:
    """By facility and partner so many days up to `until`, under whichever address: one query."""
    pairs = {(gateway.facility_id, gateway.partner_id) for gateway in gateways}
    rows = BeatDay.objects.filter(
        day__gt=until - timedelta(days=days),
        day__lte=until,
        gateway__facility__in={facility for facility, _partner in pairs},
    ).select_related("gateway")
    found: dict[tuple[int, int], dict[date, BeatDay]] = defaultdict(dict)
    for row in rows.order_by("pk"):
        place = (row.gateway.facility_id, row.gateway.partner_id)
        before = found[place].get(row.day)
        if before is not None:  # the address was replaced on this day
            row.beats += before.beats
            row.sent += before.sent
            row.errors += before.errors
            row.first_at = min(row.first_at, before.first_at)
            row.last_at = max(row.last_at, before.last_at)
        found[place][row.day] = row
    return found


def first_issued(facility_ids: Iterable[int]) -> dict[tuple[int, int], datetime]:
    """Since when facility and partner have had any address: one query."""
    rows = (
        Gateway.objects.filter(facility__in=list(facility_ids))
        .order_by("-issued_at")
        .values_list("facility_id", "partner_id", "issued_at")
    )
    return {(facility, partner): at for facility, partner, at in rows}
