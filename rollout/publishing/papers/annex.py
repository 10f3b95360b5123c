"""The annex of the report as XLSX: one row per facility, each total a formula over its column."""

from io import BytesIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from rollout.figures.cached import cached_progress
from rollout.figures.measures import MEASURES as ALL_MEASURES
from rollout.publishing.papers.kind import Asked
from rollout.publishing.papers.kinds.report import of_its_province, of_rollout
from rollout.templatetags.figures import day

# The private facilities have no row of their own in the register's table of progress.
MEASURES = tuple(measure for measure in ALL_MEASURES if measure.code != "connected_private")
FIRST_ROW = 4  # after title, day and head


def as_xlsx(asked: Asked) -> bytes:
    """Done and needed of every measure; the sums are those of the report's sentences.

    A facility outside a measure, and one whose need is not known, has an empty cell: nothing is
    added for it.
    """
    asked = of_its_province(asked)
    progress = cached_progress(asked.on, known_at=asked.known_at, area=asked.area)
    register = Workbook()
    sheet = register.worksheets[0]
    sheet.title = _("Progress")
    sheet.append([_("Rollout of electronic medical records in %s") % progress.name])
    sheet.append([_("As of %(day)s") % {"day": day(asked.on)}])
    head = [_("Code"), _("Facility")]
    for measure in MEASURES:
        head += [f"{measure.label}: {_('done')}", f"{measure.label}: {_('out of')}"]
    sheet.append(head)
    for result in of_rollout(progress):
        row: list[str | int | None] = [result.code, result.name]
        for measure in MEASURES:
            cell = result.measures.get(measure.code)
            row += [cell.told, cell.total] if cell else [None, None]
        sheet.append(row)
    last = sheet.max_row
    totals: list[str | int | None] = [None, _("Total")]
    for column in range(3, len(head) + 1):
        letter = get_column_letter(column)
        totals.append(f"=SUM({letter}{FIRST_ROW}:{letter}{last})" if last >= FIRST_ROW else 0)
    sheet.append(totals)
    sheet["A1"].font = Font(bold=True, size=14)
    for head_or_sum in (*sheet[3], *sheet[sheet.max_row]):
        head_or_sum.font = Font(bold=True)
        head_or_sum.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width = 22
    sheet.column_dimensions["B"].width = 44
    sheet.freeze_panes = f"C{FIRST_ROW}"
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth = "landscape", 1
    stream = BytesIO()
    register.save(stream)
    return stream.getvalue()
