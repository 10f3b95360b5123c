"""Every refusal of the API in one shape: problem details of RFC 9457, `application/problem+json`.

`type` says for programs which it is and never changes; `title` and `detail` are for people, in the
reader's language. `errors` names what is wrong, by parameter or by cell.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MEDIA_TYPE = "application/problem+json"
ADDRESS = "/api/"  # under which everything is refused in this shape
KINDS: "dict[int, tuple[str, StrOrPromise]]" = {
    400: ("invalid-request", _("The request cannot be answered as it stands")),
    401: ("not-signed-in", _("Not signed in")),
    403: ("not-allowed", _("Not for this account or key")),
    404: ("not-found", _("There is no such thing here")),
    405: ("wrong-method", _("This address does not take this method")),
    406: ("wrong-form", _("There is no answer in this form")),
    409: ("conflict", _("Somebody else was first")),
    410: ("gone", _("It was here once")),
    412: ("changed-meanwhile", _("It has changed since it was read")),
    413: ("too-large", _("The request is too large")),
    415: ("wrong-content", _("The content is in a form that is not read here")),
    422: ("not-stored", _("It cannot be so, and nothing was saved")),
    428: ("version-needed", _("Say which version is meant")),
    429: ("too-many", _("Too many requests")),
    500: ("mistake-of-ours", _("Something went wrong here")),
}
WHY = _("“errors” says why, each by its name.")
OURS = _("The mistake is ours and has been noted. Nothing was saved.")
NO_ADDRESS = _("There is no such address. /api/v1/schema/ lists those there are.")
TOO_LARGE = _("Send it in smaller parts.")


class Problem(exceptions.APIException):
    """A refusal with more to say: `more` are further members of its document."""

    def __init__(self, status_code: int, detail: "StrOrPromise", **more: Any) -> None:
        self.status_code = status_code
        self.more = more
        super().__init__(detail)


class Conflict(Problem):
    def __init__(self, detail: "StrOrPromise", **more: Any) -> None:
        super().__init__(status.HTTP_409_CONFLICT, detail, **more)


def document(status_code: int, detail: "StrOrPromise", more: Mapping | None = None) -> dict:
    """The problem as it is sent. `more` may not rename what every problem has."""
    code, title = KINDS.get(status_code, KINDS[400 if status_code < 500 else 500])
    return {
        **(more or {}),
        "type": f"urn:emr-rollout:problem:{code}",
        "title": str(title),
        "status": status_code,
        "detail": str(detail),
    }


def handler(exc: Exception, context: dict) -> Response | None:
    """What the framework refuses, as a problem. None: a mistake of ours, which is noted first."""
    if isinstance(exc, RequestDataTooBig):
        exc = Problem(status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
    response = exception_handler(exc, context)
    if response is None:
        return None
    said, more = response.data, {}
    if isinstance(exc, exceptions.ValidationError):
        errors = said if isinstance(said, dict) else {"": said}
        said, more = WHY, {"errors": errors}
    elif isinstance(exc, exceptions.ParseError):  # it has no part to be named
        said, more = WHY, {"errors": {"": [str(exc.detail)]}}
    elif isinstance(said, dict):
        more = {name: value for name, value in said.items() if name != "detail"}
        said = said.get("detail", "")
    if isinstance(exc, Problem):
        more = {**more, **exc.more}
    response.data = document(response.status_code, said, more)
    response.content_type = MEDIA_TYPE
    # In this shape whatever was asked for: a file, the schema as YAML.
    context["request"].accepted_renderer = JSONRenderer()
    context["request"].accepted_media_type = MEDIA_TYPE
    return response


def answer(status_code: int, detail: "StrOrPromise") -> HttpResponse:
    """A problem told outside of the framework."""
    return JsonResponse(
        document(status_code, detail),
        content_type=MEDIA_TYPE,
        status=status_code,
        json_dumps_params={"ensure_ascii": False},
    )


def is_of_the_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(ADDRESS)


def no_such_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler404`, in the shape that fits who asks."""
    if is_of_the_api(request):
        return answer(status.HTTP_404_NOT_FOUND, NO_ADDRESS)
    return defaults.page_not_found(request, exception)


def mistake_of_ours(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`, in the shape that fits who asks."""
    if is_of_the_api(request):
        return answer(status.HTTP_500_INTERNAL_SERVER_ERROR, OURS)
    return defaults.server_error(request)
