"""What an Excel file shows otherwise than it was read, in sentences for its sender."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from facilities.exchange.tables import column_letter
from facilities.exchange.xlsx_sheet import Beside
from facilities.grouping import grouped

NAMED = 5  # places named in a sentence


def told(beside: Beside, *, hidden_sheets: Sequence[str]) -> list[str]:
    """One sentence for each kind of thing, in the reader's language."""
    found = []
    if beside.hidden_rows:
        count = len(beside.hidden_rows)
        found.append(
            ngettext(
                "%(count)s row is hidden in the file, and was read like the others: %(places)s.",
                "%(count)s rows are hidden in the file, and were read like the others: %(places)s.",
                count,
            )
            % {"count": grouped(count), "places": _few(_spans(beside.hidden_rows))}
        )
    if beside.hidden_columns:
        count = len(beside.hidden_columns)
        letters = [column_letter(index) for index in sorted(beside.hidden_columns)]
        found.append(
            ngettext(
                "%(count)s column is hidden in the file, and was read like the others: %(places)s.",
                "%(count)s columns are hidden in the file, and were read like the others: %(places)s.",
                count,
            )
            % {"count": grouped(count), "places": _few(letters)}
        )
    if beside.merged:
        found.append(
            _("What stands in merged cells counts for each of their rows: %(places)s.")
            % {"places": _few(list(dict.fromkeys(beside.merged)))}
        )
    if hidden_sheets:
        found.append(
            _("A hidden sheet of the file was left out: %(sheets)s.")
            % {"sheets": _few([f"“{name}”" for name in hidden_sheets])}
        )
    return found


def _few(places: Sequence[str]) -> str:
    named = ", ".join(places[:NAMED])
    return f"{named}, …" if len(places) > NAMED else named


def _spans(numbers: Sequence[int]) -> list[str]:
    """Rows that follow each other as one place: 3–5."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return [str(first) if first == last else f"{first}–{last}" for first, last in spans]
