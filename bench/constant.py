"""Constant answers: what the server itself costs, without the product's work.

They pass through the same middleware and the same sign-in as the page and the document they are
held against, and send the same bytes (so compressing costs the same), from memory. What they
leave out is all that the product does besides: the roles of the reader, reading the address, the
version of the facts, the cache, the frame of the page with what is personal in it.
"""

import os
from functools import cache
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseNotModified
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView


@cache
def body(name: str) -> bytes:
    """What `bench.served` has stored under this name before it asks."""
    return (Path(os.environ["EMR_VAR"]) / name).read_bytes()


def bare(request):
    return HttpResponse(status=204)


@login_required
def constant_page(request):
    return HttpResponse(body("page"))


class ConstantDocument(APIView):
    @extend_schema(exclude=True)
    def get(self, request):
        if "If-None-Match" in request.headers:
            return HttpResponseNotModified()
        return HttpResponse(body("document"), content_type="application/json")
