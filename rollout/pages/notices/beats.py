"""Signs of life from gateways: no sign-in, no cookie, one query."""

import json

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from connectivity.gateways import beat

MOST = 1_000_000_000  # messages in one beat
COUNTS = {"sent", "errors"}
LONGEST_BODY = 4096  # bytes


class Wrong(ValueError):
    """What was sent cannot be read; the text names the field and the remedy."""


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def beat_of_gateway(request: HttpRequest, secret: str) -> HttpResponse:
    """204, or 404 alike for whatever opens nothing; 400 where a count cannot be read.

    The counts are looked at first, so that no answer depends on whether the secret is known.
    """
    try:
        given = _given(request)
        if unknown := given.keys() - COUNTS:
            raise Wrong(
                _("%(names)s: not known. Only sent and errors are counted.")
                % {"names": ", ".join(sorted(map(str, unknown)))[:100]}
            )
        sent, errors = _count(given, "sent"), _count(given, "errors")
    except Wrong as error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain; charset=utf-8")
    if not beat(secret=secret, sent=sent, errors=errors, now=timezone.now()):
        return HttpResponse("404\n", status=404, content_type="text/plain")
    return HttpResponse(status=204)


def _given(request: HttpRequest) -> dict:
    if request.method != "POST":
        return request.GET.dict()
    if request.content_type != "application/json":
        return request.GET.dict() | request.POST.dict()
    try:
        length = int(request.headers.get("Content-Length") or 0)
        found = json.loads(request.read(LONGEST_BODY) or b"{}") if length <= LONGEST_BODY else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Wrong(_('The body is not a JSON object such as {"sent": 12, "errors": 0}.'))
    return request.GET.dict() | found


def _count(given: dict, name: str) -> int:
    found = given.get(name, 0)
    text = str(found) if not isinstance(found, (bool, float)) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MOST):
        raise Wrong(
            _("%(name)s: give a whole number from 0 to %(most)s.") % {"name": name, "most": MOST}
        )
    return int(text)
