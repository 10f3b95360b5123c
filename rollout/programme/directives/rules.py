"""What is asked of a directive, for its page and for its register. Each says what is wrong, or nothing."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

TOGETHER = 2  # so many agencies at least carry something out together
ADDRESSES = frozenset({"new"})  # pages that a directive's code must not hide


def code_taken() -> str:
    return _("This code is taken. Choose another one.")


def without_origin() -> str:
    return _("Give the working session or the number of the document.")


def before_its_session(issued_on: date, held_on: date | None) -> str:
    if held_on is None or issued_on >= held_on:
        return ""
    return _("The session had not been held yet.")


def due_too_early(issued_on: date, due_on: date | None) -> str:
    if due_on is None or due_on >= issued_on:
        return ""
    return _("It cannot be due before it is issued.")


def nobody_answers(lead: object, others: Collection[object]) -> str:
    if lead or len(others) >= TOGETHER:
        return ""
    return _("Choose the leading agency, or several that carry it out together.")


def is_closed() -> str:
    return _("The directive is closed. Withdraw its closing first.")
