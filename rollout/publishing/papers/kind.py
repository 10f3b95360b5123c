"""What a kind of paper offers: whom or what it can be about, and how it is made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.utils.functional import Promise

from facilities.areas import in_area
from facilities.as_of import AsOf
from facilities.permissions import Places
from rollout.publishing.papers.paper import Paper


@dataclass(frozen=True)
class Asked:
    """The day a paper speaks of, the moment its records were known at, and what it is about."""

    on: date
    known_at: datetime | None = None
    about: str = ""
    area: str = ""  # code of the area whose facilities it speaks of; empty: all
    places: Places = None  # of these facilities alone the programme is told; None: of all

    @cached_property
    def as_of(self) -> AsOf:
        return in_area(AsOf(self.on, self.known_at, self.places), self.area)

    @property
    def is_partial(self) -> bool:
        """What belongs to no one facility, as a working session does, is left out."""
        return self.places is not None


class NoSuchSubject(LookupError):
    """What the paper was asked about does not exist on that day."""


@dataclass(frozen=True)
class Kind:
    """`subjects`: (code, words) of all it can be about on a day; one empty code where it is about
    the province. `build` raises NoSuchSubject. `open_to_leader`: figures only, no letter in
    the Department's name. `of_facilities`: a letter about one facility, which the staff of its area
    write too.
    """

    slug: str
    label: Promise
    subjects: Callable[[Asked], list[tuple[str, str]]]
    build: Callable[[Asked], Paper]
    open_to_leader: bool = False
    of_facilities: bool = False
    has_annex: bool = False


def of_the_province(_asked: Asked) -> list[tuple[str, str]]:
    return [("", "")]
