"""What was changed of the own cells of a row that a page of the programme shows."""

from django.db.models import Model

from facilities.models import Edit
from rollout.day import Day
from rollout.pages.desk.cells import ShownEdit, shown_edits


def changes(code: str, row: Model, day: Day) -> list[ShownEdit]:
    """What was changed of the row's cells by the day's moment, the latest first."""
    edits = Edit.objects.filter(register=code, row=row.pk).exclude(column="")
    if day.known_at:
        edits = edits.filter(change_set__at__lte=day.known_at)
    edits = edits.select_related("change_set__by").order_by("-change_set__at", "-pk")
    return shown_edits(list(edits), day)
