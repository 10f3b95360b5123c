"""The report of a week, what waits to be looked at, accepting and returning it, and taking changes back."""

from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

from facilities import clock
from facilities.checking import judge, waiting
from facilities.models import ChangeSet, Edit, Facility
from facilities.permissions import NOWHERE, Access
from facilities.registers.entering import undo
from rollout.api import acts, schema
from rollout.api.acting import ActView, described
from rollout.api.connections import LiveView
from rollout.api.listing import limit_of
from rollout.api.offered import OFFERED
from rollout.api.parameters import misused
from rollout.api.reading import ReadView, person
from rollout.programme.reporting import answers_since_report
from rollout.programme.services import report
from rollout.registers.catalogue import REGISTERS
from rollout.registers.keeping import UNDONE, seen_change_sets, takes_back
from rollout.registers.loading import loaded_registers

FACILITY = OpenApiParameter(
    "code", location=OpenApiParameter.PATH, description="The code for life."
)
CHANGE_SET = OpenApiParameter(
    "change_set", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The change set."
)


class ReportView(ActView):
    @described(
        "facility_report",
        "Report for the week",
        "By an officer of the facility. It says that nothing has changed unless something was sent "
        "since the report before. A week is reported once: whoever reports again gets the report "
        "there is.",
        acts.Nothing,
        parameters=[FACILITY],
        answer=acts.Report,
    )
    def post(self, request: Request, code: str) -> HttpResponseBase:
        access = self.as_whom(request)
        facility = Facility.objects.filter(code=code, pk__in=access.own_facility_ids).first()
        if facility is None:
            self.permission_denied(
                request, message=_("A facility is reported on by its own officer.")
            )
        self.asked(request, acts.Nothing)

        def write(change_set: ChangeSet) -> dict:
            given = report(
                facility=facility,
                by=change_set.by,
                at=timezone.now(),
                nothing_changed=not answers_since_report(facility),
            )
            return {
                "facility": facility.code,
                "due_on": given and given.due_on,
                "happened_on": given and given.happened_on,
                "nothing_changed": given and given.nothing_changed,
            }

        return self.carry_out(request, write, facility=facility)


class CheckingView(LiveView, ReadView):
    """What officers reported and the Department has not looked at."""

    @extend_schema(
        operation_id="checking",
        summary="What waits to be looked at",
        description="Change sets of officers, the oldest first, with the cells not judged yet. For the "
        "Department, of its places. No name of a person is told here.",
        parameters=[
            schema.PAGING[0],
            OpenApiParameter("after", OpenApiTypes.UUID, description="Taken from next."),
            schema.LANGUAGE,
        ],
        responses={200: acts.Waiting, **schema.CHECKING_NOT_200},
    )
    def get(self, request: Request) -> HttpResponseBase:
        access = _keeper(self, request)
        query = request.query_params
        errors = misused(query, ("limit", "after"))
        limit, after = 0, None
        try:
            limit = limit_of(query.get("limit"))
        except ValueError as error:
            errors["limit"] = [str(error)]
        try:
            after = UUID(query["after"]) if query.get("after") else None
        except ValueError:
            errors["after"] = [_("Take this from “next” of the answer before.")]
        if errors:
            raise ValidationError(errors)
        found = waiting(access.kept)
        count = found.count()
        last = ChangeSet.objects.filter(pk=after).first() if after else None
        if last is not None:
            found = found.filter(at__gte=last.at).exclude(pk=last.pk)
        rows = list(found.select_related("facility")[: limit + 1])
        sent = rows[:limit]
        cells = _cells(sent)
        following = f"{reverse('api:checking')}?limit={limit}&after={sent[-1].pk}" if sent else None
        return self.respond_now(
            {
                "count": count,
                "partial": access.kept is not None,
                "change_sets": [
                    {
                        "change_set": str(one.pk),
                        "facility": one.facility and one.facility.code,
                        "at": timezone.localtime(one.at),
                        "cells": cells.get(one.pk, []),
                        "url": reverse("api:judge", args=[one.pk]),
                    }
                    for one in sent
                ],
                "next": following if len(rows) > limit else None,
                "generated_at": timezone.localtime(),
            }
        )


