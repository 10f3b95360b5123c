"""Which directives a list or a sentence is about: one answer for both."""

from collections.abc import Callable, Iterable
from datetime import date

from rollout.programme.directives.reading import DirectiveOnDay

# By the word in the address of the list.
CHOICES: dict[str, Callable[[DirectiveOnDay, date], bool]] = {
    "": lambda _one, _on: True,
    "open": lambda one, _on: one.closed_on is None,
    "late": lambda one, on: one.days_late(on) > 0,
    "undated": lambda one, _on: one.closed_on is None and one.due_on is None,
    "answered": lambda one, _on: one.state == "answered",
    "closed": lambda one, _on: one.closed_on is not None,
}


def chosen(found: Iterable[DirectiveOnDay], show: str, on: date) -> list[DirectiveOnDay]:
    """`show`: a key of CHOICES."""
    return [one for one in found if CHOICES[show](one, on)]


def given_at(found: Iterable[DirectiveOnDay], session_id: int) -> list[DirectiveOnDay]:
    """Those born from a working session, by code."""
    given = [one for one in found if one.session_id == session_id]
    return sorted(given, key=lambda one: one.code)
