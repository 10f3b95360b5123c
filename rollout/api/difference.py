"""What has changed between two days: every measure, and every facility whose cells are others."""

from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from rollout.api import parameters, schema, shapes
from rollout.api.answer import CachedAnswer
from rollout.api.document import cell_document, map_of
from rollout.api.reading import ReadView
from rollout.day import Day
from rollout.figures.cached import cached_progress
from rollout.figures.results import FacilityResult, MeasureResult, Progress

DAYS = ("from", "to", "known_at", "map", "area")


class DifferenceView(ReadView):
    @extend_schema(**schema.DIFFERENCE, responses={200: shapes.Difference, **schema.NOT_200})
    def get(self, request: Request) -> HttpResponseBase:
        query = request.query_params
        errors = parameters.misused(query, DAYS)
        for name in ("from", "to"):
            if not query.get(name, "").strip():
                errors.setdefault(name, [_("Give a day as 2025-05-21.")])
        if errors:
            raise ValidationError(errors)
        first, last = (self._day(query, name) for name in ("from", "to"))
        if first.on > last.on:
            raise ValidationError({"from": [_("The first day lies after the last day, “to”.")]})
        return self.respond(
            request,
            CachedAnswer(
                "difference",
                first.on,
                last.on,
                last.map_on,
                last.area_code,
                known_at=last.known_at,
                build=lambda: _document(_progress(first), _progress(last)),
            ),
        )

    def _day(self, query: Any, name: str) -> Day:
        asked = query.copy()
        asked["on"] = query.get(name, "")
        for other in ("from", "to"):
            asked.pop(other, None)
        try:
            return self.narrowed(parameters.asked_day(asked, ("on", "known_at", "map", "area")))
        except ValidationError as error:
            told = dict(error.detail) if isinstance(error.detail, dict) else {}
            if "on" in told:
                told[name] = told.pop("on")
            raise ValidationError(told) from None


def _progress(day: Day) -> Progress:
    return cached_progress(day.on, known_at=day.known_at, map_on=day.map_on, area=day.area_code)


def _document(first: Progress, last: Progress) -> dict[str, Any]:
    return {
        "from": first.on,
        "to": last.on,
        "known_at": last.known_at,
        "map": map_of(last.map_on),
        "area": last.area or None,
        "overall": {"from": first.overall, "to": last.overall},
        "measures": [
            {
                "code": now.code,
                "label": str(now.label),
                "rule_version": now.rule_version,
                "unit": now.unit,
                "from": _figure(before),
                "to": _figure(now),
                "change": _change(before, now),
            }
            for before, now in ((first.measure(one.code), one) for one in last.measures)
        ],
        "facilities": _facilities(first, last),
        "generated_at": timezone.now(),
    }


def _figure(result: MeasureResult) -> dict[str, Any]:
    return {"done": result.told, "total": result.total, "share": result.share}


def _change(before: MeasureResult, now: MeasureResult) -> int | None:
    """None where one of the days is not known: that is no zero."""
    if before.told is None or now.told is None:
        return None
    return now.told - before.told


def _facilities(first: Progress, last: Progress) -> list[dict[str, Any]]:
    """Those that are others now, came or went, by their code."""
    before = {one.code: one for one in first.facilities}
    now = {one.code: one for one in last.facilities}
    found = []
    for code in sorted(before.keys() | now.keys()):
        old, new = before.get(code), now.get(code)
        described = new or old
        measures = _cells(old, new)
        stages = (old.stage if old else None, new.stage if new else None)
        if described is None or (not measures and stages[0] == stages[1]):
            continue
        found.append(
            {
                "code": code,
                "name": described.name,
                "what": "came" if old is None else "left" if new is None else "changed",
                "stage": {"from": stages[0], "to": stages[1]},
                "measures": measures,
            }
        )
    return found


def _cells(old: FacilityResult | None, new: FacilityResult | None) -> dict[str, Any]:
    """The cells of measures that are others; all of one that came or went."""
    codes = {*(old.measures if old else ()), *(new.measures if new else ())}
    found = {}
    for code in sorted(codes):
        pair = [
            cell_document(one.measures[code]) if one and code in one.measures else None
            for one in (old, new)
        ]
        if pair[0] != pair[1]:
            found[code] = {"from": pair[0], "to": pair[1]}
    return found
