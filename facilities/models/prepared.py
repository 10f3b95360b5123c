"""Query sets that are asked for over and over, built once and copied.

Putting a query set together, its filters and the expression of a rung, takes longer than reading a few
rows, and each page asks for a hundred of them with the same few arguments. What is kept holds no row.
"""

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

from django.db import models

QUESTIONS = ("known", "standing", "as_of", "in_force", "with_rung", "proven")
KEPT = 2048  # questions, each with its day and moment


@lru_cache(maxsize=KEPT)
def _prepared(
    of: type["models.QuerySet[Any]"],
    model: type[models.Model],
    question: str,
    args: tuple[Hashable, ...],
    kwargs: tuple[tuple[str, Hashable], ...],
) -> "models.QuerySet[Any]":
    asked: models.QuerySet[Any] = getattr(of(model), question)(*args, **dict(kwargs))
    return asked


def _asked(question: str) -> Callable[..., "models.QuerySet[Any]"]:
    def ask(self: Any, *args: Hashable, **kwargs: Hashable) -> "models.QuerySet[Any]":
        rows: models.QuerySet[Any] = self.get_queryset()
        if rows.query.where or rows._hints or self._db:  # type: ignore[attr-defined]
            # The rows of another row: each time others.
            found: models.QuerySet[Any] = getattr(rows, question)(*args, **kwargs)
            return found
        kept = _prepared(type(rows), self.model, question, args, tuple(sorted(kwargs.items())))
        return kept.all()

    return ask


def prepared(manager: "models.Manager[Any]") -> "models.Manager[Any]":
    """The manager, in a class of its own, builds what it is asked often only once."""
    for question in QUESTIONS:
        if hasattr(manager, question):
            setattr(type(manager), question, _asked(question))
    return manager
