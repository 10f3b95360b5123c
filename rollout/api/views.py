"""Progress: who asks, what for, and the document. Reading only."""

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from facilities.departures import departure
from facilities.models import Facility
from rollout.api import parameters, schema, serializers
from rollout.api.answer import CachedAnswer
from rollout.api.document import (
    facility_document,
    gone_document,
    progress_document,
    trend_document,
)
from rollout.api.reading import Gone, ReadView
from rollout.figures.cached import cached_progress
from rollout.figures.reader import refuse_outside
from rollout.figures.trend import cached_trend


class ProgressView(ReadView):
    @extend_schema(**schema.PROGRESS, responses={200: serializers.Progress, **schema.NOT_200})
    def get(self, request: Request) -> HttpResponseBase:
        day = self.narrowed(parameters.asked_day(request.query_params, parameters.PROGRESS))
        return self.respond(
            request,
            CachedAnswer(
                "progress",
                day.on,
                day.compare,
                day.map_on,
                day.area_code,
                known_at=day.known_at,
                build=lambda: progress_document(
                    cached_progress(
                        day.on,
                        known_at=day.known_at,
                        compare=day.compare,
                        map_on=day.map_on,
                        area=day.area_code,
                    )
                ),
            ),
        )


class TrendView(ReadView):
    @extend_schema(**schema.TREND, responses={200: serializers.Trend, **schema.NOT_200})
    def get(self, request: Request) -> HttpResponseBase:
        period = parameters.asked_period(request.query_params)
        measure, first, last = period.measure, period.first, period.last
        known_at, map_on = period.known_at, period.map_on
        area = self.narrowed(period.day).area_code
        return self.respond(
            request,
            CachedAnswer(
                "trend",
                measure.code,
                first,
                last,
                map_on,
                area,
                known_at=known_at,
                build=lambda: trend_document(
                    measure,
                    cached_trend(measure, first, last, known_at=known_at, map_on=map_on, area=area),
                    known_at=known_at,
                    map_on=map_on,
                    area=area,
                    generated_at=timezone.now(),
                ),
            ),
        )


class FacilityProgressView(ReadView):
    @extend_schema(
        **schema.FACILITY,
        responses={
            200: serializers.FacilityProgress,
            **schema.NOT_200,
            404: schema.NOT_FOUND,
            410: schema.GONE,
        },
    )
    def get(self, request: Request, code: str) -> HttpResponseBase:
        day = self.narrowed(parameters.asked_day(request.query_params, parameters.FACILITY))
        facility_id = Facility.objects.filter(code=code).values_list("pk", flat=True).first()
        refuse_outside(day, facility_id)
        detail = self.access.sees_rows_of(facility_id)

        def build() -> dict:
            # The province's own figures, so that the two documents cannot disagree.
            progress = cached_progress(day.on, known_at=day.known_at, map_on=day.map_on)
            result = progress.facility(code)
            if result is None:
                if gone := departure(day.as_of(), code):
                    raise Gone(gone_document(gone, progress))
                raise NotFound(
                    _("No facility with the code “%(code)s” was part of the rollout on %(day)s.")
                    % {"code": code, "day": day.on.isoformat()}
                )
            return facility_document(progress, result, detail=detail)

        return self.respond(
            request,
            CachedAnswer(
                "facility", code, detail, day.on, day.map_on, known_at=day.known_at, build=build
            ),
        )
