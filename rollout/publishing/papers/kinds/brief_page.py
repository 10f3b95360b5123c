"""The brief on one sheet: for the vice-chairman to take into the meeting."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.evidence import Rung
from rollout.figures.cached import cached_progress
from rollout.figures.results import MeasureResult
from rollout.publishing.brief.rendering import text
from rollout.publishing.brief.wording import TITLES
from rollout.publishing.papers import wording
from rollout.publishing.papers.kind import Asked, Kind
from rollout.publishing.papers.kinds.report import (
    brief_asked,
    holds_samples,
    of_its_province,
    subjects,
)
from rollout.publishing.papers.paper import Paper, Paragraph, Table
from rollout.templatetags.figures import day, number, share

# What a meeting needs; the rest stands in the report.
SECTIONS = ("difficulties", "conclusion", "orders", "changes", "promises", "late", "law")


def build(asked: Asked) -> Paper:
    asked = of_its_province(asked)
    progress = cached_progress(asked.on, known_at=asked.known_at, area=asked.area)
    rows = tuple(
        (_label(m), number(m.told), number(m.total), share(m.share), _assumed(m))
        for m in progress.measures
    )
    figures = Table(
        head=(_("Indicator"), _("Done"), _("Out of"), _("Share"), _("Of these assumed")),
        rows=rows,
        widths=(0.48, 0.12, 0.13, 0.12, 0.15),
        right=frozenset({1, 2, 3, 4}),
    )
    paragraphs = tuple(
        Paragraph(
            " ".join(text(sentence) for sentence in section.sentences),
            bold=f"{TITLES[section.code]}:",
        )
        for section in brief_asked(asked).sections
        if section.code in SECTIONS
    )
    return Paper(
        **wording.heading(asked),
        number="",
        kind=_("BRIEF"),
        subject=_("Electronic medical records in %(area)s on %(day)s")
        % {"day": day(asked.on), "area": progress.name}
        if asked.area
        else _("Electronic medical records on %(day)s") % {"day": day(asked.on)},
        blocks=(figures, *paragraphs),
        file_name="tom-tat",
        one_sheet=True,
        note=wording.sample_note() if holds_samples(progress) else "",
    )


def _label(result: MeasureResult) -> str:
    """With the day of its newest fact where nothing has been recorded since for too long."""
    if result.nothing_since is None:
        return str(result.label)
    said = _("newest entry: %(day)s, nothing since") % {"day": day(result.nothing_since)}
    return f"{result.label} ({said})"


def _assumed(result: MeasureResult) -> str:
    count = result.evidence[Rung.ASSUMED]
    return number(count) if count else ""


KIND = Kind(
    slug="brief",
    label=gettext_lazy("Brief on one page"),
    subjects=subjects,
    build=build,
    open_to_leader=True,
)
