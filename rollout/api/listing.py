"""Long lists: which rows are asked for, and the piece that is sent.

Rows have a fixed order, and what follows is found by the last row seen, so that nothing is told
twice or left out because other rows came or went between two requests.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ValidationError as DayError
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from facilities.models import Facility
from rollout.api.parameters import misused, texts
from rollout.day import Day, read_day

USUAL, MOST = 100, 500  # rows in one answer
PAGING = ("limit", "after")
FACILITY = "facility"

SLUG = re.compile(r"[-\w]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """`chosen`: code by filter, None where nothing is asked. `after`: key of the last row seen."""

    day: Day
    chosen: Mapping[str, str | None]
    limit: int
    after: tuple | None
    query: Mapping[str, str]  # as it was sent, with the day named: what a link repeats

    def following(self, path: str, after: str | None) -> str | None:
        """The address of the next piece; None after the last."""
        return after and f"{path}?{urlencode({**self.query, 'after': after})}"


Row = TypeVar("Row")


class Piece(NamedTuple, Generic[Row]):
    rows: list[Row]
    after: str | None  # the last of them, when there are more


def asked_rows(
    query: QueryDict,
    *,
    days: tuple[str, ...],
    codes: Mapping[str, Iterable[str]],
    cursor: Callable[[str], tuple],
) -> Asked:
    """What is asked of a list. Raises ValidationError keyed by parameter, for all of them at once.

    `days`: parameters of the day that count here. `codes`: each filter with what it may be;
    facilities need not be listed. `cursor`: reads `after`, or raises ValueError.
    """
    errors = misused(query, (*days, *codes, FACILITY, *PAGING))
    given = {name: text.strip() for name, text in texts(query).items() if text.strip()}
    day = None
    try:
        day = read_day({name: given[name] for name in days if name in given})
    except DayError as error:
        errors = error.message_dict | errors
    chosen = {name: given.get(name) for name in (*codes, FACILITY)}
    for name, known in codes.items():
        if chosen[name] is not None and chosen[name] not in (known := list(known)):
            errors.setdefault(
                name, [_("Give one of these codes: %(codes)s.") % {"codes": ", ".join(known)}]
            )
    if (code := chosen[FACILITY]) is not None and not _is_facility(code):
        errors.setdefault(
            FACILITY,
            [
                _(
                    "“%(code)s” is no facility's code. Take one from the answer without this parameter."
                )
                % {"code": code[:40]}
            ],
        )
    limit = USUAL
    try:
        limit = limit_of(given.get("limit"))
    except ValueError as error:
        errors.setdefault("limit", [str(error)])
    after = None
    if "after" in given:
        try:
            after = cursor(given["after"])
        except ValueError:
            errors.setdefault("after", [_("Take this from “next” of the answer before.")])
    if errors or day is None:
        raise ValidationError(errors)
    if "on" in days:
        given["on"] = day.on.isoformat()
    return Asked(day, chosen, limit, after, given)


def limit_of(text: str | None) -> int:
    """How many rows in one answer. Raises ValueError in the reader's language."""
    if text is None:
        return USUAL
    if not re.fullmatch(r"[1-9]\d{0,3}", text, re.ASCII) or int(text) > MOST:
        raise ValueError(_("Give a whole number from 1 to %(most)s.") % {"most": MOST})
    return int(text)


def _is_facility(code: str) -> bool:
    return bool(SLUG.fullmatch(code)) and Facility.objects.filter(code=code).exists()


def piece(rows: list[Row], asked: Asked, key: Callable[[Row], tuple]) -> Piece[Row]:
    """The rows that follow the last one seen. `rows` in the order of their keys."""
    begin = bisect_right(rows, asked.after, key=key) if asked.after else 0
    return cut(rows[begin : begin + asked.limit + 1], asked, key)


def cut(rows: list[Row], asked: Asked, key: Callable[[Row], tuple]) -> Piece[Row]:
    """As many as asked; whether there is one more says whether anything follows."""
    sent = rows[: asked.limit]
    if len(rows) <= asked.limit:
        return Piece(sent, None)
    return Piece(sent, ".".join(map(str, key(sent[-1]))))


def day_of_cursor(text: str) -> date:
    """Only as `cut` writes it. Raises ValueError."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError(text)
    return date.fromisoformat(text)
