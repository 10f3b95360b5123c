"""The report to the People's Committee: the sentences of the brief, and a table by facility."""

from dataclasses import replace

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from facilities.models.places import in_language
from rollout.figures.cached import cached_progress
from rollout.figures.measures import Cell
from rollout.figures.results import FacilityResult, Progress
from rollout.models import WorkingSession
from rollout.programme.provinces import programmes_at
from rollout.publishing.brief.document import Brief, area_of, brief, compared_with
from rollout.publishing.brief.rendering import text
from rollout.publishing.brief.wording import TITLES
from rollout.publishing.papers import wording
from rollout.publishing.papers.kind import Asked, Kind, NoSuchSubject
from rollout.publishing.papers.paper import Block, Heading, Paper, Paragraph, Table
from rollout.templatetags.figures import day, number, share

COLUMNS = (
    "servers",
    "devices",
    "signatures_registered",
    "signatures_issued",
    "signatures_authenticated",
)
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV")


def subjects(asked: Asked) -> list[tuple[str, str]]:
    """Of a working session, newest first, or of the day alone; of an area's facilities, the day alone."""
    if asked.is_partial:
        return [("", "")]
    rows = _sessions(asked)
    found = [(str(row.pk), f"{day(row.held_on)}: {row.name}") for row in rows.order_by("-held_on")]
    return [*found, ("", _("Of the day, without a working session"))]


def _sessions(asked: Asked) -> QuerySet[WorkingSession]:
    """Those held by the day; of several provinces those of the one that is asked for."""
    rows = WorkingSession.objects.known(asked.known_at).filter(held_on__lte=asked.on)
    programmes = programmes_at(asked.area, asked.on, asked.known_at)
    return rows.filter(programme__in=programmes) if programmes else rows


def session_asked(asked: Asked) -> WorkingSession | None:
    """Raises NoSuchSubject."""
    if not asked.about:
        return None
    if asked.is_partial:
        raise NoSuchSubject
    rows = _sessions(asked)
    found = rows.filter(pk=asked.about).first() if asked.about.isdecimal() else None
    if found is None:
        raise NoSuchSubject
    return found


def of_its_province(asked: Asked) -> Asked:
    """Of several provinces, the one that the session was held for, unless an area is asked for."""
    session = None if asked.area else session_asked(asked)
    area = area_of(session, asked.on, asked.known_at) if session else ""
    return replace(asked, area=area) if area else asked


def brief_asked(asked: Asked) -> Brief:
    session = session_asked(asked)
    compare, compare_known_at = compared_with(session, asked.known_at) if session else (None, None)
    return brief(
        session,
        on=asked.on,
        known_at=asked.known_at,
        compare=compare,
        compare_known_at=compare_known_at,
        area=asked.area,
        places=asked.places,
    )


def build(asked: Asked) -> Paper:
    asked = of_its_province(asked)
    progress = cached_progress(asked.on, known_at=asked.known_at, area=asked.area)
    blocks: list[Block] = []
    for place, section in zip(ROMAN, brief_asked(asked).sections, strict=False):
        title = str(TITLES[section.code]).upper()
        blocks.append(Heading(f"{place}. {title}"))
        blocks.extend(Paragraph(text(sentence)) for sentence in section.sentences)
    return Paper(
        **wording.heading(asked),
        number=wording.number(pgettext("abbreviation of a kind of paper", "BC")),
        kind=_("REPORT"),
        subject=_("On the rollout of electronic medical records in %(area)s as of %(day)s")
        % {"day": day(asked.on), "area": progress.name}
        if asked.area
        else _("On the rollout of electronic medical records as of %(day)s")
        % {"day": day(asked.on)},
        addressees=(wording.peoples_committee(asked),),
        blocks=tuple(blocks),
        signatures=(wording.director(),),
        recipients=wording.recipients(_("As above;"), _("Facilities concerned;")),
        annex=(replace(by_facility(progress), caption=""),),
        annex_title=_("Progress of each facility on %(day)s") % {"day": day(asked.on)},
        annex_of=_(
            "(Attached to the report No. %(blank)s/BC-SYT of %(blank)s of the %(department)s)"
        )
        % {"blank": wording.BLANK, "department": wording.department(asked)},
        wide_annex=True,
        file_name="bao-cao",
        note=wording.sample_note() if holds_samples(progress) else "",
    )


def holds_samples(progress: Progress) -> bool:
    return any(result.evidence[0] for result in progress.measures)


def by_facility(progress: Progress) -> Table:
    """Done out of needed for each measure, facilities by name. Their sums stand in the last row."""
    measures = [progress.measure(code) for code in COLUMNS]
    rows = []
    for place, result in enumerate(of_rollout(progress), 1):
        cells = (_cell(result.measures.get(m.code)) for m in measures)
        official = result.stage_label
        rows.append((number(place), result.name, *cells, str(official), share(result.progress)))
    total = (
        "",
        progress.name if progress.area else _("Province"),
        *(_out_of(m.told, m.total) for m in measures),
        "",
        share(progress.overall),
    )
    return Table(
        caption=_("Progress of each facility on %(day)s") % {"day": day(progress.on)},
        head=(
            pgettext("running number", "No"),
            _("Facility"),
            _("Servers"),
            _("Devices"),
            pgettext("column of signatures", "Registered"),
            pgettext("column of signatures", "Issued"),
            pgettext("column of signatures", "Authenticated"),
            _("Stage"),
            _("Progress"),
        ),
        rows=tuple(rows),
        widths=(0.04, 0.27, 0.07, 0.07, 0.11, 0.11, 0.11, 0.14, 0.08),
        right=frozenset({0, 2, 3, 4, 5, 6, 8}),
        total=total,
    )


def of_rollout(progress: Progress) -> list[FacilityResult]:
    return sorted(progress.facilities, key=lambda f: f.facility.name_vi)


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "–"
    return _out_of(cell.told, cell.total)


def _out_of(done: int | None, total: int | None) -> str:
    return f"{number(done)}/{number(total)}" if total is not None else number(done)


def title_of(session: WorkingSession) -> str:
    return in_language(session.name_vi, session.name_en)


KIND = Kind(
    slug="report",
    label=gettext_lazy("Report to the People's Committee"),
    subjects=subjects,
    build=build,
    open_to_leader=True,
    has_annex=True,
)
