"""Which set of criteria a council may judge by, on which day."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from rollout.models import CriteriaSet
from rollout.templatetags.figures import day


def basis_needed(criteria_set: CriteriaSet, on: date) -> bool:
    """Whether a meeting on that day must write down why it judges by this set.

    In force from its first day up to, not including, the day it lapses. Signed but not yet in
    force, or lapsed: the basis has to be written. Raises ValidationError for a day before it was
    signed: nobody could have judged by it.
    """
    if on < criteria_set.signed_on:
        raise ValidationError(
            _("%(set)s was signed only on %(day)s. Choose another set of criteria.")
            % {"set": criteria_set.name, "day": day(criteria_set.signed_on)},
            code="not_signed",
        )
    lapsed = criteria_set.lapses_on is not None and on >= criteria_set.lapses_on
    return on < criteria_set.in_force_from or lapsed


def set_for(on: date, sets: Sequence[CriteriaSet] | None = None) -> CriteriaSet | None:
    """The set in force on a day; None in a gap between two circulars. `sets`: all, if asked before."""
    if sets is None:
        sets = list(CriteriaSet.objects.filter(in_force_from__lte=on))
    in_force = [
        one
        for one in sets
        if one.in_force_from <= on and (one.lapses_on is None or on < one.lapses_on)
    ]
    return max(in_force, key=lambda one: (one.in_force_from, one.code), default=None)
