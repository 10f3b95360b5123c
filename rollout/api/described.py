"""How addresses describe themselves: refusals are problem details, every answer tells what is left, bodies
have an example, and what is deprecated says so.

For machines the description is English and ASCII, whoever asks for it.
"""

from http import HTTPStatus
from itertools import count
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from rollout.api.examples import REQUESTS
from rollout.site.problems import MEDIA_TYPE, document

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
        refused = int(status_code) >= 400
        if refused:
            media_types = [MEDIA_TYPE]
        found: dict = super()._get_response_for_code(
            serializer, status_code, media_types, direction
        )
        if refused and MEDIA_TYPE in found.get("content", {}):
            found["content"][MEDIA_TYPE]["example"] = _example(int(status_code))
        return found

    def get_examples(self) -> list[Any]:
        body = REQUESTS.get(self.get_operation_id())
        own = [OpenApiExample("Usual", value=body, request_only=True)] if body else []
        return [*super().get_examples(), *own]

    def is_deprecated(self) -> bool:
        return getattr(self.view, "deprecated", None) is not None or super().is_deprecated()


def _example(status_code: int) -> dict[str, Any]:
    """A refusal as it looks; a wrong parameter, and what is gone, with what is told besides."""
    more: dict[str, Any] = {}
    if status_code == 400:
        more = {"errors": {"on": ["2025-02-30 is no day."]}}
    if status_code == 410:
        more = {"on": "2025-01-01", "successors": []}
    if status_code == 412:
        stands = {"title": "Servers and racks"}
        more = {"sent": {"title": "Servers"}, "current": stands, "version": "9f0c1d2e3a4b5c6d"}
    return document(status_code, "What is wrong, and what to do.", more)


def refusals_once(result: dict[str, Any], **_how: Any) -> dict[str, Any]:
    """What many addresses refuse alike, and the headers of all answers, stand once and are referred to."""
    components = result["components"]
    answers = [
        (operation["responses"], code)
        for path in result["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
        for code in operation["responses"]
    ]
    for responses, code in answers:
        headers = responses[code].get("headers", {})
        for name in headers:
            known = components.setdefault("headers", {}).setdefault(name, headers[name])
            if known == headers[name]:
                headers[name] = {"$ref": f"#/components/headers/{name}"}
    shared: dict[str, Any] = components.setdefault("responses", {})
    for responses, code in answers:
        if int(code) >= 400:
            responses[code] = {
                "$ref": f"#/components/responses/{_named(shared, code, responses[code])}"
            }
    return result


def _named(shared: dict[str, Any], code: str, answer: dict[str, Any]) -> str:
    """What an answer is called among the shared ones, to which it is added: "NotFound", "NotFound2"."""
    called = "".join(filter(str.isalnum, HTTPStatus(int(code)).phrase))
    for number in count(1):
        name = called if number == 1 else f"{called}{number}"
        if shared.setdefault(name, answer) == answer:
            break
    return name


# Signs of print, and what stands for them in ASCII.
PLAIN = str.maketrans({"“": '"', "”": '"', "’": "'", "–": "-", "…": "...", "\u00a0": " "})


def in_ascii(result: dict[str, Any], **_how: Any) -> dict[str, Any]:
    """The description without signs of print. In another language letters stay as they are."""
    found: dict[str, Any] = _plain(result)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, str | Promise):
        return str(value).translate(PLAIN)
    if isinstance(value, dict):
        return {_plain(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
