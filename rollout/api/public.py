"""The headline figures, told to everybody where the administrator wants it: no row, no name."""

from django.conf import settings
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.serializers import (
    CharField,
    ChoiceField,
    DateField,
    DateTimeField,
    FloatField,
    IntegerField,
    Serializer,
)

from facilities import clock
from rollout.api import schema
from rollout.api.answer import CachedAnswer
from rollout.api.document import legal_document
from rollout.api.parameters import misused
from rollout.api.reading import ReadView
from rollout.api.serializers import UNITS, Deadline, Declared
from rollout.figures.cached import cached_progress
from rollout.figures.results import Progress
from rollout.site.problems import NO_ADDRESS


class PublicMeasure(Serializer):
    code = CharField()
    label: Declared = CharField()
    rule = CharField()
    rule_version = IntegerField()
    unit = ChoiceField(UNITS)
    done = IntegerField(allow_null=True, help_text="Null: not known.")
    total = IntegerField(allow_null=True)
    share = FloatField(allow_null=True, help_text="A part of one.")
    known = IntegerField(help_text="Facilities.")
    unknown = IntegerField()


class PublicSummary(Serializer):
    on = DateField()
    name = CharField()
    facilities = IntegerField()
    overall = FloatField(allow_null=True)
    newest_on = DateField(allow_null=True)
    measures = PublicMeasure(many=True)
    deadlines = Deadline(many=True)
    generated_at = DateTimeField()


class PublicSummaryView(ReadView):
    """Off unless EMR_PUBLIC_SUMMARY says otherwise: then there is no such address."""

    authentication_classes = []
    permission_classes = []
    caching = "public, max-age=300"

    def check_permissions(self, request: Request) -> None:
        for throttle in self.get_throttles():
            if not throttle.allow_request(request, self):
                self.throttled(request, throttle.wait() or 60)
        if not settings.PUBLIC_SUMMARY:
            raise NotFound(NO_ADDRESS)

    @extend_schema(
        operation_id="public_summary",
        summary="The headline figures, without a key",
        description="Of today. Only where the administrator has opened it: else 404. It names nobody.",
        parameters=schema.HEADERS,
        auth=[],
        responses={
            200: PublicSummary,
            **{code: schema.NOT_200[code] for code in (304, 400, 405, 406, 429, 500)},
            404: schema.ACT_NOT_200[404],
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        if errors := misused(request.query_params, ()):
            raise ValidationError(errors)
        today = clock.today()
        return self.respond(
            request,
            CachedAnswer(
                "public",
                today,
                known_at=None,
                build=lambda: public_document(cached_progress(today)),
            ),
        )


def public_document(progress: Progress) -> dict:
    return {
        "on": progress.on,
        "name": progress.name,
        "facilities": progress.public + progress.private,
        "overall": progress.overall,
        "newest_on": progress.newest_on,
        "measures": [
            {
                "code": one.code,
                "label": one.label,
                "rule": one.rule,
                "rule_version": one.rule_version,
                "unit": one.unit,
                "done": one.told,
                "total": one.total,
                "share": one.share,
                "known": one.known,
                "unknown": one.unknown,
            }
            for one in progress.measures
        ],
        "deadlines": [legal_document(one) for one in progress.deadlines],
        "generated_at": progress.generated_at,
    }
