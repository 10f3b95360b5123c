"""Numbers as people read them: 4.187 or 4,187.

Nothing is grouped unless it is asked for, here or by the filter `number`. Django's own
USE_THOUSAND_SEPARATOR would group every number that a template prints, and so the key in a hidden
field or in an address, which then names no row from 1,000 on.
"""

from decimal import Decimal

from django.utils.formats import number_format


def grouped(value: int | float | Decimal, decimals: int | None = None) -> str:
    """A number in the notation of the reader's language."""
    return number_format(value, decimals, force_grouping=True)
