"""What became of what was promised: kept, broken, still open; and what is carried into a session."""

from datetime import date

from django.utils.translation import pgettext_lazy

from rollout.programme.directives.reading import DirectiveOnDay

VERDICTS = {
    "kept": pgettext_lazy("promise", "on time"),
    "broken": pgettext_lazy("promise", "missed"),
    "running": pgettext_lazy("promise", "running"),
    "no_day": pgettext_lazy("promise", "no date was set"),
}


def verdict(directive: DirectiveOnDay, on: date) -> str:
    """A key of VERDICTS on the day. Measured by the day first promised: moving it mends nothing.

    A directive without a day is neither kept nor broken while it is open; closed, it is kept.
    """
    closed = directive.closed_on
    if directive.first_due_on is None:
        return "kept" if closed else "no_day"
    if days_broken(directive, on):
        return "broken"
    return "kept" if closed else "running"


def days_broken(directive: DirectiveOnDay, on: date) -> int:
    """Working days past the day first promised, until it was closed; 0 while the promise stands.

    Not how late it is: that is `days_late`, by the day that holds now.
    """
    return directive.working.days_late(directive.first_due_on, directive.closed_on or on)


def carried_over(found: list[DirectiveOnDay], held_on: date) -> list[DirectiveOnDay]:
    """Those a session on that day takes over from before: issued earlier, not closed by it.

    The latest first by how much they are overdue, then by age.
    """
    carried = [
        one
        for one in found
        if one.issued_on < held_on and (one.closed_on is None or one.closed_on >= held_on)
    ]
    return sorted(carried, key=lambda one: (-one.days_late(held_on), one.issued_on, one.code))
