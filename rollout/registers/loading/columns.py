"""The columns of the files: those of the desk's registers where there are any, else made after the field."""

from collections.abc import Mapping
from functools import cache

from django.db import models
from django.db.models import Model
from django.utils.translation import gettext_lazy

from facilities.exchange.columns import Column, Kind
from rollout.registers.catalogue import REGISTERS
from rollout.registers.loading.sheets import PROOF

FIELD_BY_FIELD = ("facilities", "procurements", "lots", "documents")
LONGEST = 5000  # letters in a cell of a field that sets no limit itself
ANSWERS = {"True": gettext_lazy("yes"), "False": gettext_lazy("no")}


@cache
def desk_columns() -> Mapping[tuple[type[Model], str], Column]:
    """By table and field, the column that tells people what the field is called and may hold."""
    found: dict[tuple[type[Model], str], Column] = {}
    for register in (REGISTERS[code] for code in FIELD_BY_FIELD):
        for writer in register.writers:
            if getattr(writer, "kind", None):
                continue  # many kinds of rows in one table: the desk has a column for each of them
            model = getattr(writer, "model", register.model)
            for code, name in writer.columns.items():
                if register.column(code).writable:
                    found.setdefault((model, name), register.column(code))
    return found


def column_of(field: models.Field, name: str) -> Column:
    """A column after a field of a table, under a name."""
    needed = not (field.blank or field.has_default() or field.name in PROOF)
    label = field.verbose_name
    if field.many_to_many:
        return Column(name, label, max_length=LONGEST)
    if field.is_relation:
        return Column(name, label, Kind.CODE, required=needed)
    if isinstance(field, models.BooleanField):
        return Column(name, label, Kind.CHOICE, choices=lambda: ANSWERS, required=needed)
    if isinstance(field, models.DateField):
        return Column(name, label, Kind.DAY, required=needed)
    if isinstance(field, models.PositiveBigIntegerField):
        return Column(name, label, Kind.MONEY, required=needed)
    if isinstance(field, models.PositiveIntegerField | models.PositiveSmallIntegerField):
        return Column(name, label, Kind.COUNT, required=needed)
    if field.choices:
        choices = {str(code): label for code, label in field.flatchoices if code != ""}
        return Column(name, label, Kind.CHOICE, choices=lambda: choices, required=needed)
    # Other numbers, such as weights and what left, are read by their field (`SheetRegister.check`).
    return Column(name, label, required=needed, max_length=field.max_length or LONGEST)
