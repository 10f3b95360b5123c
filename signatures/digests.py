"""A document number as a keyed digest: two lists can be compared by it, and nobody can read it back.

The key stands in the settings, outside the database: who has the database alone cannot try numbers.
"""

import hmac
import re
from hashlib import sha256

from django.conf import settings

_NUMBER = re.compile(r"[0-9]{12}|[0-9]{9}|[A-Z][0-9]{7,8}")


def digits_of(number: str) -> str:
    """The number of an ID card or a passport without blanks and dots; "" if it is none."""
    bare = re.sub(r"[\s.\-]", "", number).upper()
    return bare if _NUMBER.fullmatch(bare) else ""


def digest(number: str) -> str:
    """The keyed digest; "" where there is no number or this installation has no key."""
    bare = digits_of(number)
    if not bare or not settings.DOCUMENT_KEY:
        return ""
    return hmac.new(settings.DOCUMENT_KEY.encode(), bare.encode(), sha256).hexdigest()
