"""Obstacles and directives: as they stood on a day, and what is done about them.

Through the services of the pages, for whoever does it there: in person, or by a key of the scope
programme:write.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError as Refused
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from facilities import clock
from facilities.as_of import FacilityOnDay
from facilities.models import Agency, ApiToken, ChangeSet, Document, Facility, Record
from facilities.permissions import Access
from facilities.services import withdraw
from rollout.api import acts, schema
from rollout.api.acting import ActView, described
from rollout.api.answer import answer_of
from rollout.api.parameters import asked_day
from rollout.api.reading import ProgrammeView, ReadView, short_scope
from rollout.api.writing import paper_meant
from rollout.day import Day
from rollout.figures.reader import programmes_in
from rollout.models import (
    Directive,
    DirectiveDue,
    DirectiveEvent,
    Obstacle,
    ObstacleHold,
    Solution,
    Urging,
    WorkingSession,
)
from rollout.programme.concerned import concerned
from rollout.programme.directives import DirectiveOnDay, directives
from rollout.programme.directives import services as about_directives
from rollout.programme.obstacles import services as about_obstacles
from rollout.programme.obstacles import solutions
from rollout.programme.obstacles.choosing import seen_in
from rollout.programme.obstacles.reading import ObstacleOnDay
from rollout.registers.cells import put, take_back

DAY = ("on", "known_at", "area")
CODE = OpenApiParameter("code", location=OpenApiParameter.PATH, description="Its code.")
DAYS = [schema.ON, schema.KNOWN_AT, schema.AREA, *schema.HEADERS]
NOT_FOUND = {404: schema.ACT_NOT_200[404]}
KEY = "In person, or by a key of the scope programme:write."

Given = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """An act that was asked for: about what, with which words, by whom."""

    row: Any
    given: Given
    change_set: ChangeSet
    paper: Document | None

    @property
    def by(self) -> Any:
        return self.change_set.by

    def only(self, *left_out: str) -> Given:
        """What was said, without these."""
        return {name: one for name, one in self.given.items() if name not in (*left_out, "paper")}


@dataclass(frozen=True)
class Act:
    """One act. `do` returns the entry it made, or None. `answers`: the agency that has a part does it."""

    code: str
    summary: str
    shape: Any
    do: Callable[[Asked], Record | None]
    answers: bool = False


# --- Obstacles --------------------------------------------------------------------------------


class ObstaclesView(ProgrammeView):
    http_method_names = ["get", "head", "options", "post"]
    needs = ApiToken.Scope.PROGRAMME_WRITE

    def check_permissions(self, request: Request) -> None:
        """Whoever raises one need not come with a key that reads."""
        ReadView.check_permissions(self, request)
        if request.method != "POST":
            ProgrammeView.check_permissions(self, request)

    @extend_schema(
        operation_id="obstacles",
        summary="Obstacles on a day",
        description="Whom each holds, since when, and what it costs. Of an area those that hold one of "
        "its facilities. No name of a person is told here.",
        parameters=DAYS,
        responses={200: acts.Obstacles, **schema.PROGRAMME_NOT_200},
    )
    def get(self, request: Request) -> HttpResponseBase:
        day = asked_day(request.query_params, DAY)
        self.refuse_elsewhere(request, day)
        as_of = self.part(day)
        found, places = seen_in(as_of), as_of.so_far(as_of.until)
        agencies = _agencies()
        document = {
            "on": day.on,
            "known_at": day.known_at,
            "area": day.area_code or None,
            "partial": self.is_partial,
            "count": len(found),
            "obstacles": [_obstacle(one, places, agencies, day) for one in found],
            "generated_at": timezone.now(),
        }
        return self.respond(request, answer_of(document))

    @described(
        "obstacle_raise",
        "Raise an obstacle",
        f"For the Department of the province. {KEY}",
        acts.NewObstacle,
        answer=acts.Made,
        code=status.HTTP_201_CREATED,
    )
    def post(self, request: Request) -> HttpResponseBase:
        view: Any = _as_act(self, request)
        _of_the_province(view, view.as_whom(request))
        asked = view.asked(request, acts.NewObstacle)
        paper = paper_meant(view, asked)
        given = {name: one for name, one in asked.items() if name != "paper"}

        def write(change_set: ChangeSet) -> Given:
            if given["code"] == "new":
                raise Refused({"code": _("This code is taken. Choose another one.")})
            made = put(
                "obstacles",
                None,
                _named(given),
                change_set=change_set,
                on=clock.today(),
                document=paper,
            )
            return {"code": made.code}

        return view.carry_out(
            request,
            write,
            code=status.HTTP_201_CREATED,
            located=lambda made: reverse("api:obstacle", args=[made["code"]]),
        )


class ObstacleView(ProgrammeView):
    @extend_schema(
        operation_id="obstacle",
        summary="One obstacle on a day",
        description="As in the list.",
        parameters=[CODE, schema.ON, schema.KNOWN_AT, *schema.HEADERS],
        responses={200: acts.ObstacleRead, **schema.PROGRAMME_NOT_200, **NOT_FOUND},
    )
    def get(self, request: Request, code: str) -> HttpResponseBase:
        day = asked_day(request.query_params, ("on", "known_at"))
        as_of = self.part(day)
        found = next((one for one in seen_in(as_of) if one.code == code), None)
        if found is None:
            raise NotFound(_no_obstacle())
        document = _obstacle(found, as_of.so_far(as_of.until), _agencies(), day)
        return self.respond(request, answer_of(document | {"generated_at": timezone.now()}))


def _end_hold(asked: Asked) -> Record:
    held = (
        ObstacleHold.objects.known()
        .filter(
            obstacle=asked.row,
            facility__code=asked.given["facility"],
            milestone=asked.given["milestone"],
            ends_on__isnull=True,
        )
        .first()
    )
    if held is None:
        raise Refused({"facility": _("It does not hold this milestone of this facility.")})
    return about_obstacles.end_hold(held=held, by=asked.by, **asked.only("facility", "milestone"))


def _hold(asked: Asked) -> None:
    codes = set(asked.given["facilities"])
    facilities = list(Facility.objects.filter(code__in=codes).order_by("code"))
    if missing := codes - {one.code for one in facilities}:
        raise Refused({"facilities": _no_code(min(missing))})
    about_obstacles.hold(
        obstacle=asked.row,
        facilities=facilities,
        document=asked.paper,
        by=asked.by,
        **asked.only("facilities"),
    )


def _settle(asked: Asked) -> Record:
    solution = Solution.objects.known().filter(obstacle=asked.row, code=asked.given["solution"])
    return solutions.settle(
        solution=_one_of(solution, "solution"),
        by=asked.by,
        **_named(asked.only("solution")),
    )


def _withdraw_obstacle(asked: Asked) -> None:
    take_back("obstacles", asked.row, change_set=asked.change_set, on=clock.today())


def _change(asked: Asked) -> None:
    given = _named(asked.only("because"))
    put("obstacles", asked.row, given, change_set=asked.change_set, on=clock.today())


OF_OBSTACLES = (
    Act("change", "Change what describes an obstacle", acts.ChangedObstacle, _change),
    Act("hold", "It holds a milestone of facilities", acts.NewHold, _hold),
    Act("end", "One facility is free of it", acts.EndedHold, _end_hold),
    Act(
        "clear",
        "The obstacle is out of the way",
        acts.Cleared,
        lambda asked: about_obstacles.clear(
            obstacle=asked.row, document=asked.paper, by=asked.by, **asked.only()
        ),
    ),
    Act(
        "urge",
        "Somebody was urged about it",
        acts.UrgedAbout,
        lambda asked: about_obstacles.urge(
            obstacle=asked.row, document=asked.paper, by=asked.by, **_named(asked.only())
        ),
    ),
    Act(
        "propose",
        "A solution was proposed",
        acts.NewSolution,
        lambda asked: solutions.propose(obstacle=asked.row, by=asked.by, **_named(asked.only())),
    ),
    Act("settle", "What became of a solution", acts.SettledSolution, _settle),
    Act("withdraw", "It was entered by mistake", acts.Because, _withdraw_obstacle),
)


class ObstacleActView(ActView):
    needs = ApiToken.Scope.PROGRAMME_WRITE
    act: Act

    def post(self, request: Request, code: str) -> HttpResponseBase:
        _of_the_province(self, self.as_whom(request))
        row = Obstacle.objects.known().filter(code=code).first()
        if row is None:
            raise NotFound(_no_obstacle())
        return carry_out_act(self, request, self.act, row)


def _of_the_province(view: ReadView, access: Access) -> None:
    if not access.keeps_programme:
        view.permission_denied(
            view.request, message=_("This is for the Department's staff for the whole province.")
        )


def _no_obstacle() -> str:
    return _("There is no obstacle of this code on the day, or it is not for your account.")


def _obstacle(
    one: ObstacleOnDay, places: Mapping[int, FacilityOnDay], agencies: Mapping[int, str], day: Day
) -> Given:
    return {
        "code": one.code,
        "name": one.name,
        "kind": one.kind,
        "kind_label": str(one.kind_label),
        "raised_on": one.raised_on,
        "cleared_on": one.cleared_on,
        "agency": agencies.get(one.agency_id) if one.agency_id else None,
        "supplier": one.supplier,
        "legal_reference": one.legal_reference,
        "session": one.session_id,
        "facility_days": one.facility_days,
        "holds": [
            {
                "facility": places[hold.facility_id].code if hold.facility_id in places else None,
                "milestone": hold.milestone,
                "since": hold.since,
                "until": hold.until,
                "days": hold.days(day.on),
            }
            for hold in one.holds
        ],
        "url": reverse("api:obstacle", args=[one.code]),
    }


# --- Directives -------------------------------------------------------------------------------


class DirectivesView(ReadView):
    http_method_names = ["get", "head", "options", "post"]
    needs = ApiToken.Scope.PROGRAMME_WRITE

    @extend_schema(
        operation_id="directives",
        summary="Directives on a day",
        description="Those that the reader sees on the pages: the province's, those about the facilities "
        "of an area, those in which an agency has a part. No name of a person is told here.",
        parameters=DAYS,
        responses={200: acts.Directives, **schema.PROGRAMME_NOT_200},
    )
    def get(self, request: Request) -> HttpResponseBase:
        day = asked_day(request.query_params, DAY)
        found = _seen(self, request, day)
        document = {
            "on": day.on,
            "known_at": day.known_at,
            "area": day.area_code or None,
            "count": len(found),
            "directives": [_directive(one, day) for one in found],
            "generated_at": timezone.now(),
        }
        return self.respond(request, answer_of(document))

    @described(
        "directive_issue",
        "Issue a directive",
        f"For the Department and the leaders of the province. {KEY}",
        acts.NewDirective,
        answer=acts.Made,
        code=status.HTTP_201_CREATED,
    )
    def post(self, request: Request) -> HttpResponseBase:
        view: Any = _as_act(self, request)
        access = view.as_whom(request)
        if not access.issues_directives:
            view.permission_denied(request, message=_not_issuing())
        asked = view.asked(request, acts.NewDirective)
        paper = paper_meant(view, asked)

        def write(change_set: ChangeSet) -> Given:
            given = _named({name: one for name, one in asked.items() if name != "paper"})
            codes = given.pop("coordinating", [])
            agencies = list(Agency.objects.filter(code__in=codes))
            if missing := set(codes) - {one.code for one in agencies}:
                raise Refused({"coordinating": _no_code(min(missing))})
            made = about_directives.issue(
                **{"lead": None, **given},
                coordinating=agencies,
                document=paper,
                by=change_set.by,
            )
            return {"code": made.code}

        return view.carry_out(
            request,
            write,
            code=status.HTTP_201_CREATED,
            located=lambda made: reverse("api:directive", args=[made["code"]]),
        )


class DirectiveView(ReadView):
    @extend_schema(
        operation_id="directive",
        summary="One directive on a day",
        description="As in the list.",
        parameters=[CODE, schema.ON, schema.KNOWN_AT, *schema.HEADERS],
        responses={200: acts.DirectiveRead, **schema.PROGRAMME_NOT_200, **NOT_FOUND},
    )
    def get(self, request: Request, code: str) -> HttpResponseBase:
        day = asked_day(request.query_params, ("on", "known_at"))
        found = next((one for one in _seen(self, request, day) if one.code == code), None)
        if found is None:
            raise NotFound(_no_directive())
        document = _directive(found, day) | {"generated_at": timezone.now()}
        return self.respond(request, answer_of(document))


def _move(asked: Asked) -> Record:
    return about_directives.move(directive=asked.row, by=asked.by, **asked.only())


def _withdraw_directive(asked: Asked) -> None:
    about_directives.withdraw_directive(
        directive=asked.row, because=asked.given["because"], by=asked.by
    )


def _take_back(model: type[Record]) -> Callable[[Asked], None]:
    def write(asked: Asked) -> None:
        about: Any = {"pk": asked.given["entry"], "directive": asked.row}
        rows: Any = model._default_manager.filter(**about)
        withdraw(fact=_one_of(rows, "entry"), because=asked.given["because"], by=asked.by)

    return write


OF_DIRECTIVES = (
    Act(
        "progress",
        "An agency tells how far it is",
        acts.Answered,
        lambda asked: about_directives.note_progress(
            directive=asked.row, document=asked.paper, by=asked.by, **_named(asked.only())
        ),
        answers=True,
    ),
    Act(
        "answer",
        "An agency answers with evidence",
        acts.Answered,
        lambda asked: about_directives.answer(
            directive=asked.row, document=asked.paper, by=asked.by, **_named(asked.only())
        ),
        answers=True,
    ),
    Act(
        "return",
        "The answer of an agency is not enough",
        acts.OfAgency,
        lambda asked: about_directives.return_answer(
            directive=asked.row, by=asked.by, **_named(asked.only())
        ),
    ),
    Act(
        "close",
        "It is done",
        acts.ClosedDirective,
        lambda asked: about_directives.close(
            directive=asked.row, document=asked.paper, by=asked.by, **asked.only()
        ),
    ),
    Act("move", "It is due on another day", acts.MovedDirective, _move),
    Act(
        "urge",
        "An agency was urged",
        acts.UrgedDirective,
        lambda asked: about_directives.urge(
            directive=asked.row, document=asked.paper, by=asked.by, **_named(asked.only())
        ),
    ),
    Act("withdraw", "It was entered by mistake", acts.Because, _withdraw_directive),
    Act("withdraw-event", "Withdraw an event", acts.TakenBackEntry, _take_back(DirectiveEvent)),
    Act(
        "withdraw-due", "Withdraw a move of its day", acts.TakenBackEntry, _take_back(DirectiveDue)
    ),
    Act("withdraw-urging", "Withdraw an urging", acts.TakenBackEntry, _take_back(Urging)),
)


class DirectiveActView(ActView):
    needs = ApiToken.Scope.PROGRAMME_WRITE
    act: Act

    def post(self, request: Request, code: str) -> HttpResponseBase:
        access = self.as_whom(request)
        row = (
            Directive.objects.known()
            .select_related("lead")
            .prefetch_related("coordinating")
            .filter(code=code)
            .first()
        )
        taking_part = {one.pk: one for one in row.coordinating.all()} if row else {}
        if row is not None and row.lead is not None:
            taking_part[row.lead.pk] = row.lead
        judges = access.issues_directives or (
            row is not None and row.session_id in _own_sessions(access)
        )
        if row is None or not (judges or access.answers_for(taking_part)):
            raise NotFound(_no_directive())
        if self.act.answers:
            named = self.asked(request, self.act.shape)["agency"]
            own = {one.code for one in taking_part.values() if access.answers_for({one.pk})}
            if named not in own:
                self.permission_denied(request, message=_("You do not speak for this agency here."))
        elif not judges:
            self.permission_denied(request, message=_not_issuing())
        return carry_out_act(self, request, self.act, row)


def _own_sessions(access: Access) -> frozenset[int]:
    """The sessions of the provinces that an area role is held for as a whole; others see all anyway."""
    today = clock.today()
    open_to = programmes_in(access.sessions_read, Day(today, today))
    if not open_to:
        return frozenset()
    rows = WorkingSession.objects.filter(programme__in=open_to)
    return frozenset(rows.values_list("pk", flat=True))


def _seen(view: ReadView, request: Request, day: Day) -> list[DirectiveOnDay]:
    """Those of the day that the reader sees. Raises PermissionDenied for whoever reads none."""
    access = view.access.concerned_as
    if access is None:
        view.permission_denied(request, message=short_scope(view.access, ApiToken.Scope.PROGRAMME))
    if not (view.access.reads_programme or access.sees_directives):
        view.permission_denied(request, message=_("You have no part in directives."))
    told = view.access.told
    found = directives(day.on, day.known_at)
    if day.area or told is not None:
        about = concerned(day.of_places(told))
        own = frozenset() if day.area else _own_sessions(access)
        found = [
            one
            for one in found
            if about.get(one.id)
            or one.session_id in own
            or (not day.area and access.answers_for(one.agency_ids))
        ]
    return found


def _not_issuing() -> str:
    return _("Directives are issued and judged by the Department and the leaders of the province.")


def _no_directive() -> str:
    return _("There is no directive of this code on the day, or it is not for your account.")


def _directive(one: DirectiveOnDay, day: Day) -> Given:
    return {
        "code": one.code,
        "text": one.text,
        "issued_on": one.issued_on,
        "document_number": one.document_number,
        "session": one.session_id,
        "lead": one.lead.code if one.lead else None,
        "coordinating": [agency.code for agency in one.coordinating],
        "due_on": one.due_on,
        "first_due_on": one.first_due_on,
        "days_late": one.days_late(day.on),
        "state": one.state,
        "state_label": str(one.state_label),
        "closed_on": one.closed_on,
        "urgings": one.urgings,
        "events": [
            {
                "entry": event.pk,
                "kind": event.kind,
                "on": event.happened_on,
                "agency": event.agency.code if event.agency else None,
                "note": event.note,
            }
            for event in one.events
        ],
        "moved": [
            {
                "entry": due.pk,
                "on": due.effective_from,
                "due_on": due.due_on,
                "because": due.because,
            }
            for due in one.moved
        ],
        "url": reverse("api:directive", args=[one.code]),
    }


# --- What they share --------------------------------------------------------------------------


def carry_out_act(view: ActView, request: Request, act: Act, row: Any) -> HttpResponseBase:
    """One act about a row, in a change set of its own."""
    given = view.asked(request, act.shape)
    paper = paper_meant(view, given)

    def write(change_set: ChangeSet) -> Given:
        made = act.do(Asked(row, given, change_set, paper))
        return {"entry": made.pk if made is not None else None}

    because = given.get("because") or given.get("source") or ""
    return view.carry_out(request, write, because=because)


def _as_act(view: ReadView, request: Request) -> ActView:
    """The same request as that of an act."""
    act = ActView()
    act.needs, act.access, act.request = ApiToken.Scope.PROGRAMME_WRITE, view.access, request
    return act


NAMED_BY_CODE: dict[str, Any] = {
    "agency": Agency,
    "lead": Agency,
    "facility": Facility,
    "directive": Directive,
}


def _named(given: Given) -> Given:
    """The same with rows in place of their codes and numbers. Raises ValidationError by name."""
    found = dict(given)
    for name, model in NAMED_BY_CODE.items():
        if code := given.get(name):
            rows = model.objects.known() if model is Directive else model.objects.all()
            found[name] = _one_of(rows.filter(code=code), name)
    if number := given.get("session"):
        found["session"] = _one_of(WorkingSession.objects.known().filter(pk=number), "session")
    return found


def _one_of(rows: Any, name: str) -> Any:
    row = rows.first()
    if row is None:
        raise Refused({name: _("There is no such code, or it is not for you to choose.")})
    return row


def _no_code(code: str) -> str:
    return _("There is nothing of the code “%(code)s”.") % {"code": code}


def _agencies() -> dict[int, str]:
    return dict(Agency.objects.values_list("pk", "code"))


def act_views(kind: type[ActView], about: str, known: tuple[Act, ...], why: str) -> dict[str, Any]:
    """A view for each act, by its code, each with a description of its own."""
    found = {}
    for act in known:
        named = {"act": act, "__doc__": act.summary}
        view = type(f"{kind.__name__}{act.code.title().replace('-', '')}", (kind,), named)
        post = described(
            f"{about}_{act.code.replace('-', '_')}",
            act.summary,
            f"{why} {KEY}",
            act.shape,
            parameters=[CODE],
        )
        view.post = post(_post_of(kind))  # type: ignore[attr-defined]
        found[act.code] = view
    return found


def _post_of(kind: type[Any]) -> Callable[..., HttpResponseBase]:
    """A function of its own for each view: a description hangs on the function."""

    def post(self: Any, request: Request, code: str) -> HttpResponseBase:
        found: HttpResponseBase = kind.post(self, request, code)
        return found

    return post


ACTS_OF_OBSTACLES = act_views(
    ObstacleActView, "obstacle", OF_OBSTACLES, "For the Department of the province."
)
ACTS_OF_DIRECTIVES = act_views(
    DirectiveActView,
    "directive",
    OF_DIRECTIVES,
    "Answers by an agency that has a part in it; all else by the Department and the leaders.",
)