class JudgeView(ActView):
    @described(
        "judge",
        "Accept or return what was reported",
        "Cell by cell; those not named stay open. Never by whoever entered it. A change set without "
        "a cell is looked at by an empty judgement.",
        acts.Judgement,
        parameters=[CHANGE_SET],
        answer=acts.Judged,
    )
    def post(self, request: Request, change_set: UUID) -> HttpResponseBase:
        access = _keeper(self, request)
        self.as_whom(request)
        found = waiting(access.kept).filter(pk=change_set).first()
        if found is None:
            raise NotFound(_("No such change set waits to be looked at here."))
        asked = self.asked(request, acts.Judgement)
        returned = {one["cell"]: one["because"] for one in asked.get("returned", [])}
        told = {
            cell["cell"] for cell in _cells([found]).get(found.pk, []) if cell["new"] is not None
        }
        accepted = asked.get("accept", [])
        if strange := {*accepted, *returned} - told:
            raise ValidationError(
                {"accept": [_("There is no open cell %(cell)s here.") % {"cell": min(strange)}]}
            )

        def write() -> dict:
            judge(
                change_set=found,
                returned=returned,
                accepted=accepted,
                registers=REGISTERS,
                by=person(request),
                on=clock.today(),
            )
            left = Edit.objects.filter(change_set=found, reviewed_at__isnull=True).count()
            return {"change_set": str(found.pk), "left": left}

        return self.do(request, write)


class UndoView(ActView):
    @described(
        "change_set_undo",
        "Take a change set back",
        "Everything it wrote into registers, as a change set of its own. Refused if somebody has since "
        "changed one of its cells. For the Department, where all of it lies in its places.",
        acts.Because,
        parameters=[CHANGE_SET],
        answer=acts.TakenBack,
    )
    def post(self, request: Request, change_set: UUID) -> HttpResponseBase:
        access = _keeper(self, request)
        self.as_whom(request)
        found = seen_change_sets(access).filter(pk=change_set).first()
        if found is None:
            raise NotFound(_("There is no such change set for your account."))
        asked = self.asked(request, acts.Because)
        written = set(Edit.objects.filter(change_set=found).values_list("register", flat=True))
        registers = loaded_registers()
        if found.kind not in UNDONE or not written or not written <= registers.keys():
            raise ValidationError({"": [_("There is nothing here to undo.")]})
        if not takes_back(access, found):
            self.permission_denied(request, message=_("Not all of it lies in your area."))

        def write() -> dict:
            back = undo(
                change_set=found,
                registers=registers,
                by=person(request),
                because=asked["because"],
                on=clock.today(),
            )
            return {"change_set": str(back.pk), "undoes": str(found.pk)}

        return self.do(request, write)


def _keeper(view: ReadView, request: Request) -> Access:
    """The Department, in person or by a key that writes registers. Raises PermissionDenied."""
    access = view.access.writing
    if access is None or access.kept == NOWHERE:
        view.permission_denied(
            request,
            message=_(
                "This is for the Department, in person or by a key of the scope registers:write."
            ),
        )
    return access


def _cells(change_sets: list[ChangeSet]) -> dict[UUID, list[dict]]:
    """The cells not judged yet, by change set; what names a person without its values: one query."""
    edits: QuerySet[Edit] = Edit.objects.filter(
        change_set__in=[one.pk for one in change_sets], reviewed_at__isnull=True
    ).order_by("pk")
    found: dict[UUID, list[dict]] = {}
    for edit in edits:
        told = _names_nobody(edit)
        found.setdefault(edit.change_set_id, []).append(
            {
                "cell": edit.pk,
                "register": edit.register,
                "row": edit.row,
                "column": edit.column,
                "old": edit.old if told else None,
                "new": edit.new if told else None,
                "because": edit.because if told else "",
                "paper": edit.document_id,
            }
        )
    return found


def _names_nobody(edit: Edit) -> bool:
    register = OFFERED.get(edit.register)
    if register is None:
        return False
    if not edit.column:
        return not any(column.personal for column in register.columns)
    return not register.column(edit.column).personal
