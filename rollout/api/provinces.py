"""The provinces side by side in the API: the rows of the nation page."""

from urllib.parse import urlencode

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from rollout.api import parameters, schema, shapes
from rollout.api.answer import CachedAnswer
from rollout.api.document import legal_document, map_of, measure_document, query_of
from rollout.api.reading import ReadView
from rollout.day import Day
from rollout.figures.nation import ProvinceFigures, nation
from rollout.figures.reader import provinces_open
from rollout.programme.provinces import Provinces


class ProvincesView(ReadView):
    @extend_schema(**schema.PROVINCES, responses={200: shapes.Provinces, **schema.NOT_200})
    def get(self, request: Request) -> HttpResponseBase:
        day = self.narrowed(parameters.asked_day(request.query_params, parameters.PROVINCES))
        open_to = provinces_open(day, self.access)
        return self.respond(
            request,
            CachedAnswer(
                "provinces",
                day.on,
                day.compare,
                day.map_on,
                ",".join(one.code for one in open_to),
                known_at=day.known_at,
                build=lambda: provinces_document(day, open_to),
            ),
        )


def provinces_document(day: Day, open_to: Provinces) -> dict:
    """Every province that the reader may look at, by its Vietnamese name."""
    codes = {one.code for one in open_to}
    rows = nation(day.on, known_at=day.known_at, compare=day.compare, map_on=day.map_on)
    return {
        "on": day.on,
        "known_at": day.known_at,
        "compare": day.compare,
        "map": map_of(day.map_on),
        "provinces": [
            _province(row, query_of(row.progress))
            for row in rows
            if row.province and row.province.code in codes
        ],
        "generated_at": timezone.now(),
    }


def _province(row: ProvinceFigures, query: str) -> dict:
    progress, province = row.progress, row.province
    query = f"{query}&{urlencode({'area': row.area})}"
    return {
        "code": row.area,
        "name": province.name if province else "",
        "facilities": row.facilities,
        "public": progress.public,
        "private": progress.private,
        "overall": progress.overall,
        "newest_on": progress.newest_on,
        "official_in_90_days": row.pace,
        "late": row.late,
        "deadline": legal_document(row.deadline) if row.deadline else None,
        "measures": [measure_document(result, query) for result in progress.measures],
        "url": f"{reverse('api:progress')}?{query}",
        "page": f"{reverse('rollout:leader')}?{query}",
    }
