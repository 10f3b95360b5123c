"""What can have happened to a certificate, and what is odd: pure, told of all that stands about it."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from facilities.registers.attempts import Fault, Story
from signatures.models import CertificateEvent
from signatures.validity import YEARS, fault_of_end

Kind = CertificateEvent.Kind

# What must have happened before, on the same day or earlier.
AFTER = {
    Kind.RETURNED: Kind.REQUESTED,
    Kind.ISSUED: Kind.REQUESTED,
    Kind.RECEIVED: Kind.ISSUED,
    Kind.HANDED_OVER: Kind.ISSUED,
    Kind.AUTHENTICATED: Kind.ISSUED,
    Kind.RENEWED: Kind.ISSUED,
    Kind.CHANGED: Kind.ISSUED,
    Kind.REVOKED: Kind.ISSUED,
    Kind.LEFT: Kind.ISSUED,
}

# What usually happens in this order; the other way round it is asked why.
USUALLY_AFTER = {
    Kind.HANDED_OVER: Kind.RECEIVED,
    Kind.AUTHENTICATED: Kind.HANDED_OVER,
}


def faults(story: Story) -> list[Fault]:
    """Everything about a certificate that cannot be so, or is odd."""
    return [*_order(story), *_requests(story), *_ends(story), *_oddities(story)]


def end_before(story: Story, renewal: int) -> date | None:
    """The end that a renewal extends: the latest that the issue and the renewals before it gave."""
    return max(
        (
            happening.valid_until
            for (kind, attempt), happening in story.items()
            if happening.valid_until
            and (kind == Kind.ISSUED or (kind == Kind.RENEWED and attempt < renewal))
        ),
        default=None,
    )


def latest(story: Story, kind: str) -> int:
    """The number of the latest attempt; 0 if there is none."""
    return max((attempt for of, attempt in story if of == kind), default=0)


def _order(story: Story) -> Iterator[Fault]:
    for (kind, attempt), happening in story.items():
        needed = AFTER.get(Kind(kind))
        if needed is None:
            continue
        firsts = [
            other.happened_on
            for (of, number), other in story.items()
            if of == needed and (kind != Kind.RETURNED or number == attempt)
        ]
        if not firsts or min(firsts) > happening.happened_on:
            text = _("“%(kind)s” cannot come before “%(needed)s”.") % {
                "kind": Kind(kind).label,
                "needed": needed.label,
            }
            yield Fault(kind, attempt, "happened_on", text)


def _requests(story: Story) -> Iterator[Fault]:
    """A request is answered once, by its issue or its return; made anew only after a return."""
    request = latest(story, Kind.REQUESTED)
    issue = story.get((Kind.ISSUED, 1))
    if issue and (Kind.RETURNED, request) in story:
        yield Fault(
            Kind.RETURNED,
            request,
            "kind",
            _("The certificate is issued; its request can no longer be returned."),
        )
        yield Fault(
            Kind.ISSUED, 1, "kind", _("The request was returned. Record the new request first.")
        )
    if issue and request > 1 and story[Kind.REQUESTED, request].happened_on > issue.happened_on:
        yield Fault(
            Kind.ISSUED, 1, "happened_on", _("The request was made again only after this day.")
        )
    for (kind, attempt), happening in story.items():
        if kind != Kind.REQUESTED or attempt == 1:
            continue
        returned = story.get((Kind.RETURNED, attempt - 1))
        if returned is None or returned.happened_on > happening.happened_on:
            text = _("It is requested already and was not returned.")
            yield Fault(kind, attempt, "kind", text)


def _ends(story: Story) -> Iterator[Fault]:
    revoked = story.get((Kind.REVOKED, 1))
    for (kind, attempt), happening in story.items():
        if kind not in YEARS:
            continue
        old_end = end_before(story, attempt) if kind == Kind.RENEWED else None
        text = fault_of_end(kind, happening.happened_on, happening.valid_until, old_end)
        if text:
            yield Fault(kind, attempt, "valid_until", text)
        if kind != Kind.RENEWED:
            continue
        if attempt > 1:
            text = _("A certificate is renewed once; after that a new one is asked for.")
            yield Fault(kind, attempt, "happened_on", text, odd=True)
        ended_on = min(filter(None, (old_end, revoked and revoked.happened_on)), default=None)
        if ended_on and happening.happened_on >= ended_on:
            text = _(
                "The certificate ended on %(end)s; an ended one is not renewed but requested anew."
            ) % {"end": _shown(ended_on)}
            yield Fault(kind, attempt, "happened_on", text)


def _oddities(story: Story) -> Iterator[Fault]:
    for kind, usual in USUALLY_AFTER.items():
        one, other = story.get((kind, 1)), story.get((usual, 1))
        if one and other and one.happened_on < other.happened_on:
            text = _("“%(kind)s” lies before “%(needed)s”.") % {
                "kind": kind.label,
                "needed": usual.label,
            }
            yield Fault(kind, 1, "happened_on", text, odd=True)
    end = end_before(story, 1 + latest(story, Kind.RENEWED))
    revoked = story.get((Kind.REVOKED, 1))
    for kind in (Kind.RECEIVED, Kind.HANDED_OVER, Kind.AUTHENTICATED, Kind.REVOKED):
        happening = story.get((kind, 1))
        ends = [end, revoked.happened_on if revoked and kind != Kind.REVOKED else None]
        ended_on = min((day for day in ends if day), default=None)
        if happening and ended_on and happening.happened_on >= ended_on:
            text = _("The certificate had ended by then, on %(end)s.") % {"end": _shown(ended_on)}
            yield Fault(kind, 1, "happened_on", text, odd=True)


def _shown(day: date) -> str:
    return day.strftime("%d/%m/%Y")
