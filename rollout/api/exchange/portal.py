"""The ministry's portal list held against ours: each line answered. Nothing is stored."""

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import (
    CharField,
    ChoiceField,
    DateField,
    DictField,
    IntegerField,
    ListField,
    Serializer,
)

from facilities import clock
from rollout.api import schema
from rollout.api.parameters import misused
from rollout.api.reading import ReadView
from rollout.api.registers import refuse_without_rows
from rollout.api.writing import asked_body
from rollout.registers.portal import MOST_LINES, Line, Told, Verdict, counted, reconcile


class ListedLine(Serializer):
    code = CharField(required=False, allow_blank=True, max_length=100, help_text="Any code of it.")
    name = CharField(required=False, allow_blank=True, max_length=300)
    on = DateField(required=False, allow_null=True, help_text="The day of the announcement.")


class PortalList(Serializer):
    lines = ListField(child=ListedLine(), max_length=MOST_LINES)


class AnsweredLine(Serializer):
    line = IntegerField(allow_null=True, help_text="Counted from 0; null: ours alone.")
    verdict = ChoiceField([one.value for one in Verdict])
    verdict_label = CharField()
    facility = CharField(allow_null=True)
    facility_name = CharField(allow_null=True)
    theirs = DateField(allow_null=True)
    ours = DateField(allow_null=True)
    why = CharField(allow_blank=True)


class Reconciled(Serializer):
    on = DateField()
    totals = DictField(child=IntegerField(), help_text="By verdict.")
    lines = AnsweredLine(many=True, help_text="Theirs in their order, then ours alone.")


class PortalListView(ReadView):
    http_method_names = ["options", "post"]

    @extend_schema(
        operation_id="portal_list_reconcile",
        summary="Hold the portal's list against ours",
        description="Ours and not theirs, theirs and not ours, another day. A facility is found by a "
        "code, ours or of another system, or by its name, accents aside. Nothing is stored. For "
        "whoever opens rows, each of their places.",
        parameters=[schema.LANGUAGE],
        request=PortalList,
        responses={
            200: Reconciled,
            **{
                code: one for code, one in schema.ACT_NOT_200.items() if code not in (404, 409, 422)
            },
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        places = refuse_without_rows(self)
        if errors := misused(request.query_params, ()):
            raise ValidationError(errors)
        asked = asked_body(PortalList, request)
        told = [
            Told(number, one.get("code"), one.get("name"), one.get("on"))
            for number, one in enumerate(asked["lines"])
        ]
        today = clock.today()
        found = reconcile(told, today, places)
        return Response(
            {"on": today, "totals": counted(found), "lines": [_document(one) for one in found]}
        )


def _document(line: Line) -> dict[str, Any]:
    return {
        "line": line.number,
        "verdict": line.verdict.value,
        "verdict_label": line.label,
        "facility": line.facility and line.facility.code,
        "facility_name": line.facility and line.facility.name,
        "theirs": line.theirs,
        "ours": line.ours,
        "why": line.why,
    }


urlpatterns = [path("v1/portal-list/", PortalListView.as_view(), name="portal-list")]
