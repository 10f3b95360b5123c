"""The endpoints: who asks, what for, and the document. Reading only."""

from django.conf import settings
from django.http import HttpResponse
from django.middleware.gzip import re_accepts_gzip
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, MethodNotAllowed, NotFound
from rest_framework.views import APIView

from facilities.departures import departure
from facilities.models import ApiToken, Facility
from facilities.permissions import Access, access_of
from rollout.api import parameters, schema, serializers
from rollout.api.answer import KeptAnswer
from rollout.api.document import (
    facility_document,
    gone_document,
    progress_document,
    trend_document,
)
from rollout.cache import cached_progress
from rollout.trend import trend


class Gone(APIException):
    """The code was that of a facility once. `document`: what became of it."""

    status_code = status.HTTP_410_GONE

    def __init__(self, document: dict):
        self.detail = document


class ReadView(APIView):
    """What all endpoints share: who may read, in which language, and 304 for what is known."""

    http_method_names = ["get", "head", "options"]
    access: Access

    def initial(self, request, *args, **kwargs):
        # Before anything else: a POST must not be answered with what is wrong about its sign-in.
        if request.method.lower() not in self.http_method_names:
            raise MethodNotAllowed(request.method)
        super().initial(request, *args, **kwargs)

    def perform_authentication(self, request):
        """Who said no language gets the one of their account."""
        super().perform_authentication(request)
        said = (
            "Accept-Language" in request.headers or settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        )
        if request.user.is_authenticated and not said:
            translation.activate(request.user.language)

    def check_permissions(self, request):
        """The roles of today decide, whatever day is asked about."""
        super().check_permissions(request)
        token = request.auth if isinstance(request.auth, ApiToken) else None
        self.access = access_of(request.user, timezone.localdate(), token=token)
        if not self.access.sees_summary:
            self.permission_denied(
                request, message=_("Your account holds no role today. Ask the Department for one.")
            )

    def respond(self, request, answer: KeptAnswer) -> HttpResponse:
        """The bytes as they are kept, or 304 without them when the reader has these facts already."""
        tag = answer.tag
        response = get_conditional_response(request, etag=tag)
        if response is None:
            packed = re_accepts_gzip.search(request.headers.get("Accept-Encoding", ""))
            response = HttpResponse(
                answer.packed if packed else answer.body, content_type="application/json"
            )
            if packed:
                response.headers["Content-Encoding"] = "gzip"
        response.headers["ETag"] = tag
        return response

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-cache"
        patch_vary_headers(
            response, ("Accept-Encoding", "Accept-Language", "Cookie", "Authorization")
        )
        return response


class ProgressView(ReadView):
    @extend_schema(**schema.PROGRESS, responses={200: serializers.Progress, **schema.NOT_200})
    def get(self, request):
        day = parameters.asked_day(request.query_params, parameters.PROGRESS)
        asked = {"known_at": day.known_at, "compare": day.compare, "map_on": day.map_on}
        return self.respond(
            request,
            KeptAnswer(
                "progress",
                day.on,
                *asked.values(),
                build=lambda: progress_document(cached_progress(day.on, **asked)),
            ),
        )


class TrendView(ReadView):
    @extend_schema(**schema.TREND, responses={200: serializers.Trend, **schema.NOT_200})
    def get(self, request):
        period = parameters.asked_period(request.query_params)
        measure, first, last = period.measure, period.first, period.last
        asked = {"known_at": period.known_at, "map_on": period.map_on}
        return self.respond(
            request,
            KeptAnswer(
                "trend",
                measure.code,
                first,
                last,
                *asked.values(),
                build=lambda: trend_document(
                    measure,
                    trend(measure, first, last, **asked),
                    **asked,
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
    def get(self, request, code):
        day = parameters.asked_day(request.query_params, parameters.FACILITY)
        facility_id = Facility.objects.filter(code=code).values_list("pk", flat=True).first()
        detail = self.access.sees_rows_of(facility_id)

        def build() -> dict:
            # The province's own figures, so that the two documents cannot disagree.
            progress = cached_progress(day.on, known_at=day.known_at, map_on=day.map_on)
            result = progress.facility(code)
            if result is None:
                if gone := departure(day.register(), code):
                    raise Gone(gone_document(gone, progress))
                raise NotFound(
                    _("No facility with the code “%(code)s” was part of the rollout on %(day)s.")
                    % {"code": code, "day": day.on.isoformat()}
                )
            return facility_document(progress, result, detail=detail)

        return self.respond(
            request,
            KeptAnswer("facility", code, detail, day.on, day.known_at, day.map_on, build=build),
        )
