"""What the OpenAPI description says beyond the documents, and where it is read."""

from typing import TYPE_CHECKING, Any, TypedDict

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from rollout.api import serializers, shapes
from rollout.api.listing import MOST, USUAL
from rollout.api.offered import OFFERED
from rollout.api.parameters import DEADLINE_RULES, misused
from rollout.api.throttling import tell
from rollout.day import MAPS
from rollout.figures.measures import BY_CODE
from rollout.figures.trend import LONGEST_DAYS
from rollout.models import Alert
from rollout.notices.escalation import RULES
from rollout.programme.connections import WORST_FIRST

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class BearerToken(OpenApiAuthenticationExtension):
    target_class = "rollout.site.sign_in.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": str(
                _(
                    "A key made by the Department for one program: with scopes, a first and a "
                    "last day, and the addresses from which it is accepted."
                )
            ),
        }


class Session(SessionScheme):
    """A session of the pages, opened with the second factor where that is demanded."""

    target_class = "rollout.site.sign_in.SessionAuthentication"


class Endpoint(TypedDict):
    """What `extend_schema` is told of an address, beside its answers."""

    operation_id: str
    summary: "StrOrPromise"
    description: "StrOrPromise"
    parameters: list[OpenApiParameter]


def _day(name: str, description: "StrOrPromise") -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string", "format": "date"}, description=description)


ON = _day("on", _("The day looked at, as 2025-05-21. Today if absent."))
KNOWN_AT = OpenApiParameter(
    "known_at",
    description=_(
        "Count only what was recorded by this moment and not yet withdrawn: "
        "2025-05-21T17:00+07:00, without an offset in local time, or a day, meaning its end."
    ),
)
COMPARE = _day("compare", _("A day to hold it against: fills “before” and “change”."))
MAP = OpenApiParameter(
    "map",
    enum=MAPS,
    description=_(
        "With which facilities: those of the day looked at, which is also meant if absent, or "
        "those of today, each with what was recorded for those it carries on for."
    ),
)
AREA = OpenApiParameter(
    "area",
    description=_(
        "Only the facilities that lie in the area of this code on that day, or in an area below it; "
        "“~”: those whose area is not recorded; “~” before a code: those in that area and in none "
        "of its parts."
    ),
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    location=OpenApiParameter.HEADER,
    description=_("The ETag of an earlier answer: 304 and no body while facts are the same."),
)
LANGUAGE = OpenApiParameter(
    "Accept-Language",
    location=OpenApiParameter.HEADER,
    enum=["vi", "en"],
    description=_("The language of labels and errors; that of the account if absent."),
)
ETAG = OpenApiParameter(
    "ETag",
    location=OpenApiParameter.HEADER,
    response=[200, 304],
    description=_("Changes only when the facts do, or what was asked."),
)
HEADERS = [IF_NONE_MATCH, LANGUAGE, ETAG]

PROGRESS: Endpoint = {
    "operation_id": "progress",
    "summary": _("The province on a day"),
    "description": _("Every measure with rule, denominator and evidence, and every facility."),
    "parameters": [ON, KNOWN_AT, COMPARE, MAP, AREA, *HEADERS],
}
PROVINCES: Endpoint = {
    "operation_id": "provinces",
    "summary": _("The provinces side by side"),
    "description": _(
        "A row for every province that the installation steers on the day, each by its own "
        "denominators. An account of one province reads that one."
    ),
    "parameters": [ON, KNOWN_AT, COMPARE, MAP, *HEADERS],
}
TREND: Endpoint = {
    "operation_id": "trend",
    "summary": _("A measure on every day of a period"),
    "description": _("The same figures that the progress of each of these days gives."),
    "parameters": [
        OpenApiParameter("measure", required=True, enum=list(BY_CODE)),
        _day("from", _("The first day. A year before the last day if absent.")),
        _day(
            "to",
            format_lazy(
                _("The last day, included. Today if absent. At most {days} days."),
                days=LONGEST_DAYS,
            ),
        ),
        KNOWN_AT,
        MAP,
        AREA,
        *HEADERS,
    ],
}
FACILITY: Endpoint = {
    "operation_id": "facility_progress",
    "summary": _("One facility on a day"),
    "description": _(
        "The figures of the province's document. Procurement files, council meetings and causes "
        "only for readers who may see the rows of this facility. No personal data."
    ),
    "parameters": [
        OpenApiParameter(
            "code", location=OpenApiParameter.PATH, description=_("The facility's code for life.")
        ),
        ON,
        KNOWN_AT,
        MAP,
        *HEADERS,
    ],
}

FILTER_FACILITY = OpenApiParameter(
    "facility", description=_("Only those of the facility with this code.")
)
PAGING = [
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
        description=_("How many rows in one answer."),
    ),
    OpenApiParameter(
        "after", description=_("Where the list goes on: taken from “next” of the answer before.")
    ),
]

