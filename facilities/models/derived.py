"""Columns that follow from other columns of the row: what a search compares, what a sort follows."""

from collections.abc import Sequence
from typing import Any

from django.db import models

from facilities.folding import fold, sort_key


class DerivedField(models.TextField):
    """Filled from other fields of the row on every save, also in bulk. Never asked in a form.

    SQLite and PostgreSQL without ICU neither forget accents nor sort Vietnamese, so the product
    stores what both can compare plainly.
    """

    def __init__(self, *args: Any, of: tuple[str, ...] = (), **kwargs: Any):
        self.of = tuple(of)
        kwargs |= {"blank": True, "default": "", "editable": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("blank", "default", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs | {"of": self.of}

    def derive(self, texts: list[str]) -> str:
        raise NotImplementedError

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.derive([str(getattr(model_instance, name) or "") for name in self.of])
        setattr(model_instance, self.attname, value)
        return value


class SearchKeyField(DerivedField):
    """The texts of the row without accents and case: "luc nam" is found in "Lục Nam"."""

    def derive(self, texts: list[str]) -> str:
        return " ".join(folded for text in texts if (folded := fold(text)))


class SortKeyField(DerivedField):
    """Sorts as a Vietnamese dictionary does."""

    def derive(self, texts: list[str]) -> str:
        return sort_key(" ".join(texts))
