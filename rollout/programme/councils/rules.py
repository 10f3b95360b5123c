"""What is asked of a council, once for its own page, its register and the files that fill it.

Each function gives the sentence that refuses, with what to do; "" if all is well.
"""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from rollout.models import CriteriaSet
from rollout.programme.councils.criteria import basis_needed, set_for
from rollout.templatetags.figures import day


def without_criteria(
    criteria_set: CriteriaSet | None,
    basis: str,
    on: date | None = None,
    sets: Sequence[CriteriaSet] | None = None,
) -> str:
    """Nothing says by what the council judges. `on`: its day, so that the set of that day is named."""
    if criteria_set is not None or basis.strip():
        return ""
    fault = _("Choose the set of criteria, or write the legal basis.")
    return f"{fault} {_of_the_day(on, sets)}".strip()


def _of_the_day(on: date | None, sets: Sequence[CriteriaSet] | None) -> str:
    in_force = set_for(on, sets) if on else None
    return _("In force on that day: %(set)s.") % {"set": in_force.name} if in_force else ""


def not_in_force(
    criteria_set: CriteriaSet | None,
    basis: str,
    on: date,
    sets: Sequence[CriteriaSet] | None = None,
) -> str:
    """Why a council may not judge by this set on that day, and which one was in force then.

    `sets`: every set, where many councils are judged; asked otherwise.
    """
    if criteria_set is None:
        return ""
    try:
        if not basis_needed(criteria_set, on) or basis.strip():
            return ""
        fault = _(
            "On %(day)s %(set)s is not in force. Write the legal basis of the council first."
        ) % {"set": criteria_set.name, "day": day(on)}
    except ValidationError as error:
        fault = " ".join(error.messages)
    return f"{fault} {_of_the_day(on, sets)}".strip()


def fixed_too_late(fixed_on: date, scheduled_on: date) -> str:
    if fixed_on <= scheduled_on:
        return ""
    return _("The day lies before the one on which it is fixed.")


def held_too_early(first_fixed_on: date | None, held_on: date) -> str:
    """A council does not meet before its meeting was fixed."""
    if first_fixed_on is None or first_fixed_on <= held_on:
        return ""
    return _("The meeting was fixed only on %(day)s.") % {"day": day(first_fixed_on)}


def has_ruled() -> str:
    return _("The council has ruled. Another evaluation is a council of its own.")


def moved_without_reason() -> str:
    return _("Say why the day is moved.")


def due_too_early(due_on: date, ruled_on: date) -> str:
    """A condition is to be met after the ruling that asked for it."""
    return "" if due_on >= ruled_on else _("The day lies before the conclusion.")


def conditions_before_ruling() -> str:
    return _("The council has not reached a conclusion yet. Conditions follow from it.")


def code_taken() -> str:
    return _("This code is taken. Choose another one.")
