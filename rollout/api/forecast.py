"""The forecast of a day in the API: computed from the facts as the page does, and stored nowhere."""

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from rollout.api import parameters, schema, shapes
from rollout.api.answer import CachedAnswer
from rollout.api.document import map_of, query_of
from rollout.api.reading import ProgrammeView
from rollout.day import Day
from rollout.figures.cached import mark_of
from rollout.forecasting import Expected, ProvinceForecast, cached_forecast
from rollout.forecasting.forecast import RULE


class ForecastView(ProgrammeView):
    @extend_schema(**schema.FORECAST, responses={200: shapes.Forecast, **schema.PROGRAMME_NOT_200})
    def get(self, request: Request) -> HttpResponseBase:
        day = self.narrowed(parameters.asked_day(request.query_params, parameters.FORECAST))
        self.refuse_elsewhere(request, day)
        return self.respond(
            request,
            CachedAnswer(
                "forecast",
                day.on,
                day.map_on,
                day.area_code,
                mark_of(self.access.told),
                known_at=day.known_at,
                build=lambda: forecast_document(
                    cached_forecast(self.part(day)), day, partial=self.is_partial
                ),
            ),
        )


def forecast_document(forecast: ProvinceForecast, day: Day, *, partial: bool) -> dict:
    """`partial`: of the area for which the reader's role or key is."""
    query = query_of(day)
    low, middle, high = forecast.by_law or (None, None, None)
    return {
        "on": forecast.on,
        "known_at": day.known_at,
        "map": map_of(day.map_on),
        "area": day.area_code or None,
        "partial": partial,
        "rule_version": int(RULE),
        "law_on": forecast.law,
        "official": forecast.official,
        "unforeseen": forecast.unforeseen,
        "by_law": {"low": low, "middle": middle, "high": high} if forecast.by_law else None,
        "province": _foreseen(forecast.province),
        "facilities": [
            {
                "code": one.facility.code,
                "name": one.facility.name,
                **_foreseen(one),
                "lacking": one.lacking or None,
                "lacking_label": one.lacking_label or None,
                "lacking_step": one.lacking_step or None,
                "url": f"{reverse('api:facility-progress', args=[one.facility.code])}?{query}",
            }
            for one in sorted(forecast.facilities, key=lambda one: one.facility.code)
        ],
        "generated_at": timezone.now(),
    }


def _foreseen(one: Expected) -> dict:
    return {
        "likely_on": one.likely_on,
        "safe_on": one.safe_on,
        "chance": one.chance,
        "sample": one.sample if one.is_foreseen else None,
        "done_on": one.done_on,
    }
