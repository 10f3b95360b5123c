"""What all endpoints share: who may read, in which language, and 304 for what is known."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.middleware.gzip import re_accepts_gzip
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, MethodNotAllowed, NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from facilities import clock
from facilities.administration import access_to
from facilities.as_of import AsOf
from facilities.models import ApiToken, Facility, User
from facilities.permissions import Access, access_of
from rollout.api.answer import Answer, CachedAnswer
from rollout.api.deprecated import Deprecated
from rollout.api.throttling import tell
from rollout.day import Day
from rollout.figures.reader import narrowed


class Gone(APIException):
    """The code was that of a facility once. `document`: what became of it."""

    status_code = status.HTTP_410_GONE

    def __init__(self, document: dict) -> None:
        self.detail = document


class ReadView(APIView):
    """Reads the summary, for every role."""

    http_method_names = ["get", "head", "options"]
    caching = "private, no-cache"
    scope = ApiToken.Scope.PROGRESS  # without which a key is refused
    deprecated: Deprecated | None = None
    access: Access

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before anything else: a POST must not be answered with what is wrong about its sign-in.
        method = request.method or ""
        if method.lower() not in self.http_method_names:
            raise MethodNotAllowed(method)
        super().initial(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        """Who said no language gets the one of their account."""
        super().perform_authentication(request)
        said = (
            "Accept-Language" in request.headers or settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        )
        if request.user.is_authenticated and not said:
            translation.activate(request.user.language)

    def check_permissions(self, request: Request) -> None:
        """The roles of today decide, whatever day is asked about. Whoever may not is counted as well."""
        super().check_throttles(request)
        super().check_permissions(request)
        token = request.auth if isinstance(request.auth, ApiToken) else None
        if token is None:
            self.access = access_to(request._request)
        else:
            self.access = access_of(request.user, clock.today(), token=token)
        if self.access.grants and self.access.lacks(self.scope):
            self.permission_denied(request, message=short_scope(self.access, self.scope))
        if not self.access.grants:
            self.permission_denied(
                request, message=_("Your account holds no role today. Ask the Department for one.")
            )

    def check_throttles(self, request: Request) -> None:
        """Done: before the permission."""

    def narrowed(self, day: Day) -> Day:
        """As this account may look at it: whoever is of one province of several reads that one."""
        return narrowed(day, self.access)

    def respond(self, request: Request, answer: Answer | CachedAnswer) -> HttpResponse:
        """The bytes as they are kept, or 304 without them when the reader has these facts already."""
        tag = answer.tag
        response = get_conditional_response(request, etag=tag)
        if response is None:
            response = packed_for(request, answer)
        response.headers["ETag"] = tag
        return response

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Cache-Control"] = self.caching
        tell(request, response)
        if self.deprecated is not None:
            self.deprecated.tell(response)
        patch_vary_headers(
            response, ("Accept-Encoding", "Accept-Language", "Cookie", "Authorization")
        )
        return response


class ProgrammeView(ReadView):
    """Reads what the pages show to the Department and the leaders alone, each of their places."""

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if self.access.reads_programme:
            return
        if self.access.scope_is_short:
            self.permission_denied(
                request, message=short_scope(self.access, ApiToken.Scope.PROGRAMME)
            )
        self.permission_denied(
            request,
            message=_(
                "This is for the Department and the leaders, of the province or of an area, and "
                "for keys of the scope “programme:read” of REST clients. Ask the Department for such a "
                "role or key."
            ),
        )

    @property
    def is_partial(self) -> bool:
        """The reader's role or key is for an area: only its facilities are told of."""
        return self.access.told is not None

    def part(self, day: Day) -> AsOf:
        """The facilities asked about that the reader is told of."""
        return day.of_places(self.access.told)

    def refuse_elsewhere(self, request: Request, day: Day, facility: str | None = None) -> None:
        """403 if nothing of the area or facility (a code) that is asked about is for the reader.

        An empty answer would claim that nothing stands there.
        """
        told = self.access.told
        if told is None:
            return
        outside = False
        if facility is not None:
            pk = Facility.objects.filter(code=facility).values_list("pk", flat=True).first()
            outside = pk not in told
        if day.area and not outside:
            outside = not self.part(day).listed_ids and bool(day.as_of().listed_ids)
        if outside:
            self.permission_denied(request, message=outside_the_area())


def packed_for(request: Request, answer: Answer | CachedAnswer) -> HttpResponse:
    """The document, compressed for whoever takes it."""
    packed = re_accepts_gzip.search(request.headers.get("Accept-Encoding", ""))
    response = HttpResponse(
        answer.packed if packed else answer.body, content_type="application/json"
    )
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def person(request: Request) -> User:
    """Who asks, once it is settled that somebody does."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def outside_the_area() -> str:
    return _(
        "Your role or key is for an area, and what you ask about lies outside it. Ask the "
        "Department for a role or key of the whole province."
    )


def short_scope(access: Access, needed: str) -> str:
    """Why a key does not open something, and which would."""
    own = access.token_scopes or frozenset()
    own -= {one for code in own for one in ApiToken.BUILDS_ON.get(code, ())}
    return _(
        "A key of the scope “%(scope)s” does not open this. Ask the Department for one of the "
        "scope “%(needed)s”."
    ) % {"scope": ", ".join(sorted(own)), "needed": str(needed)}
