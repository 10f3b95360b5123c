"""The beginning of a programme: which province it is, and its areas. From nothing to something to count."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from facilities.folding import fold
from facilities.models import Area, AreaName, AreaParent, User
from facilities.services import record
from rollout.models import Programme

PROVINCES = Path(__file__).resolve().parents[1] / "data" / "vietnam" / "provinces.csv"
LONGEST_CODE = 40


@dataclass(frozen=True, slots=True)
class Province:
    """A province of the country as it is called since 1 July 2025."""

    official_code: str
    name_vi: str
    name_en: str


@cache
def provinces() -> tuple[Province, ...]:
    """The 34 provinces, by their official codes. Source: Decision 19/2025/QĐ-TTg."""
    with PROVINCES.open(encoding="utf-8", newline="") as file:
        return tuple(
            Province(row["official_code"], row["name_vi"], row["name_en"])
            for row in csv.DictReader(file)
        )


@transaction.atomic
def begin_programme(
    *,
    name_vi: str,
    name_en: str,
    areas: Iterable[tuple[str, str]],
    level: str,
    since: date,
    by: User,
) -> Programme:
    """The installation steers this province as well, with these areas (name in Vietnamese, in English).

    Names hold from `since`. Raises ValidationError if it steers one of that name, or if two areas
    have the same name.
    """
    steered = AreaName.objects.known().filter(area__in=Programme.objects.values("area"))
    if fold(name_vi) in {fold(name) for name in steered.values_list("name_vi", flat=True)}:
        raise ValidationError(
            {"name_vi": _("This province has been entered already.")},
            code="begun",
        )
    province = _area(name_vi, name_en, Area.Level.PROVINCE, since, by)
    add_areas(areas=areas, level=level, inside=province, since=since, by=by)
    return Programme.objects.create(area=province)


@transaction.atomic
def add_areas(
    *, areas: Iterable[tuple[str, str]], level: str, inside: Area, since: date, by: User
) -> list[Area]:
    """Areas that lie in another one from `since` on. Raises ValidationError for a name that comes twice."""
    known = {
        fold(name)
        for name in AreaName.objects.in_force(since)
        .filter(area__parents__parent=inside)
        .values_list("name_vi", flat=True)
    }
    found = []
    for name_vi, name_en in areas:
        if fold(name_vi) in known:
            raise ValidationError(
                {"areas": _("“%(name)s” comes twice.") % {"name": name_vi}}, code="twice"
            )
        known.add(fold(name_vi))
        area = _area(name_vi, name_en, level, since, by)
        record(AreaParent(area=area, parent=inside, effective_from=since, source=SOURCE), by=by)
        found.append(area)
    return found


SOURCE = "Khai báo ban đầu"  # what entries of the beginning name as their source


def _area(name_vi: str, name_en: str, level: str, since: date, by: User) -> Area:
    area = Area.objects.create(code=_free_code(name_vi), level=level)
    record(
        AreaName(area=area, name_vi=name_vi, name_en=name_en, effective_from=since, source=SOURCE),
        by=by,
    )
    return area


def _free_code(name: str) -> str:
    """A code made of the name, with a number where another area has it."""
    wanted = slugify(fold(name))[:LONGEST_CODE] or "area"
    taken = set(Area.objects.filter(code__startswith=wanted).values_list("code", flat=True))
    numbered = (f"{wanted[: LONGEST_CODE - 5]}-{n}" for n in range(2, 10_000))
    return wanted if wanted not in taken else next(code for code in numbered if code not in taken)
