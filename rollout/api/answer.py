"""A document as bytes with its entity tag, made once for each state of the facts."""

import hashlib
import json
from collections.abc import Callable
from typing import NamedTuple

from django.core.cache import cache
from django.utils.translation import get_language
from rest_framework.utils.encoders import JSONEncoder

from facilities.models import Ledger
from rollout.cache import KEEP_SECONDS, key
from rollout.views.page import LOOK


class Answer(NamedTuple):
    tag: str
    body: bytes


def answer_of(document: dict) -> Answer:
    """The document as JSON. Its tag follows from everything in it but the moment it was made.

    The tag is weak in the sense of RFC 9110: answers under one tag tell the same facts, though
    two of them may have been made at different moments.
    """
    facts = {name: value for name, value in document.items() if name != "generated_at"}
    text = _json(facts)
    digest = hashlib.sha256(f"{get_language()}\n{text}".encode()).hexdigest()
    moment = _json(document["generated_at"])
    return Answer(f'W/"{digest[:32]}"', f'{text[:-1]},"generated_at":{moment}}}'.encode())


def kept_answer(kind: str, *parts, build: Callable[[], dict]) -> Answer:
    """The answer for `parts`, from the cache as long as no fact has changed: one query then."""
    # The look stands for the release: new wording must not be answered with the old one's bytes.
    place = key(f"api-{kind}", Ledger.current(), LOOK, get_language(), *parts)
    found = cache.get(place)
    if found is None:
        found = answer_of(build())
        cache.set(place, found, KEEP_SECONDS)
    return found


def _json(value) -> str:
    return json.dumps(
        value, cls=JSONEncoder, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
