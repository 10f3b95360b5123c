"""A document as bytes with its entity tag, made once for each state of the facts."""

import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.core.cache import cache
from django.utils.translation import get_language
from rest_framework.utils.encoders import JSONEncoder

from facilities.models import Ledger
from rollout.figures.cached import keep_seconds, key


class Answer(NamedTuple):
    tag: str
    body: bytes

    @property
    def packed(self) -> bytes:
        """The body, compressed by gzip. The documents hold no secret that its size could betray."""
        return gzip.compress(self.body, mtime=0)


def answer_of(document: dict) -> Answer:
    """The document as JSON. Its tag follows from everything in it but the moment it was made.

    Documents in a form of others have no such moment. The tag is weak in the sense of RFC 9110:
    answers under one tag tell the same facts, though two of them may have been made at different moments.
    """
    facts = {name: value for name, value in document.items() if name != "generated_at"}
    text = json_of(facts)
    digest = hashlib.sha256(f"{get_language()}\n{text}".encode()).hexdigest()
    if "generated_at" in document:
        text = f'{text[:-1]},"generated_at":{json_of(document["generated_at"])}}}'
    return Answer(f'W/"{digest[:32]}"', text.encode())


class CachedAnswer:
    """The answer to a question, from the cache as long as no fact has changed: one query then.

    It is kept in pieces, each read when it is asked for: who has these facts already needs the
    tag alone, and most others take the packed bytes, a fortieth of the plain ones.
    """

    def __init__(
        self, kind: str, *parts: object, known_at: datetime | None, build: Callable[[], dict]
    ) -> None:
        # The look stands for the release: new wording must not be answered with the old one's bytes.
        self._place = key(f"api-{kind}", Ledger.current(), get_language(), known_at, *parts)
        self._seconds = keep_seconds(known_at)
        self._build = build

    @property
    def tag(self) -> str:
        return self._piece("tag")

    @property
    def body(self) -> bytes:
        return self._piece("body")

    @property
    def packed(self) -> bytes:
        """The body, compressed by gzip."""
        return self._piece("packed")

    def _piece(self, name: str) -> Any:
        found = cache.get(f"{self._place}:{name}")
        if found is None:
            answer = answer_of(self._build())
            pieces = {
                "tag": answer.tag,
                "body": answer.body,
                "packed": answer.packed,
            }
            cache.set_many(
                {f"{self._place}:{piece}": value for piece, value in pieces.items()}, self._seconds
            )
            found = pieces[name]
        return found


def json_of(value: object) -> str:
    return json.dumps(
        value, cls=JSONEncoder, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
