"""Certificates that can be used and whose end is near, with whom to tell."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, TypedDict

from django.db.models import DateField, F, Max, OuterRef, QuerySet, Subquery

from signatures.life import State, state_of
from signatures.models import Certificate, CertificateEvent

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

# Whoever left or retired hands the device back: a coming end is no news to them.
TOLD_IN = (State.IN_FORCE, State.TO_CHANGE, State.SUSPENDED, State.DEVICE_LOST)


class Ending(TypedDict):
    """What `ending` adds to a certificate."""

    end: date
    state: str
    email: str


def ending(on: date, within: timedelta) -> "QuerySet[WithAnnotations[Certificate, Ending]]":
    """Those of people with an official e-mail on record, with `end` (first day no longer valid) and `state`.

    They are valid on the day, and the day is no more than `within` before the end.
    """
    events = CertificateEvent.objects.as_of(on)
    near = events.filter(valid_until__gt=on, valid_until__lte=on + within)
    ends = events.filter(certificate=OuterRef("pk")).order_by().values("certificate")
    return (
        Certificate.objects.standing()
        .filter(member__withdrawn_at__isnull=True, pk__in=near.values("certificate"))
        .exclude(member__email="")
        .exclude(member__isnull=True)
        .annotate(
            end=Subquery(
                ends.annotate(end=Max("valid_until")).values("end"), output_field=DateField()
            ),
            state=state_of(on),
            email=F("member__email"),
        )
        .filter(end__lte=on + within, state__in=TOLD_IN)
    )
