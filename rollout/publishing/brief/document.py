"""A whole brief, and what of it is frozen: codes and values, in no language."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from facilities.areas import in_area
from facilities.as_of import AsOf
from facilities.permissions import Places
from rollout.figures.cached import cached_progress
from rollout.models import PublishedBrief, WorkingSession
from rollout.programme.obstacles import obstacles
from rollout.programme.obstacles.concerning import directives_of
from rollout.programme.provinces import programmes_at, province_of_session
from rollout.publishing.brief import comparing
from rollout.publishing.brief.links import Links
from rollout.publishing.brief.sentences import measures, opening, programme
from rollout.publishing.brief.sentences.source import Source
from rollout.publishing.brief.values import Section


@dataclass(frozen=True, slots=True)
class Brief:
    """`known_at` None: as known now. `compare` None: the first of its kind."""

    on: date
    known_at: datetime | None
    compare: date | None
    compare_known_at: datetime | None
    sections: tuple[Section, ...]

    @property
    def content(self) -> dict[str, object]:
        """Figures, days and names, the same in each language and on each machine."""
        return {
            "on": self.on.isoformat(),
            "compare": self.compare.isoformat() if self.compare else None,
            "sections": [
                {"code": s.code, "sentences": [sentence.plain() for sentence in s.sentences]}
                for s in self.sections
            ],
        }

    @property
    def digest(self) -> str:
        return sha256(canonical(self).encode()).hexdigest()


def canonical(brief: Brief) -> str:
    """The content as the one text that the digest is over."""
    return json.dumps(
        brief.content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def brief(
    session: WorkingSession | None,
    *,
    on: date,
    known_at: datetime | None = None,
    compare: date | None = None,
    compare_known_at: datetime | None = None,
    area: str = "",
    places: Places = None,
) -> Brief:
    """The province, or an area of it by code, on day `on` in sentences.

    Of several provinces the one that the session was held for, unless an area is asked for.
    `places`: councils, obstacles and directives of these facilities alone; None: of all.

    `session` None: of a day on which nobody sat.
    `compare`: the day it is held against; `compare_known_at`: the moment at which that day was
    reported, so that what has been restated since can be told. A fixed number of queries.
    """
    if session and not area:
        area = area_of(session, on, known_at)
    as_of = in_area(AsOf(on, known_at, places), area)
    source = Source(
        session=session,
        on=on,
        known_at=known_at,
        progress=cached_progress(on, known_at=known_at, area=area),
        as_of=as_of,
        facilities={facility.id: facility for facility in as_of.on(on)},
        directives=directives_of(as_of, programmes_at(area, on, known_at)),
        obstacles=obstacles(as_of),
        link=Links(on, known_at, area),
    )
    written = {
        "opening": opening.opening(source),
        "equipment": measures.equipment(source),
        "signatures": measures.signatures(source),
        "use": measures.use(source),
        "connection": measures.connection(source),
        "difficulties": programme.difficulties(source),
        "solutions": programme.solutions(source),
        "conclusion": programme.conclusion(source),
        "orders": programme.orders(source),
        "changes": comparing.changes(source, compare, compare_known_at) if compare else (),
        "promises": comparing.promises(source, compare),
        "money": programme.money(source),
        "late": programme.late(source),
        "law": programme.law(source),
    }
    sections = (Section(code, tuple(sentences)) for code, sentences in written.items())
    return Brief(on, known_at, compare, compare_known_at, tuple(s for s in sections if s.sentences))


def area_of(session: WorkingSession, on: date, known_at: datetime | None = None) -> str:
    """The code of the province that its brief is about; empty where there is one alone."""
    province = province_of_session(session, on, known_at)
    return province.code if province else ""


def compared_with(
    session: WorkingSession, known_at: datetime | None = None
) -> tuple[date | None, datetime | None]:
    """The day of the province's session before, and the moment at which its brief was published, if any."""
    before = (
        WorkingSession.objects.known(known_at)
        .filter(held_on__lt=session.held_on, programme=session.programme_id)
        .order_by("held_on", "pk")
        .last()
    )
    if before is None:
        return None, None
    published = PublishedBrief.objects.filter(session=before, on=before.held_on)
    if known_at:
        published = published.filter(published_at__lte=known_at)
    newest = published.order_by("published_at").last()
    return before.held_on, newest.known_at if newest else None
