"""What the sentences of a brief are made of. Every value knows the page that shows its rows.

A sentence is a code with values; its wording, one per language, comes from `wording.py`. The digest
of a brief is over codes and values, so it does not change when a comma of the wording does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from facilities.evidence import Rung
from facilities.models.places import in_language
from rollout.templatetags import figures

SHARE_DIGITS = 6  # of a share in the digest: the same on every machine


@dataclass(frozen=True, slots=True)
class Value:
    """`href`: the page of its rows, as of the brief's day."""

    href: str

    def words(self) -> str:
        """In the reader's language."""
        raise NotImplementedError

    def plain(self) -> object:
        """For the digest and the frozen content: numbers and texts only, the same in each language."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Count(Value):
    """A number. None: unknown, and said so."""

    number: int | None

    def words(self) -> str:
        return figures.number(self.number) if self.number is not None else _("unknown")

    def plain(self) -> int | None:
        return self.number


@dataclass(frozen=True, slots=True)
class Share(Value):
    """A part of a whole, 0 to 1, and above 1 where more was done than planned."""

    share: float | None

    def words(self) -> str:
        return figures.share(self.share) if self.share is not None else _("unknown")

    def plain(self) -> float | None:
        return None if self.share is None else round(self.share, SHARE_DIGITS)


@dataclass(frozen=True, slots=True)
class Day(Value):
    day: date | None

    def words(self) -> str:
        return figures.day(self.day) if self.day else _("no day set")

    def plain(self) -> str | None:
        return self.day.isoformat() if self.day else None


@dataclass(frozen=True, slots=True)
class Month(Value):
    """The month of a day: what is planned is promised for a month."""

    day: date

    def words(self) -> str:
        return date_format(self.day, "YEAR_MONTH_FORMAT")

    def plain(self) -> str:
        return self.day.strftime("%Y-%m")


@dataclass(frozen=True, slots=True)
class Name(Value):
    """What something is called in the registers; may hold digits of its own."""

    vi: str
    en: str = ""

    def words(self) -> str:
        return in_language(self.vi, self.en)

    def plain(self) -> list[str]:
        return [self.vi, self.en]


@dataclass(frozen=True, slots=True)
class Dated(Value):
    """Something with its day: a meeting that is fixed."""

    name: Name
    day: date

    def words(self) -> str:
        return f"{self.name.words()} ({figures.day(self.day)})"

    def plain(self) -> list[object]:
        return [self.name.plain(), self.day.isoformat()]


@dataclass(frozen=True, slots=True)
class Several(Value):
    """Some values in a row, joined as the language joins them. `href`: where all of them are listed."""

    values: tuple[Value, ...]

    def words(self) -> str:
        return "; ".join(value.words() for value in self.values)

    def plain(self) -> list[object]:
        return [value.plain() for value in self.values]


@dataclass(frozen=True, slots=True)
class Assumed(Value):
    """That a figure rests on assumed rows. `number`: on how many; None: not a matter of counting.

    `day`: of which day's figure it is said. How well a figure is proven is told, but is no part of
    the digest.
    """

    number: int | None = None
    day: date | None = None

    def words(self) -> str:
        word = str(Rung.ASSUMED.label)
        words = word if self.number is None else figures.on_rung(self.number, Rung.ASSUMED)
        return f"{figures.day(self.day)}: {words}" if self.day else words

    def plain(self) -> int | None:
        return self.number


@dataclass(frozen=True, slots=True)
class NothingSince(Value):
    """That the newest fact behind a figure is older than the reporting calendar allows. No part of
    the digest either."""

    day: date

    def words(self) -> str:
        return _("newest entry: %(day)s, nothing since") % {"day": figures.day(self.day)}

    def plain(self) -> str:
        return self.day.isoformat()


@dataclass(frozen=True, slots=True)
class Sentence:
    """`count`: the number the wording agrees with in languages that have a plural."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)
    count: int = 1
    assumed: Assumed | None = None
    stale: NothingSince | None = None

    def plain(self) -> dict[str, object]:
        return {
            "code": self.code,
            "values": {name: value.plain() for name, value in sorted(self.values.items())},
        }


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    sentences: tuple[Sentence, ...]
