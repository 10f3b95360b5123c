"""What is due with certificates: those that will expire, told per facility and day."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Max, Min, Q
from django.utils.translation import ngettext

from facilities.as_of import AsOf
from facilities.lazy_texts import lazily
from facilities.timeline import Deadline
from signatures import campaigns
from signatures.models import CertificateEvent
from signatures.moves import moves, with_moved

HORIZON = timedelta(days=100)  # sixty working days, with Tet among them
LOOK_BACK = timedelta(days=365)  # certificates that ended longer ago belong to people who left

Kind = CertificateEvent.Kind


def deadlines(as_of: AsOf) -> Iterator[Deadline]:
    """Open campaigns; certificates whose validity ends within the horizon, or ended within the last year.

    The last valid day is the day they are due. Revoked ones are left out: nobody renews them.
    """
    yield from campaigns.deadlines(as_of)
    known = moves(as_of)
    ends = (
        with_moved(as_of, known)
        .filter(kind__in=(Kind.ISSUED, Kind.RENEWED, Kind.REVOKED))
        .values("certificate_id")
        .annotate(
            at_first=Min("facility_id"),
            valid_until=Max("valid_until"),
            revocations=Count("pk", filter=Q(kind=Kind.REVOKED)),
        )
        .filter(
            revocations=0,
            valid_until__gt=as_of.until - LOOK_BACK,
            # The due day is the one before `valid_until`.
            valid_until__lte=as_of.until + HORIZON + timedelta(days=1),
        )
    )
    counted: dict[tuple, int] = {}
    for certificate, at_first, valid_until in ends.values_list(
        "certificate_id", "at_first", "valid_until"
    ):
        facility_id = known.home(certificate, as_of.until, at_first)
        if as_of.facility_ids is not None and facility_id not in as_of.facility_ids:
            continue
        place = (as_of.descent.heir(facility_id), valid_until)
        counted[place] = counted.get(place, 0) + 1
    for (facility_id, valid_until), count in counted.items():
        yield Deadline(
            rule="certificate_expiry",
            subject=f"certificates:{facility_id}",
            facility_id=facility_id,
            due_on=valid_until - timedelta(days=1),
            done_on=None,
            what=_certificates_expire(count),
        )


def _certificates_expire_text(count: int) -> str:
    return ngettext(
        "%(count)s digital signature expires", "%(count)s digital signatures expire", count
    ) % {"count": count}


_certificates_expire = lazily(_certificates_expire_text)
