"""Registers of few rows: what a search looks for is read whole, without accents and case."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, QuerySet

from facilities.folding import fold

Row = TypeVar("Row", bound=Model)


def holding(rows: QuerySet[Row], text: str, fields: Iterable[str]) -> QuerySet[Row]:
    """The rows in whose fields, taken together, every word is found."""
    words = fold(text).split()[:6]
    found = []
    for key, *texts in rows.order_by().values_list("pk", *fields):
        told = fold(" ".join(str(one or "") for one in texts))
        if all(word in told for word in words):
            found.append(key)
    return rows.filter(pk__in=found)
