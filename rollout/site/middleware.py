"""What every request passes through, beyond Django's own."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from facilities.reading_once import reading_once
from facilities.sessions import OLD_PASSWORD, SEEN
from facilities.whence import asked_from
from rollout.site import problems
from rollout.site.sign_in import client_address

NOTED_EVERY = 60  # seconds
PACKED = ("font/", "image/jpeg", "image/png", "image/webp", "application/pdf")
UNTOUCHED = (204, 206, 304)


class TextGZipMiddleware(GZipMiddleware):
    """Compress text. Fonts, pictures and papers are packed already, and part of a file must stay as it is.

    An answer without a body stays without one: nothing at all, compressed, is twenty bytes.
    Django pads each compressed page by a random amount and masks its CSRF token, which is what
    keeps the size of a page from telling its secrets.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        packed = response.get("Content-Type", "").startswith(PACKED)
        if packed or response.status_code in UNTOUCHED:
            return response
        return super().process_response(request, response)


class WhenceMiddleware:
    """Lets whatever is written during a request say from where it came."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with asked_from(client_address(request) or ""):
            return self.get_response(request)


class ReadingOnceMiddleware:
    """Lets whoever reads the same for one answer read it once. What writes reads for itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with reading_once():
            return self.get_response(request)


METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE")
BODY_OF_STRANGERS = 64 * 1024  # bytes: a form of the sign-in, a sign of life
BODY_OF_PROGRAMS = 10 * 1024 * 1024  # bytes: a thousand rows
# Nothing of what a browser could lend is used here: a photo of a paper comes as a file.
PERMISSIONS = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), " + (
    "microphone=(), midi=(), payment=(), usb=(), display-capture=(), browsing-topics=()"
)


class RefusingMiddleware:
    """Refuses what is too large before it is read, and methods that no page answers.

    What has no length is read as empty by the server.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._refusal(request) or self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    @staticmethod
    def _refusal(request: HttpRequest) -> HttpResponse | None:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return None  # read as empty
        if length <= BODY_OF_STRANGERS:
            return None
        if length <= _most(request):
            return None
        if problems.is_of_the_api(request):
            response = problems.answer(413, problems.TOO_LARGE)
        else:
            response = render(request, "413.html", status=413)
        response.headers["Connection"] = "close"  # what is still coming is not read
        return response


def _most(request: HttpRequest) -> int:
    """How large a body may be: of programs with a key, which is looked at before the body is read."""
    if problems.is_of_the_api(request):
        named = request.headers.get("Authorization", "")
        if named or SESSION_KEY in request.session:
            return BODY_OF_PROGRAMS
    elif SESSION_KEY in request.session:
        return int(settings.MOST_BYTES)
    return BODY_OF_STRANGERS


class IdleMiddleware:
    """Ends a session that was not used for `IDLE_MINUTES`; notes its use every minute at most."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.IDLE_MINUTES and SESSION_KEY in request.session:
            now = int(time.time())
            idle = now - request.session.get(SEEN, now)
            if idle > settings.IDLE_MINUTES * 60:
                logout(request)
            elif idle >= NOTED_EVERY or SEEN not in request.session:
                request.session[SEEN] = now
        return self.get_response(request)


class OldPasswordMiddleware:
    """Leads whoever's password is due for a new one to the form for it, and nowhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.get(OLD_PASSWORD) and request.user.is_authenticated:
            form = reverse("password_change")
            if not request.path_info.startswith((form, reverse("logout"), "/i18n/")):
                return redirect(form)
        return self.get_response(request)


class LanguageMiddleware:
    """The language that the person chose, else Vietnamese.

    The browser is not asked on pages: office computers commonly carry an English browser in
    front of a Vietnamese reader. Programs that call the API may say Accept-Language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self.language(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        patch_vary_headers(response, ("Cookie", "Accept-Language"))
        response.headers.setdefault("Content-Language", translation.get_language())
        return response

    @staticmethod
    def language(request: HttpRequest) -> str:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if chosen in dict(settings.LANGUAGES):
            return chosen
        if request.path_info.startswith("/api/") and "Accept-Language" in request.headers:
            return translation.get_language_from_request(request)
        return settings.LANGUAGE_CODE
