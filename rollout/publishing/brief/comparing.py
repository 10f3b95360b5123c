"""What changed since the session before, and which promises were kept since. Nothing is stored:
both days are computed, the earlier one as it is known now and, where asked, as it was known then.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from django.utils import translation

from facilities.evidence import Rung
from rollout.figures.cached import cached_progress
from rollout.figures.measures import MEASURES, Measure
from rollout.figures.results import MeasureResult
from rollout.programme.directives.choosing import chosen
from rollout.programme.directives.promises import days_broken
from rollout.programme.directives.reading import DirectiveOnDay
from rollout.publishing.brief.links import Links
from rollout.publishing.brief.rendering import LANGUAGES
from rollout.publishing.brief.sentences.source import Source
from rollout.publishing.brief.values import (
    Assumed,
    Count,
    Day,
    Name,
    Sentence,
    Several,
    Value,
)


def changes(source: Source, compare: date, compare_known_at: datetime | None) -> Iterator[Sentence]:
    """`compare_known_at` None: no moment at which the earlier day was reported is known."""
    before = cached_progress(compare, known_at=source.known_at, area=source.link.area)
    there = source.link.before(compare)
    day = Day(there.to("leader"), compare)
    changed = False
    for measure in MEASURES:
        old, new = before.measure(measure.code), source.progress.measure(measure.code)
        if old.told != new.told:
            changed = True
            values = {
                "measure": _label(source, measure),
                "day": day,
                "old": Count(there.done(measure.code), old.told),
                "new": Count(source.link.done(measure.code), new.told),
            }
            fell = old.told is not None and new.told is not None and new.told < old.told
            said = "fell" if fell else "changed"
            yield Sentence(said, values, new.done, _assumed(source, there, old, new))
    if not changed:
        yield Sentence("changed_nothing", {"day": day})
    if compare_known_at is None:
        return
    reported = cached_progress(compare, known_at=compare_known_at, area=source.link.area)
    link = replace(there, known_at=compare_known_at)
    for measure in MEASURES:
        then, now = reported.measure(measure.code), before.measure(measure.code)
        if then.told != now.told:
            values = {
                "measure": _label(source, measure),
                "day": day,
                "reported": Count(link.done(measure.code), then.told),
                "known": Count(there.done(measure.code), now.told),
            }
            yield Sentence("restated", values, now.done, _assumed(source, there, now))


def _assumed(
    source: Source, there: Links, old: MeasureResult, new: MeasureResult | None = None
) -> Assumed | None:
    """Of the later figure, or else of the earlier one."""
    if new and (found := source.assumed(new.code)):
        return found
    count = old.evidence[Rung.ASSUMED]
    day = there.on if new else None
    return Assumed(there.done(old.code, "assumed"), count, day) if count else None


def _label(source: Source, measure: Measure) -> Name:
    words = {}
    for language in LANGUAGES:
        with translation.override(language):
            words[language] = str(measure.label)
    return Name(source.link.measure(measure.code), words["vi"], words["en"])


def promises(source: Source, since: date | None) -> Iterator[Sentence]:
    """Directives whose first day fell after `since` and has passed, or that were closed in time.

    The first day counts: a promise moved is not a promise kept.
    """
    judged = False
    for directive in sorted(
        source.directives, key=lambda d: (d.first_due_on or d.issued_on, d.code)
    ):
        sentence = _judged(source, directive, since)
        if sentence is not None:
            judged = True
            yield sentence
    if not judged:
        yield Sentence("promises_none")
    undated = len(chosen(source.directives, "undated", source.on))
    if undated:
        href = source.link.to("directive-list", show="undated", counting="directives")
        yield Sentence("undated", {"number": Count(href, undated)}, undated)


def _judged(source: Source, directive: DirectiveOnDay, since: date | None) -> Sentence | None:
    due, closed = directive.first_due_on, directive.closed_on
    if due is None:
        return None
    href = source.link.to("directive", directive.code)
    answerable = tuple(Name(href, one.name_vi, one.name_en) for one in directive.answerable)
    values: dict[str, Value] = {
        "text": Name(href, directive.text_vi.rstrip("."), directive.text_en.rstrip(".")),
        "due": Day(href, due),
    }
    together = "" if directive.lead else "_together"
    broken = values | {"agencies" if together else "lead": Several(href, answerable)}
    late = days_broken(directive, source.on)
    if closed is not None and not late:
        if since is not None and closed <= since:
            return None
        return Sentence("kept", values | {"closed": Day(href, closed)})
    if not late:
        return None
    if closed is None:
        return Sentence(
            f"broken_open{together}", broken | {"days": Count(f"{href}#past", late)}, late
        )
    if since is not None and closed <= since:
        return None
    return Sentence(f"broken_late{together}", broken | {"closed": Day(href, closed)})
