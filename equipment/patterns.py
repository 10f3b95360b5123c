"""Inventory numbers by pattern: LN-TAB-{001..020} stands for twenty of them."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST = 500
LONGEST = 60

_RANGE = re.compile(r"\{(\d{1,9})\.\.(\d{1,9})\}", re.ASCII)


def expand(pattern: str) -> list[str]:
    """The numbers a pattern stands for, in order; one without a range stands for itself.

    Leading zeros set the width: {001..020} gives 001 to 020, {9..11} gives 9, 10, 11. Raises
    ValidationError, with the remedy, for a pattern that cannot be read or gives more than 500.

    >>> expand("LN-TAB-{08..10}")
    ['LN-TAB-08', 'LN-TAB-09', 'LN-TAB-10']
    """
    pattern = pattern.strip()
    if not pattern:
        raise ValidationError(_("Write a pattern such as LN-TAB-{001..020}."), code="empty")
    ranges = _RANGE.findall(pattern)
    if len(ranges) > 1 or set(_RANGE.sub("", pattern)) & set("{}"):
        raise ValidationError(
            _("“%(pattern)s” cannot be read. Write one range in braces, such as LN-TAB-{001..020}.")
            % {"pattern": pattern},
            code="unreadable",
        )
    if not ranges:
        return _short_enough([pattern])
    ((first, last),) = ranges
    if int(last) < int(first):
        raise ValidationError(
            _("The range runs backwards: write {%(last)s..%(first)s}.")
            % {"first": first, "last": last},
            code="backwards",
        )
    count = int(last) - int(first) + 1
    if count > MOST:
        raise ValidationError(
            _("This is %(count)s numbers; at most %(most)s at once.")
            % {"count": count, "most": MOST},
            code="too_many",
        )
    before, after = _RANGE.sub("\0", pattern).split("\0")
    width = len(first)
    return _short_enough(
        [f"{before}{number:0{width}d}{after}" for number in range(int(first), int(last) + 1)]
    )


def _short_enough(numbers: list[str]) -> list[str]:
    if max(map(len, numbers)) > LONGEST:
        raise ValidationError(
            _("An inventory number has at most %(most)s characters.") % {"most": LONGEST},
            code="too_long",
        )
    return numbers