CONNECTIONS: Endpoint = {
    "operation_id": "connections",
    "summary": _("Every connection as it is now"),
    "description": _(
        "Facilities that are to be connected, each with its partner: whether its gateway gives "
        "signals. For the Department, the leaders and keys of the scope programme:read, each "
        "of the province or of their area. Changes by the minute, hence without ETag."
    ),
    "parameters": [
        OpenApiParameter("state", enum=WORST_FIRST),
        FILTER_FACILITY,
        OpenApiParameter("partner", description=_("Only those with the partner of this code.")),
        AREA,
        *PAGING,
        LANGUAGE,
    ],
}
CONNECTION: Endpoint = {
    "operation_id": "facility_connection",
    "summary": _("One connection and its last ninety days"),
    "description": _(
        "For readers who may see the rows of this facility. Changes by the minute, hence without "
        "ETag."
    ),
    "parameters": [
        OpenApiParameter(
            "code", location=OpenApiParameter.PATH, description=_("The facility's code for life.")
        ),
        OpenApiParameter(
            "partner", location=OpenApiParameter.PATH, description=_("The partner's code.")
        ),
        LANGUAGE,
    ],
}
ALERTS: Endpoint = {
    "operation_id": "alerts",
    "summary": _("The alerts that stood on a day"),
    "description": _(
        "Raised by then and not yet cleared, as the page of alerts shows them. For the "
        "Department, the leaders and keys of the scope programme:read, each of the province or of "
        "their area."
    ),
    "parameters": [
        ON,
        OpenApiParameter("rule", enum=list(RULES)),
        OpenApiParameter("severity", enum=Alert.Severity.values),
        AREA,
        FILTER_FACILITY,
        *PAGING,
        *HEADERS,
    ],
}
DEADLINES: Endpoint = {
    "operation_id": "deadlines",
    "summary": _("What is late on a day, and what is due within 90 days"),
    "description": _(
        "Computed from the facts, as the page of deadlines does. For the Department, the leaders "
        "and keys of the scope programme:read, each of the province or of their area."
    ),
    "parameters": [
        ON,
        KNOWN_AT,
        MAP,
        AREA,
        OpenApiParameter("state", enum=("late", "coming")),
        OpenApiParameter("rule", enum=list(DEADLINE_RULES)),
        FILTER_FACILITY,
        *PAGING,
        *HEADERS,
    ],
}
FORECAST: Endpoint = {
    "operation_id": "forecast",
    "summary": _("The forecast of a day"),
    "description": _(
        "When the facilities and the province will use records officially, from the durations "
        "seen by that day. Nothing is saved. For the Department, the leaders and keys of the "
        "scope programme:read, each of the province or of their area."
    ),
    "parameters": [ON, KNOWN_AT, MAP, AREA, *HEADERS],
}

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]{1,100}$"},
    OpenApiParameter.HEADER,
    description=_(
        "Of the caller's making, one for each call: sent again within seven days, the same call gets "
        "the first answer, and nothing is written twice."
    ),
)
KEY = OpenApiParameter(
    "key",
    {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
    OpenApiParameter.PATH,
    description=_("The row's key."),
)
REGISTER = OpenApiParameter(
    "register",
    enum=list(OFFERED),
    location=OpenApiParameter.PATH,
    description=_("The register's code."),
)
REGISTERS: Endpoint = {
    "operation_id": "registers",
    "summary": _("The registers and their columns"),
    "description": _(
        "What can be read as rows. For readers who open the rows behind the figures, and keys of the "
        "scope registers:read. No column names a person, and no register of people is offered."
    ),
    "parameters": HEADERS,
}
REGISTER_ROWS: Endpoint = {
    "operation_id": "register_rows",
    "summary": _("The rows of a register on a day"),
    "description": _(
        "In the order of their keys, in pieces to be followed by “next”; or sorted, page by page. "
        "Filters are those of the register's list on the desk: a choice by the column's code, which "
        "may be given several times; days by <column>_from and <column>_to, numbers by <column>_min "
        "and <column>_max, and <column>_is=missing or given. An unknown one is refused. As a file all "
        "rows come at once."
    ),
    "parameters": [
        REGISTER,
        ON,
        KNOWN_AT,
        AREA,
        OpenApiParameter("fields", description=_("Only these columns: their codes, with commas.")),
        OpenApiParameter(
            "sort", description=_("A column's code; “-” before it: from the last to the first.")
        ),
        OpenApiParameter(
            "page", {"type": "integer", "minimum": 1}, description=_("Of a sorted list.")
        ),
        *PAGING,
        OpenApiParameter(
            "format",
            enum=["json", "csv", "xlsx"],
            description=_("As a file; by Accept as well. Headings are in the reader's language."),
        ),
        *HEADERS,
    ],
}
REGISTER_ROW: Endpoint = {
    "operation_id": "register_row",
    "summary": _("One row of a register on a day"),
    "description": _("All its columns but those that name a person."),
    "parameters": [
        REGISTER,
        KEY,
        ON,
        KNOWN_AT,
        *HEADERS,
    ],
}

NOT_FOUND = OpenApiResponse(
    serializers.Problem, description=_("No such facility was part of the rollout on that day.")
)
GONE = OpenApiResponse(
    serializers.Gone,
    description=_("The facility was closed or merged into another one by that day."),
)
NOT_200 = {
    304: OpenApiResponse(description=_("The facts are those of the ETag that was sent.")),
    400: OpenApiResponse(
        serializers.Invalid, description=_("Unknown, repeated or impossible parameter.")
    ),
    401: OpenApiResponse(
        serializers.Problem, description=_("Not signed in, or the key is not valid any more.")
    ),
    403: OpenApiResponse(serializers.Problem, description=_("The account holds no role today.")),
    405: OpenApiResponse(serializers.Problem, description=_("Only GET, HEAD and OPTIONS.")),
    406: OpenApiResponse(
        serializers.Problem, description=_("Accept asks for a form that is not given here.")
    ),
    429: OpenApiResponse(serializers.Problem, description=_("Too many requests; see Retry-After.")),
    500: OpenApiResponse(serializers.Problem, description=_("A mistake of ours, which is noted.")),
}
PROGRAMME_403 = OpenApiResponse(
    serializers.Problem,
    description=_(
        "No role today, none that reads this, a key whose scope does not, or what is asked about "
        "lies outside the area of the role or key."
    ),
)
PROGRAMME_NOT_200 = NOT_200 | {403: PROGRAMME_403}
LIVE_NOT_200 = {status: answer for status, answer in PROGRAMME_NOT_200.items() if status != 304}
NO_CONNECTION = OpenApiResponse(
    serializers.Problem,
    description=_("No such facility is in the register today, or there is no such partner."),
)


REGISTERS_NOT_200 = NOT_200 | {
    403: OpenApiResponse(
        serializers.Problem,
        description=_(
            "No role today, none that opens rows, or a key without the scope registers:read."
        ),
    )
}
NO_REGISTER = OpenApiResponse(
    serializers.Problem,
    description=_("No such register, or no such row for this account on the day."),
)


CHANGES: Endpoint = {
    "operation_id": "changes",
    "summary": _("What has been written into registers since"),
    "description": _(
        "Rows that people, files and programs have written, in the order in which it became "
        "visible: whoever follows it misses nothing and gets nothing twice, however many write "
        "at once. Begin with “latest”, read the registers, then follow “next” for good. What a "
        "row holds is read as the row; no value and no name is told here. A withdrawn file "
        "takes its items and problems with it. For whoever opens rows, each of their places."
    ),
    "parameters": [
        OpenApiParameter(
            "since",
            {"type": "string", "pattern": r"^(latest|\d{1,18}\.\d{1,18})$"},
            description=_("“since” of the answer before; from the beginning if absent."),
        ),
        PAGING[0],
        *HEADERS,
    ],
}
DIFFERENCE: Endpoint = {
    "operation_id": "progress_difference",
    "summary": _("What has changed between two days"),
    "description": _(
        "Every measure on both days, and the facilities whose cells or stage are others. The "
        "figures are those that the progress of each of the days gives."
    ),
    "parameters": [
        OpenApiParameter(
            "from",
            {"type": "string", "format": "date"},
            required=True,
            description=_("The first day."),
        ),
        OpenApiParameter(
            "to",
            {"type": "string", "format": "date"},
            required=True,
            description=_("The last day."),
        ),
        KNOWN_AT,
        MAP,
        AREA,
        *HEADERS,
    ],
}
IF_MATCH = OpenApiParameter(
    "If-Match",
    location=OpenApiParameter.HEADER,
    description=_("The ETag or the version of the row that was read; “*”: whatever stands."),
)
ADD_ROW: Endpoint = {
    "operation_id": "register_row_add",
    "summary": _("Enter a row"),
    "description": _(
        "By the columns, rules and change sets of the desk, for whoever keeps the register there, in "
        "person or by a key of the scope registers:write. What is refused leaves nothing behind."
    ),
    "parameters": [REGISTER, IDEMPOTENCY_KEY, LANGUAGE],
}
CHANGE_ROW: Endpoint = {
    "operation_id": "register_row_change",
    "summary": _("Change cells of a row"),
    "description": _(
        "Those given; the others stay. What was said before stays readable. A row that is a fact "
        "itself goes on under a new key."
    ),
    "parameters": [REGISTER, KEY, IF_MATCH, LANGUAGE],
}
WITHDRAW_ROW: Endpoint = {
    "operation_id": "register_row_withdraw",
    "summary": _("Withdraw a row"),
    "description": _(
        "One that was entered by mistake, with every fact about it. What it said stays readable."
    ),
    "parameters": [REGISTER, KEY, IF_MATCH, IDEMPOTENCY_KEY, LANGUAGE],
}
BULK: Endpoint = {
    "operation_id": "register_rows_write",
    "summary": _("Write many rows"),
    "description": _(
        "New and changed ones in one change set, with a result for each. All or none of them, or "
        "with the mode “each” those that may be."
    ),
    "parameters": [REGISTER, IDEMPOTENCY_KEY, LANGUAGE],
}
WRITE_NOT_200 = {
    status: answer for status, answer in REGISTERS_NOT_200.items() if status != 304
} | {
    403: OpenApiResponse(
        serializers.Problem,
        description=_(
            "The register is not kept by this account, the key lacks registers:write, or the row "
            "lies outside the area of the role."
        ),
    ),
    404: NO_REGISTER,
    405: OpenApiResponse(
        serializers.Problem, description=_("Not here: rows that are only computed, say.")
    ),
    409: OpenApiResponse(
        serializers.Problem, description=_("Somebody else writes the same just now.")
    ),
    413: OpenApiResponse(serializers.Problem, description=_("More than 10 MB.")),
    415: OpenApiResponse(serializers.Problem, description=_("Send application/json.")),
    422: OpenApiResponse(
        shapes.NotStored,
        description=_("It cannot be so, or the Idempotency-Key came with another call before."),
    ),
}
ACT_NOT_200 = WRITE_NOT_200 | {
    403: OpenApiResponse(
        serializers.Problem,
        description="Not for this account or key, or it lies outside of its places.",
    ),
    404: OpenApiResponse(serializers.Problem, description="There is no such thing here."),
    405: OpenApiResponse(serializers.Problem, description="Only POST and OPTIONS."),
}
CHECKING_NOT_200 = {
    status: answer for status, answer in REGISTERS_NOT_200.items() if status != 304
} | {403: OpenApiResponse(serializers.Problem, description="For the Department alone.")}
HEARTBEAT: Endpoint = {
    "operation_id": "heartbeat",
    "summary": _("A gateway sends a signal"),
    "description": _(
        "By a key of the scope heartbeat, for gateways of the places where its account is of the "
        "Department, an officer or a REST client. Each gateway also has a secret address of its own."
    ),
    "parameters": [*CONNECTION["parameters"]],
}
HEARTBEAT_NOT_204 = {
    status: answer
    for status, answer in WRITE_NOT_200.items()
    if status in (400, 401, 405, 406, 413, 415, 429, 500)
} | {
    403: OpenApiResponse(
        serializers.Problem,
        description=_("No key of the scope heartbeat, or it does not speak for this facility."),
    ),
    404: OpenApiResponse(
        serializers.Problem, description=_("There is no such standing connection.")
    ),
}
VERSIONED = {
    412: OpenApiResponse(
        shapes.ChangedMeanwhile, description=_("It has changed since it was read: both versions.")
    ),
    428: OpenApiResponse(serializers.Problem, description=_("If-Match is missing.")),
}
BULK_REFUSED = OpenApiResponse(
    shapes.BulkProblem,
    description=_("Nothing was saved, or the Idempotency-Key came with another call before."),
)


class SchemaView(SpectacularAPIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="schema",
        summary=_("This description"),
        description="OpenAPI 3.1, as YAML or JSON by Accept: English and ASCII for machines, or in the "
        "language asked for.",
        parameters=[
            OpenApiParameter("format", enum=["json", "yaml"]),
            OpenApiParameter("lang", enum=[code for code, _name in settings.LANGUAGES]),
        ],
        responses={
            200: OpenApiTypes.OBJECT,
            **{code: NOT_200[code] for code in (400, 401, 405, 406, 429, 500)},
        },
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if errors := misused(request.query_params, ("format", "lang")):
            raise ValidationError(errors)
        if "lang" in request.query_params:
            return super().get(request, *args, **kwargs)
        with translation.override("en"):
            return super().get(request, *args, **kwargs)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        tell(request, response)
        return response


class DocsView(LoginRequiredMixin, SpectacularSwaggerSplitView):
    """For people: signs in on the sign-in page. Scripts and styles are our own files only."""

    url_name = "api:schema"
    template_name = "api/docs.html"
    authentication_classes = []  # the session has been checked before the view is reached
    permission_classes = []

    def _get_schema_url(self, request: Request) -> str:
        """In the language of whoever reads it."""
        address: str = super()._get_schema_url(request)
        joined = "&" if "?" in address else "?"
        return f"{address}{joined}lang={translation.get_language()}"
