"""Certificates one by one, as they stood on a day. What counts here is what `readiness` counts."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from facilities.as_of import AsOf
from signatures.changes import COUNTED
from signatures.models import Certificate, CertificateEvent

Kind = CertificateEvent.Kind


@dataclass(frozen=True, slots=True)
class CertificateOnDay:
    """One certificate. `holder` is personal data: show it only where `Access.sees_names_in` allows."""

    certificate: Certificate
    days: dict[str, date]  # the day of each event; of the latest attempt where it happened again
    valid_until: date | None  # first day on which it is no longer valid
    ended_on: date | None  # revoked or expired by the day
    returned: bool  # the request was returned and not made again

    def counts_as(self, kind: str) -> bool:
        """Whether it counts in `certificates_<kind>` on the day."""
        if kind not in self.days or self.ended_on is not None:
            return False
        return not (kind == Kind.REQUESTED and self.returned)

    @property
    def step(self) -> Kind | None:
        """The furthest event that counts; None when it was returned, or has ended."""
        return next((kind for kind in reversed(COUNTED) if self.counts_as(kind)), None)


def certificates(as_of: AsOf) -> list[CertificateOnDay]:
    """The certificates of its facilities asked for by the day: two queries."""
    events: dict[int, list[CertificateEvent]] = defaultdict(list)
    for event in as_of.facts(CertificateEvent).order_by("attempt", "happened_on"):
        events[event.certificate_id].append(event)
    return [
        _on_day(certificate, events[certificate.pk], as_of.until)
        for certificate in as_of.only(Certificate.objects).order_by("pk")
        if events[certificate.pk]
    ]


def _on_day(certificate: Certificate, events: list[CertificateEvent], on: date) -> CertificateOnDay:
    days = {event.kind: event.happened_on for event in events}
    attempts = {event.kind: event.attempt for event in events}
    valid_until = max((e.valid_until for e in events if e.valid_until), default=None)
    ends = [day for day in (valid_until, days.get(Kind.REVOKED)) if day]
    end = min(ends, default=None)
    return CertificateOnDay(
        certificate=certificate,
        days=days,
        valid_until=valid_until,
        ended_on=end if end and end <= on else None,
        returned=attempts.get(Kind.RETURNED, 0) >= attempts.get(Kind.REQUESTED, 1),
    )
