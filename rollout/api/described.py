"""How addresses describe themselves: refusals are problem details, and every answer tells what is left."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from rollout.site.problems import MEDIA_TYPE

LEFT = [
    OpenApiParameter(name, int, OpenApiParameter.HEADER, response=True, description=told)
    for name, told in (
        ("RateLimit-Limit", _("How many requests in a minute.")),
        ("RateLimit-Remaining", _("How many of them are left.")),
        ("RateLimit-Reset", _("Seconds until all of them are free again.")),
    )
]


class DescribedSchema(AutoSchema):
    def get_override_parameters(self) -> list[Any]:
        return [*super().get_override_parameters(), *LEFT]

    def _get_response_for_code(
        self,
        serializer: Any,
        status_code: str,
        media_types: list[str] | None = None,
        direction: str = "response",
    ) -> dict:
        if int(status_code) >= 400:
            media_types = [MEDIA_TYPE]
        return super()._get_response_for_code(serializer, status_code, media_types, direction)
