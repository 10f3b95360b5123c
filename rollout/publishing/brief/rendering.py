"""A sentence becomes text: in parts with their links, or plain, in the active language."""

import re
from collections.abc import Iterable, Iterator
from string import Formatter
from typing import TypedDict

from django.utils import translation

from rollout.publishing.brief.values import Section, Sentence, Several, Value
from rollout.publishing.brief.wording import TITLES, WORDING

LANGUAGES = ("vi", "en")

Part = tuple[str, str]  # words, and the address of their rows; "" for the wording between values

DIGIT = re.compile(r"\d")


class DigitInWording(ValueError):
    """A number stands in a wording: it would have no rows behind it."""


def parts(sentence: Sentence) -> list[Part]:
    """Raises DigitInWording, and KeyError for a placeholder that the sentence does not fill."""
    # A wording with a plural is chosen by the count; one without is left as it is.
    wording = str(WORDING[sentence.code] % {"count": sentence.count})
    found: list[Part] = []
    for text, name, _spec, _conversion in Formatter().parse(wording):
        if DIGIT.search(text):
            raise DigitInWording(f"{sentence.code}: {text}")
        if text:
            found.append((text, ""))
        if name is not None:
            found.extend(_linked(sentence.values[name]))
    remarks = [remark for remark in (sentence.assumed, sentence.stale) if remark]
    for place, remark in enumerate(remarks):
        found += [("; " if place else " [", ""), *_linked(remark)]
    if remarks:
        found.append(("]", ""))
    return found


def _linked(value: Value) -> Iterator[Part]:
    if not isinstance(value, Several):
        yield value.words(), value.href
        return
    for index, one in enumerate(value.values):
        if index:
            yield "; ", ""
        yield from _linked(one)


def text(sentence: Sentence) -> str:
    return "".join(words for words, _href in parts(sentence))


class Drawn(TypedDict):
    """A section in one language; of each sentence its parts: words, and the page behind them."""

    code: str
    title: str
    sentences: list[list[list[str]]]


def drawn(sections: tuple[Section, ...], language: str) -> list[Drawn]:
    """Titles and sentences in one language, as plain lists: for templates, and for keeping."""
    with translation.override(language):
        return [
            {
                "code": section.code,
                "title": str(TITLES[section.code]),
                "sentences": [
                    [list(part) for part in parts(sentence)] for sentence in section.sentences
                ],
            }
            for section in sections
        ]


def as_text(words: Iterable[Drawn]) -> str:
    """What `drawn` gave, as text: a title, its sentences, an empty line."""
    blocks = []
    for section in words:
        lines = ["".join(part[0] for part in sentence) for sentence in section["sentences"]]
        blocks.append("\n".join([section["title"], *lines]))
    return "\n\n".join(blocks)
