"""Turning mail off by the address that stands in every mail: no sign-in, no cookie."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from rollout.notices import unsubscribe


@csrf_exempt  # a program of the reader's mail provider sends it; the address itself is the key
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, secret: str) -> HttpResponse:
    """One button; only POST turns mail off, for programs open every address in a mail."""
    person = unsubscribe.person_of(secret)
    if person is None:
        raise Http404
    if request.method == "POST":
        unsubscribe.turn_off(person)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(person.language)
    return render(request, "notices/unsubscribe.html", {"on": unsubscribe.gets_mail(person)})
