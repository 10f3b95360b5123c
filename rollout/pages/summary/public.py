"""The headline figures for everybody, where the administrator has opened them: no row, no name."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from facilities import clock
from rollout.figures.cached import cached_progress
from rollout.models import MeasureCode


@require_safe
def public_summary(request: HttpRequest) -> HttpResponse:
    """Of today. As `/api/v1/public/summary/` tells it to programs."""
    if not settings.PUBLIC_SUMMARY:
        raise Http404
    progress = cached_progress(clock.today())
    context = {
        "progress": progress,
        "official": progress.measure(MeasureCode.OFFICIAL),
    }
    response = render(request, "summary/public.html", context)
    patch_cache_control(response, private=True, max_age=300)
    return response
