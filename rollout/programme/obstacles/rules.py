"""What is asked of an obstacle, for its page and for its register. Each says what is wrong, or nothing."""

from datetime import date

from django.utils.translation import gettext as _

ADDRESSES = frozenset({"new", "waiting"})  # pages that an obstacle's code must not hide


def code_taken() -> str:
    return _("This code is taken. Choose another one.")


def cleared_too_early(raised_on: date, cleared_on: date) -> str:
    return _("It cannot be resolved before it was raised.") if cleared_on < raised_on else ""
