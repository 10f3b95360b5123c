"""Forms of the working calendar."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.folding import fold
from facilities.models import CalendarDay
from rollout.day import parse_date
from rollout.pages.forms.fields import text_field
from rollout.pages.forms.reporting import OnceForm

KINDS = {
    "nghi": CalendarDay.Kind.OFF,
    "off": CalendarDay.Kind.OFF,
    "lam bu": CalendarDay.Kind.WORKING,
    "working": CalendarDay.Kind.WORKING,
}
MOST_LINES = 100


class DaysForm(OnceForm):
    """Days off and days worked instead, one a line, as pasted from a notice or a sheet."""

    lines = text_field(
        gettext_lazy("Days, one a line"),
        8000,
        lines=6,
        help_text=gettext_lazy("30/04/2026; off; Liberation Day. Instead of “off”: working."),
    )
    source = text_field(gettext_lazy("Notice or law"), 300)

    def clean_lines(self) -> list[tuple[date, str, str]]:
        found: dict[date, tuple[date, str, str]] = {}
        problems = []
        lines = [line for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise ValidationError(
                _("At most %(most)s lines at once.") % {"most": MOST_LINES}, code="many"
            )
        for number, line in enumerate(lines, 1):
            try:
                entry = _read(line)
                if entry[0] in found:
                    raise ValueError(_("This date appears twice."))
                found[entry[0]] = entry
            except ValueError as error:
                problems.append(
                    _("Line %(number)s: %(problem)s") % {"number": number, "problem": error}
                )
        if problems:
            raise ValidationError(problems)
        return list(found.values())


def _read(line: str) -> tuple[date, str, str]:
    """Raises ValueError with the remedy."""
    parts = [part.strip() for part in re.split(r"[;\t|]", line, maxsplit=2)]
    if len(parts) < 3 or not parts[2]:
        raise ValueError(_("Write the day, off or working, and the name, with ; between them."))
    day = parse_date(parts[0])
    kind = KINDS.get(fold(parts[1]))
    if kind is None:
        raise ValueError(_("“%(text)s” is neither off nor working.") % {"text": parts[1][:40]})
    if kind == CalendarDay.Kind.WORKING and day.weekday() < 5:
        raise ValueError(_("This day is worked anyway."))
    return day, kind, parts[2][:200]
