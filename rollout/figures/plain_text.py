"""The progress as plain text, for a terminal or a letter: one line for each figure."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from unicodedata import combining

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from facilities.evidence import Rung
from rollout.templatetags.figures import evidence_words, number, share, signed

LABEL, FIGURE = 66, 20

Document = dict[str, Any]  # as it goes out as JSON


def progress_text(document: Document) -> str:
    """The document of the API (rollout.api.document) in the reader's language."""
    return "\n".join(_lines(document))


def _lines(document: Document) -> Iterator[str]:
    scope = document["scope"]
    yield _("EMR rollout: {province}, as of {day}").format(
        province=scope["name"], day=_day(document["on"])
    )
    if document["known_at"]:
        yield _("As known on {moment}").format(
            moment=date_format(document["known_at"], "SHORT_DATETIME_FORMAT")
        )
    if document["compare"]:
        yield _("Change since {day} in brackets").format(day=_day(document["compare"]))
    yield _("{count} facilities in the rollout; overall progress {share}").format(
        count=number(scope["facilities"]), share=share(document["overall"])
    )
    yield from _heading(_("Indicators"))
    for measure in document["measures"]:
        change = "" if measure["change"] is None else f" ({signed(measure['change'])})"
        figure = f"{number(measure['done'])}/{number(measure['total'])}{change}"
        yield (
            f"{_padded(str(measure['label']), LABEL)} {figure:>{FIGURE}}"
            f" {share(measure['share']):>8}  {_evidence(measure['evidence'])}"
        ).rstrip()
    if document["figures"]:
        yield from _heading(_("Counts"))
    for figure in document["figures"]:
        places = ngettext("at {count} facility", "at {count} facilities", figure["facilities"])
        yield (
            f"{_padded(figure['label'], LABEL)} {number(figure['value']):>{FIGURE}}"
            f"  {places.format(count=figure['facilities'])}"
        )
    yield from _heading(_("Facilities, most trouble first"))
    for facility in document["facilities"]:
        yield _facility(facility)
    if document["deadlines"]:
        yield from _heading(_("Legal deadlines"))
    for deadline in document["deadlines"]:
        left = _days_left(deadline["days_left"])
        yield f"{_padded(deadline['name'], LABEL)} {_day(deadline['on'])}  {left}"


def _heading(title: str) -> Iterator[str]:
    yield ""
    yield title


def _facility(facility: Document) -> str:
    late = ""
    if facility["days_late"]:
        late = ngettext(
            "{count} working day overdue", "{count} working days overdue", facility["days_late"]
        ).format(count=number(facility["days_late"]))
    return (
        f"{_padded(facility['name'], LABEL)} {share(facility['progress']):>8}"
        f"  {facility['stage_label']} → {facility['next_step_label']}  {late}"
    ).rstrip()


def _days_left(days: int) -> str:
    if days < 0:
        return ngettext("{count} day past it", "{count} days past it", -days).format(
            count=number(-days)
        )
    return ngettext("{count} day left", "{count} days left", days).format(count=number(days))


def _evidence(evidence: dict[str, int]) -> str:
    return evidence_words([evidence[rung.code] for rung in Rung])


def _day(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def _padded(text: str, width: int) -> str:
    """Filled up to a width on the screen, where combining marks take no room."""
    taken = sum(not combining(letter) for letter in text)
    return text + " " * max(0, width - taken)
