"""The way of a row, step by step: what is reached, what comes next, and recording it with its paper."""

from datetime import date

from django.core.exceptions import ValidationError as Refused
from django.db import transaction
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from facilities import clock
from facilities.models import Document
from facilities.papers import paper_told
from facilities.registers.steps import Paper, Step, ahead
from rollout.api import acts, schema
from rollout.api.answer import answer_of
from rollout.api.parameters import misused
from rollout.api.reading import ReadView, person
from rollout.api.registers import refuse_without_rows, register_of, told
from rollout.api.repeating import once
from rollout.api.shapes import WrittenRow
from rollout.api.writing import (
    IF_MATCH,
    asked_body,
    kept,
    paper_meant,
    refuse,
    row_answer,
    version_meant,
    write_one,
)
from rollout.registers.writing import ANY, Line, version_of


class StepsView(ReadView):
    """As the pages ask for the next step of a row; of registers whose rows go a way."""

    http_method_names = ["get", "head", "options", "post"]

    @extend_schema(
        operation_id="register_row_steps",
        summary="The way of a row",
        description="What is reached, what was passed over, what comes next. No steps: rows of this "
        "register go no way.",
        parameters=[schema.REGISTER, schema.KEY, *schema.HEADERS],
        responses={200: acts.Steps, **schema.REGISTERS_NOT_200, 404: schema.NO_REGISTER},
    )
    def get(self, request: Request, register: str, key: int) -> HttpResponseBase:
        places = refuse_without_rows(self)
        found = register_of(register)
        if errors := misused(request.query_params, ()):
            raise ValidationError(errors)
        today = clock.today()
        inside = places if found.is_by_facility else None
        row = found.of_facilities(found.base(today), inside).filter(pk=key).first()
        columns = told(found, today)
        values = found.values([key], today).get(key) if row is not None else None
        if row is None or values is None:
            raise NotFound(_("There is no such row on this day, or it is not for your account."))
        way = found.way(row, values, today)
        coming = ahead(way, values)
        states = {coming.next.code: "next"} if coming.next else {}
        states |= {step.code: "passed-over" for step in coming.passed_over}
        states |= {step.code: "later" for step in coming.later}
        document = {
            "register": found.code,
            "key": key,
            "on": today,
            "version": version_of(columns, values),
            "steps": [
                {
                    "code": step.code,
                    "label": str(step.label),
                    "state": states.get(step.code, "reached"),
                    "on": values.get(step.day) or None,
                    "day": step.day,
                    "cells": [code for code in (*step.values, step.number) if code],
                    "elsewhere": str(step.elsewhere),
                }
                for step in way
            ],
            "generated_at": timezone.now(),
        }
        return self.respond(request, answer_of(document))

    @extend_schema(
        operation_id="register_row_step",
        summary="Record a step of a row",
        description="Its day, what it fixes, and the paper that proves it, in one change set. By whoever "
        "writes the register. A paper is named by its number of /api/v1/papers/, or told of by its "
        "number, day and issuer. With If-Match, only if the row has not changed since it was read.",
        parameters=[
            schema.REGISTER,
            schema.KEY,
            schema.IF_MATCH,
            schema.IDEMPOTENCY_KEY,
            schema.LANGUAGE,
        ],
        request=acts.NewStep,
        responses={200: WrittenRow, **schema.ACT_NOT_200, 412: schema.VERSIONED[412]},
    )
    def post(self, request: Request, register: str, key: int) -> HttpResponseBase:
        found, hand = kept(self, request, register)
        asked = asked_body(acts.NewStep, request)
        version = version_meant(request) if request.headers.get(IF_MATCH) else ANY
        today = clock.today()
        row = found.base(today).filter(pk=key).first()
        standing = found.values([key], today).get(key) if row is not None else None
        if row is None or standing is None:
            raise NotFound(_("There is no such row on this day, or it is not for your account."))
        if not hand.keeps(found, row):
            self.permission_denied(request, message=hand.elsewhere())
        way = {step.code: step for step in found.way(row, standing, today) if not step.elsewhere}
        step = way.get(asked["step"])
        if step is None:
            raise ValidationError(
                {"step": [_("Give one of these codes: %(codes)s.") % {"codes": ", ".join(way)}]}
            )
        values = dict(asked["values"])
        own = {step.day, *step.values, *filter(None, [step.number])}
        if beside := [code for code in values if code not in own]:
            raise ValidationError({f"values.{beside[0]}": [_("This is not a cell of the step.")]})
        if step.number and asked.get("number"):
            values.setdefault(step.number, asked["number"])
        named = paper_meant(self, asked)

        def act() -> Response:
            with transaction.atomic():
                try:
                    paper = named or _told(step, asked, values, request)
                except Refused as error:
                    refuse(error)
                line = Line(values, key, version, asked.get("because", ""), paper)
                change_set, result = write_one(self, found, hand, line)
            return row_answer(found, result, change_set, 200)

        return once(request, act)


def _told(step: Step, asked: dict, values: dict, request: Request) -> Document | None:
    """The paper that is told of by its number, day and issuer; None: of none."""
    kind = Paper(asked.get("kind") or step.paper).label
    try:
        day = date.fromisoformat(str(values.get(step.day)))
    except ValueError:
        day = None  # refused by its cell
    return paper_told(
        upload=None,
        title=f"{kind}: {step.label}"[:300],
        number=asked.get("number", ""),
        issuer=asked.get("issuer", ""),
        issued_on=asked.get("issued_on") or day,
        by=person(request),
    )
