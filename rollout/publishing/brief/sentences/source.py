"""What all sentences of one brief are written from, read once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from facilities.as_of import AsOf, FacilityOnDay
from facilities.evidence import Rung
from rollout.figures.results import Progress
from rollout.models import WorkingSession
from rollout.programme.directives.reading import DirectiveOnDay
from rollout.programme.obstacles import ObstacleOnDay
from rollout.publishing.brief.links import Links
from rollout.publishing.brief.values import Assumed, Name


@dataclass(frozen=True, slots=True)
class Source:
    """`session` None: a brief of a day on which nobody sat."""

    session: WorkingSession | None
    on: date
    known_at: datetime | None
    progress: Progress
    as_of: AsOf
    facilities: dict[int, FacilityOnDay]
    directives: list[DirectiveOnDay]
    obstacles: list[ObstacleOnDay]
    link: Links

    def assumed(self, *measures: str) -> Assumed | None:
        """How many of the first of these measures' figures that rests on assumed rows do."""
        for code in measures:
            if count := self.progress.measure(code).evidence[Rung.ASSUMED]:
                return Assumed(self.link.done(code, "assumed"), count)
        return None

    def facility(self, pk: int) -> Name:
        """A facility's name, with its page."""
        found = self.facilities[pk]
        return facility_name(found, self.link)


def among(href: str, assumed: Iterable[object]) -> Assumed | None:
    """How many of the rows at `href` are assumed."""
    count = sum(map(bool, assumed))
    return Assumed(f"{href.partition('#')[0]}#assumed", count) if count else None


def facility_name(found: FacilityOnDay, link: Links) -> Name:
    return Name(link.to("facility", found.code), found.name_vi or found.code, found.name_en)
