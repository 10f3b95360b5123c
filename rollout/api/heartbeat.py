"""Signs of life of gateways, from programs with a key of the scope heartbeat."""

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from connectivity.gateways import beat_of
from facilities.models import ApiToken, Facility
from facilities.permissions import is_in
from rollout.api import schema, shapes
from rollout.api.parameters import misused
from rollout.api.reading import ReadView
from rollout.api.writing import asked_body


class HeartbeatView(ReadView):
    """For every gateway of the places that the account speaks for, without the secret address of each."""

    http_method_names = ["options", "post"]
    scope = ApiToken.Scope.HEARTBEAT

    @extend_schema(
        **schema.HEARTBEAT,
        request=shapes.Heartbeat,
        responses={204: None, **schema.HEARTBEAT_NOT_204},
    )
    def post(self, request: Request, code: str, partner: str) -> Response:
        if errors := misused(request.query_params, ()):
            raise ValidationError(errors)
        places = self.access.beats_for
        pk = Facility.objects.filter(code=code).values_list("pk", flat=True).first()
        if places is not None and not is_in(pk, places):
            self.permission_denied(
                request, message=_("Your key does not speak for this facility's gateways.")
            )
        told = asked_body(shapes.Heartbeat, request)
        given = pk is not None and beat_of(
            facility_id=pk,
            partner=partner,
            sent=told.get("sent", 0),
            errors=told.get("errors", 0),
            now=timezone.now(),
        )
        if not given:
            raise NotFound(_("There is no standing connection of this facility with this partner."))
        return Response(status=status.HTTP_204_NO_CONTENT)
