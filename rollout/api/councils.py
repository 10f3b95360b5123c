"""One council: its days, its ruling, its conditions, and what is done about them.

Through the services of its page, for the Department that keeps the facility. Members are named in person.
"""

from django.core.exceptions import ValidationError as Refused
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from facilities.models import ApiToken, Record
from facilities.permissions import is_in
from rollout.api import acts, schema
from rollout.api.acting import ActView
from rollout.api.answer import answer_of
from rollout.api.parameters import asked_day
from rollout.api.reading import ProgrammeView
from rollout.api.steering import CODE, NOT_FOUND, Act, Asked, act_views, carry_out_act
from rollout.meetings.councils import fix
from rollout.models import CouncilCondition, CouncilMeeting
from rollout.programme.councils import services
from rollout.programme.councils.dossier import dossier


class CouncilView(ProgrammeView):
    @extend_schema(
        operation_id="council",
        summary="One council on a day",
        description="Its code is that of the register of councils. No name of a person is told here.",
        parameters=[CODE, schema.ON, schema.KNOWN_AT, *schema.HEADERS],
        responses={200: acts.CouncilRead, **schema.PROGRAMME_NOT_200, **NOT_FOUND},
    )
    def get(self, request: Request, code: str) -> HttpResponseBase:
        day = asked_day(request.query_params, ("on", "known_at"))
        row = _standing(code)
        if not is_in(row.facility_id, self.access.told):
            raise NotFound(_no_council())
        told = dossier(row, day.on, day.known_at)
        document = {
            "code": row.code,
            "facility": row.facility.code,
            "level": row.level,
            "scheduled_on": told.dates[-1].scheduled_on if told.dates else None,
            "first_scheduled_on": told.dates[0].scheduled_on if told.dates else None,
            "held_on": told.ruling and told.ruling.happened_on,
            "conclusion": told.ruling and told.ruling.conclusion,
            "conditions": [
                {
                    "condition": one.condition.pk,
                    "text": one.condition.text,
                    "due_on": one.condition.due_on,
                    "met_on": one.met and one.met.met_on,
                    "days_late": one.days_late(day.on),
                }
                for one in told.conditions
            ],
            "generated_at": timezone.now(),
        }
        return self.respond(request, answer_of(document))


class CouncilActView(ActView):
    needs = ApiToken.Scope.PROGRAMME_WRITE
    act: Act

    def post(self, request: Request, code: str) -> HttpResponseBase:
        access = self.as_whom(request)
        row = _standing(code)
        if not access.keeps_of(row.facility_id):
            self.permission_denied(
                request, message=_("This council is kept by the Department of its area.")
            )
        return carry_out_act(self, request, self.act, row)


def _basis(asked: Asked) -> None:
    services.write_basis(meeting=asked.row, basis=asked.given["basis"])


def _fulfil(asked: Asked) -> Record:
    found = CouncilCondition.objects.known().filter(pk=asked.given["condition"], meeting=asked.row)
    condition = found.first()
    if condition is None:
        raise Refused({"condition": _("There is no such code, or it is not for you to choose.")})
    return services.fulfil(
        condition=condition, document=asked.paper, by=asked.by, **asked.only("condition")
    )


OF_COUNCILS = (
    Act(
        "fix",
        "Fix or move the day of the council",
        acts.FixedDay,
        lambda asked: fix(meeting=asked.row, by=asked.by, **asked.only()),
    ),
    Act(
        "rule",
        "Record what the council ruled",
        acts.Ruling,
        lambda asked: services.rule(
            meeting=asked.row, document=asked.paper, by=asked.by, **asked.only()
        ),
    ),
    Act("basis", "Write the legal basis", acts.Basis, _basis),
    Act(
        "ask",
        "Add a condition",
        acts.NewCondition,
        lambda asked: services.ask(meeting=asked.row, by=asked.by, **asked.only()),
    ),
    Act("fulfil", "A condition was met", acts.MetCondition, _fulfil),
)
ACTS_OF_COUNCILS = act_views(
    CouncilActView, "council", OF_COUNCILS, "For the Department, of its places."
)


def _standing(code: str) -> CouncilMeeting:
    """Raises NotFound."""
    row = CouncilMeeting.objects.standing().select_related("facility", "criteria_set")
    found = row.filter(code=code).first()
    if found is None:
        raise NotFound(_no_council())
    return found


def _no_council() -> str:
    return _("There is no council of this code, or it is not for your account.")
