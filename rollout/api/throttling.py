"""How many requests in which time, and the headers that tell a program before it is refused."""

import math
from typing import TYPE_CHECKING

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView


class _Telling(SimpleRateThrottle):
    """Remembers with the request what it has counted."""

    num_requests: int
    duration: int  # seconds

    def allow_request(self, request: Request, view: "APIView") -> bool:
        allowed = super().allow_request(request, view)
        if getattr(self, "key", None) is not None and self.rate is not None:
            request._request.counted = self  # type: ignore[attr-defined]  # read by `tell`
        return allowed

    def headers(self) -> dict[str, str]:
        """Limit, what is left of it, and in how many seconds all of it is free again."""
        oldest = self.history[-1] if self.history else self.now
        return {
            "RateLimit-Limit": str(self.num_requests),
            "RateLimit-Remaining": str(max(0, self.num_requests - len(self.history))),
            "RateLimit-Reset": str(max(0, math.ceil(oldest + self.duration - self.now))),
        }


class OfStrangers(_Telling, AnonRateThrottle):
    """By address, for whoever is not signed in."""


class OfReaders(_Telling, UserRateThrottle):
    """By account, for all its keys and sessions together."""


def tell(request: Request, response: HttpResponseBase) -> None:
    """Put on the answer what was counted for it."""
    counted = getattr(request._request, "counted", None)
    if counted is not None:
        for name, value in counted.headers().items():
            response.headers[name] = value
