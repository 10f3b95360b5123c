"""The words people write for a choice, and the code that each of them means."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from facilities.exchange.columns import Column
from facilities.exchange.tables import excerpt
from facilities.folding import fold

LISTED = 8  # so many choices are named in a message; of more, the nearest three
COMMON = 30  # a word that more choices share says nothing about which one is meant


class Unknown(LookupError):
    """No choice, or more than one, is meant; the message says what may be written, `offer` what is nearest."""

    def __init__(self, text: str, offer: str = ""):
        super().__init__(text)
        self.offer = offer


class Choices:
    """The choices of a column at one moment, asked from it once.

    Found by code or by label in either language, exactly or without accents and case.
    """

    def __init__(self, column: Column):
        self.labels: Mapping[str, str] = _labels(column)
        self._found: dict[str, str] = {}
        # A word of two codes is ambiguous.
        self._exact_labels: dict[str, set[str]] = defaultdict(set)
        for language in ("vi", "en"):
            with override(language):
                for code, label in _labels(column).items():
                    self._exact_labels[label].add(code)

    @cached_property
    def _folded(self) -> dict[str, set[str]]:
        """Tried after the exact labels, which is what most tables have."""
        found: dict[str, set[str]] = defaultdict(set)
        for label, codes in self._exact_labels.items():
            found[fold(label)] |= codes
        for code in self.labels:
            found[fold(code)].add(code)
        return found

    def code(self, text: str) -> str:
        """The code that is meant. Raises Unknown."""
        code = self._found.get(text)
        if code is None:
            code = self._found[text] = self._search(text)
        return code

    def _search(self, text: str) -> str:
        if text in self.labels:
            return text
        codes = self._exact_labels.get(text) or self._folded.get(fold(text)) or set()
        if len(codes) == 1:
            return next(iter(codes))
        if codes:
            raise Unknown(
                _("“%(text)s” may be any of these: %(choices)s. Write the code.")
                % {"text": excerpt(text), "choices": self._named(sorted(codes))}
            )
        near = self._near(text) if len(self.labels) > LISTED else []
        raise Unknown(self._unknown(text), self.written(near[0]) if near else "")

    def written(self, code: str) -> str:
        """What stands for the code in a table: its label, if reading that gives the code again."""
        label = capfirst(self.labels.get(code, code))
        try:
            return label if self.code(label) == code else code
        except Unknown:
            return code

    def _unknown(self, text: str) -> str:
        if not self.labels:
            return _("“%(text)s” is unknown; there is nothing to choose from yet.") % {
                "text": excerpt(text)
            }
        if len(self.labels) <= LISTED:
            return _("“%(text)s” is unknown. Write one of: %(choices)s.") % {
                "text": excerpt(text),
                "choices": self._named(self.labels, codes_too=False),
            }
        if near := self._near(text):
            return _("“%(text)s” is unknown. Do you mean: %(choices)s?") % {
                "text": excerpt(text),
                "choices": self._named(near),
            }
        return _("“%(text)s” is unknown. Write the code or the name from the template's list.") % {
            "text": text
        }

    def _near(self, text: str) -> list[str]:
        """The choices that share the most of the rarer words, the best three."""
        shared: Counter[str] = Counter()
        for word in set(fold(text).split()):
            codes = self._by_word.get(word, ())
            if len(codes) <= COMMON:
                shared.update(codes)
        return [code for code, _count in shared.most_common(3)]

    @cached_property
    def _by_word(self) -> dict[str, list[str]]:
        words: dict[str, list[str]] = defaultdict(list)
        for code, label in self.labels.items():
            for word in {*fold(label).split(), fold(code)}:
                words[word].append(code)
        return words

    def _named(self, codes: Iterable[str], *, codes_too: bool = True) -> str:
        if codes_too:
            return "; ".join(f"{self.labels[code]} ({code})" for code in codes)
        return "; ".join(self.labels[code] for code in codes)


def _labels(column: Column) -> dict[str, str]:
    choices = column.choices() if column.choices is not None else {}
    return {code: str(label) for code, label in choices.items()}
