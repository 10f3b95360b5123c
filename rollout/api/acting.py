"""What the acts have in common: who does them, in which change set, and how they describe themselves."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ValidationError as Refused
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from facilities.models import ApiToken, ChangeSet, Facility
from facilities.permissions import Access
from facilities.registers.entering import begin
from rollout.api import schema
from rollout.api.acts import Done
from rollout.api.parameters import misused
from rollout.api.reading import ReadView, person, short_scope
from rollout.api.repeating import once
from rollout.api.writing import asked_body, refuse


class ActView(ReadView):
    """Something done: by POST alone, in one change set, all or nothing."""

    http_method_names = ["options", "post"]
    needs: ApiToken.Scope = ApiToken.Scope.WRITE

    def as_whom(self, request: Request) -> Access:
        """In person, or through a key of the scope needed its holder. Raises PermissionDenied."""
        steers = self.needs == ApiToken.Scope.PROGRAMME_WRITE
        found = self.access.steering if steers else self.access.writing
        if found is None:
            self.permission_denied(request, message=short_scope(self.access, self.needs))
        if errors := misused(request.query_params, ()):
            raise ValidationError(errors)
        return found

    def asked(self, request: Request, shape: Any) -> dict[str, Any]:
        return asked_body(shape, request)

    def carry_out(
        self,
        request: Request,
        write: Callable[[ChangeSet], dict[str, Any] | None],
        *,
        because: str = "",
        facility: Facility | None = None,
        code: int = status.HTTP_200_OK,
        located: Callable[[dict[str, Any]], str] | None = None,
    ) -> HttpResponseBase:
        """Do it once in a change set. `located`: the address of what it made."""

        def opened() -> dict[str, Any]:
            change_set = begin(
                kind=ChangeSet.Kind.FORM, by=person(request), because=because, facility=facility
            )
            return {"change_set": str(change_set.pk), **(write(change_set) or {})}

        return self.do(request, opened, code=code, located=located)

    def do(
        self,
        request: Request,
        write: Callable[[], dict[str, Any]],
        *,
        code: int = status.HTTP_200_OK,
        located: Callable[[dict[str, Any]], str] | None = None,
    ) -> HttpResponseBase:
        """Do once what opens no change set, or one of its own."""

        def act() -> Response:
            try:
                document = write()
            except Refused as error:
                refuse(error)
            headers = {"Location": located(document)} if located else None
            return Response(document, status=code, headers=headers)

        return once(request, act)


def described(
    operation_id: str,
    summary: str,
    description: str,
    shape: Any,
    *,
    parameters: Sequence[OpenApiParameter] = (),
    answer: Any = Done,
    code: int = status.HTTP_200_OK,
    media_type: str = "application/json",
) -> Callable[[Any], Any]:
    """The description of an act, for machines: English, ASCII, the same for every reader."""
    found: Callable[[Any], Any] = extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=description,
        parameters=[*parameters, schema.IDEMPOTENCY_KEY, schema.LANGUAGE],
        request={media_type: shape},
        responses={code: answer, **schema.ACT_NOT_200},
    )
    return found
