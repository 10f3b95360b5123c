"""The brief on both sides of one sheet, for the vice-chairman to take into the meeting.

First what follows from the figures, who is late and what is to be decided; then the figures.
"""

from dataclasses import replace
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.areas import in_area
from facilities.as_of import AsOf
from facilities.evidence import Rung
from rollout.figures.cached import cached_progress
from rollout.figures.measures import BY_CODE
from rollout.figures.results import MeasureResult, Progress
from rollout.figures.trend import cached_trend, first_day, planned
from rollout.forecasting import ProvinceForecast, cached_forecast
from rollout.forecasting.finding import deadline_of, finding
from rollout.programme.legal import LegalDeadlineOnDay
from rollout.publishing.brief.rendering import text
from rollout.publishing.brief.wording import TITLES
from rollout.publishing.papers import drawing, wording
from rollout.publishing.papers.finding import lines
from rollout.publishing.papers.kind import Asked, Kind
from rollout.publishing.papers.kinds.report import (
    brief_asked,
    holds_samples,
    of_its_province,
    subjects,
)
from rollout.publishing.papers.paper import Block, Paper, Paragraph, Picture, Table
from rollout.templatetags.figures import day, number, share

FARTHEST = timedelta(days=400)  # a deadline years away would flatten the curve
MARGIN = timedelta(days=14)

# What a meeting needs, before the figures and after; the rest is in the report.
BEFORE = ("late", "orders", "promises", "difficulties")
AFTER = ("changes", "conclusion", "law")


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
    sections = {section.code: section for section in brief_asked(asked).sections}

    # What is assumed is told once, at the foot and in the table, not behind every sentence.
    def told(codes: tuple[str, ...]) -> tuple[Paragraph, ...]:
        return tuple(
            Paragraph(
                " ".join(text(replace(one, assumed=None)) for one in sections[code].sentences),
                bold=f"{TITLES[code]}:",
            )
            for code in codes
            if code in sections
        )

    begun = _finding(asked, progress)
    return Paper(
        **wording.heading(asked),
        number="",
        kind=_("BRIEF"),
        subject=_("Electronic medical records in %(area)s on %(day)s")
        % {"day": day(asked.on), "area": progress.name}
        if asked.area
        else _("Electronic medical records on %(day)s") % {"day": day(asked.on)},
        blocks=(
            *(block for block in begun if not isinstance(block, Picture)),
            *told(BEFORE),
            *(block for block in begun if isinstance(block, Picture)),
            figures,
            *told(AFTER),
        ),
        file_name="tom-tat",
        one_sheet=True,
        note=wording.sample_note() if holds_samples(progress) else "",
    )


def _finding(asked: Asked, progress: Progress) -> list[Block]:
    """What everything else follows from, and the picture that shows it."""
    forecast = cached_forecast(in_area(AsOf(asked.on, asked.known_at), asked.area))
    law = deadline_of(progress)
    found = finding(asked.on, forecast, law, [], 0, in_full=not asked.is_partial)
    told = lines(found, progress.measure("official"))
    picture = _curve(asked, progress, forecast, law)
    return [*(Paragraph(line, strong=line is told[0]) for line in told), *picture]


def _curve(
    asked: Asked,
    progress: Progress,
    forecast: ProvinceForecast,
    law: LegalDeadlineOnDay | None,
) -> list[Picture]:
    """None where nothing is known that could be drawn."""
    first = first_day(progress, None)
    points = cached_trend(
        BY_CODE["official"], first, asked.on, known_at=asked.known_at, area=asked.area
    )
    known = [point for point in points if point.told is not None]
    if not known or not points[-1].total:
        return []
    farthest = asked.on + FARTHEST
    plan = [(on, count) for on, count in planned(progress) if first <= on <= farthest]
    fan = [values for values in forecast.fan if values[0] <= farthest]
    deadline = law.due_on if law and first <= law.due_on <= farthest else None
    ends = [asked.on, deadline or asked.on]
    ends += [on for on, _count in plan[-1:]] + [values[0] for values in fan[-1:]]
    drawn = drawing.Curve(
        first=first,
        until=known[-1].on,
        last=max(ends) + MARGIN,
        total=points[-1].total,
        done=[(point.on, point.done) for point in known],
        plan=plan,
        fan=fan,
        deadline=deadline,
        deadline_said=f"{_('legal deadline')} {day(deadline)}" if deadline else "",
    )
    return [
        Picture(
            drawing.as_png(drawn),
            said=f"{_('Facilities in official use over time')}: {known[-1].done}/{points[-1].total}",
            caption=_("Facilities in official use over time"),
            below=_(
                "Black: actual. Dashed: plan. Grey: forecast (8 chances in 10), and its middle."
            ),
        )
    ]


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
