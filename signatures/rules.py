"""What can have happened to a certificate, and what is odd: pure, told of all that stands about it."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from facilities.registers.attempts import Fault, Story
from signatures.models import CertificateEvent
from signatures.validity import YEARS, fault_of_end

Kind = CertificateEvent.Kind

# What must have happened before, on the same day or earlier.
AFTER: dict[Kind, Kind] = {
    Kind.RETURNED: Kind.REQUESTED,
    Kind.ISSUED: Kind.REQUESTED,
    Kind.RECEIVED: Kind.ISSUED,
    Kind.HANDED_OVER: Kind.ISSUED,
    Kind.AUTHENTICATED: Kind.ISSUED,
    Kind.RENEWED: Kind.ISSUED,
    Kind.CHANGED: Kind.ISSUED,
    Kind.REVOKED: Kind.ISSUED,
    Kind.LEFT: Kind.ISSUED,
    Kind.RETIRED: Kind.ISSUED,
    Kind.SUSPENDED: Kind.ISSUED,
    Kind.RESTORED: Kind.SUSPENDED,
    Kind.DEVICE_LOST: Kind.ISSUED,
    Kind.DEVICE_RESTORED: Kind.DEVICE_LOST,
    Kind.MOVED: Kind.ISSUED,
    Kind.RENAMED: Kind.ISSUED,
}

# What ends what, attempt by attempt: each bears the number of what it ends.
ENDS: dict[Kind, Kind] = {
    Kind.RETURNED: Kind.REQUESTED,
    Kind.RESTORED: Kind.SUSPENDED,
    Kind.DEVICE_RESTORED: Kind.DEVICE_LOST,
}
HOLDS: dict[Kind, Kind] = {begun: end for end, begun in ENDS.items() if begun != Kind.REQUESTED}

GONE = (Kind.LEFT, Kind.RETIRED)

# What cannot happen to a certificate that has ended.
WHILE_VALID = (
    Kind.SUSPENDED,
    Kind.RESTORED,
    Kind.DEVICE_LOST,
    Kind.DEVICE_RESTORED,
    Kind.CHANGED,
    Kind.MOVED,
    Kind.RENAMED,
)

# What usually happens in this order; the other way round it is asked why.
USUALLY_AFTER: dict[Kind, Kind] = {
    Kind.HANDED_OVER: Kind.RECEIVED,
    Kind.AUTHENTICATED: Kind.HANDED_OVER,
}


def faults(story: Story) -> list[Fault]:
    """Everything about a certificate that cannot be so, or is odd."""
    return [
        *_order(story),
        *_requests(story),
        *_holds(story),
        *_holders(story),
        *_ends(story),
        *_after_the_end(story),
        *_oddities(story),
    ]


def next_attempt(story: Story, kind: str) -> int:
    """Which time this is. What ends something bears the number of the latest of that."""
    begun = ENDS.get(Kind(kind))
    if begun is not None:
        return max(latest(story, begun), 1)
    return latest(story, kind) + 1 if kind in CertificateEvent.REPEATABLE else 1


def ended_on(story: Story) -> date | None:
    """The day the certificate ends: revoked, or the last day given for it; None while none is known."""
    revoked = story.get((Kind.REVOKED, 1))
    end = end_before(story, 1 + latest(story, Kind.RENEWED))
    return min((day for day in (end, revoked and revoked.happened_on) if day), default=None)


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
            if of == needed and (kind not in ENDS or number == attempt)
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


def _holds(story: Story) -> Iterator[Fault]:
    """A hold begins anew only once the one before it has ended; moves follow each other."""
    for (kind, attempt), happening in story.items():
        if attempt == 1:
            continue
        if kind in HOLDS:
            end = story.get((HOLDS[Kind(kind)], attempt - 1))
            if end is None or end.happened_on > happening.happened_on:
                text = _("“%(kind)s” stands already; “%(end)s” comes first.") % {
                    "kind": Kind(kind).label,
                    "end": HOLDS[Kind(kind)].label,
                }
                yield Fault(kind, attempt, "happened_on", text)
        elif kind == Kind.MOVED:
            before = story.get((Kind.MOVED, attempt - 1))
            if before and before.happened_on > happening.happened_on:
                text = _("It moved again on %(day)s. Give moves in their order.") % {
                    "day": _shown(before.happened_on)
                }
                yield Fault(kind, attempt, "happened_on", text)


def _holders(story: Story) -> Iterator[Fault]:
    """Whoever is gone neither goes again nor moves."""
    left, retired = (story.get((kind, 1)) for kind in GONE)
    if left and retired:
        text = _("The holder was gone by then, on %(day)s.") % {
            "day": _shown(min(left.happened_on, retired.happened_on))
        }
        yield Fault(
            Kind.LEFT if left.happened_on > retired.happened_on else Kind.RETIRED, 1, "kind", text
        )
    gone = min((one.happened_on for one in (left, retired) if one), default=None)
    for (kind, attempt), happening in story.items():
        if kind == Kind.MOVED and gone and happening.happened_on >= gone:
            text = _("The holder was gone by then, on %(day)s.") % {"day": _shown(gone)}
            yield Fault(kind, attempt, "happened_on", text)


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
        end = min(filter(None, (old_end, revoked and revoked.happened_on)), default=None)
        if end and happening.happened_on >= end:
            text = _(
                "The certificate ended on %(end)s; an ended one is not renewed but requested again."
            ) % {"end": _shown(end)}
            yield Fault(kind, attempt, "happened_on", text)


def _after_the_end(story: Story) -> Iterator[Fault]:
    end = ended_on(story)
    for (kind, attempt), happening in story.items():
        if kind in WHILE_VALID and end and happening.happened_on >= end:
            text = _("The certificate had ended by then, on %(end)s.") % {"end": _shown(end)}
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
        ended = min((day for day in ends if day), default=None)
        if happening and ended and happening.happened_on >= ended:
            text = _("The certificate had ended by then, on %(end)s.") % {"end": _shown(ended)}
            yield Fault(kind, 1, "happened_on", text, odd=True)


def _shown(day: date) -> str:
    return day.strftime("%d/%m/%Y")
