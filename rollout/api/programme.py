"""Alerts and deadlines of a day in the API: those of the pages, in the same words."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.core.cache import cache
from django.db.models import Count, Q
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from facilities.as_of import FacilityOnDay
from facilities.models import FacilityName, Ledger
from facilities.permissions import Places
from facilities.timeline import Deadline
from facilities.working_days import working_days
from rollout.api import schema, shapes
from rollout.api.answer import answer_of
from rollout.api.document import map_of
from rollout.api.listing import asked_rows, cut, day_of_cursor, piece
from rollout.api.parameters import DEADLINE_RULES
from rollout.api.reading import ProgrammeView
from rollout.day import Day
from rollout.figures.cached import keep_seconds, key, mark_of
from rollout.models import Alert
from rollout.notices import alerts
from rollout.notices.escalation import RULES
from rollout.programme.deadlines import AHEAD, late_and_coming
from rollout.programme.late import days_late

LATE, COMING = "late", "coming"


class AlertsView(ProgrammeView):
    """Alerts are written by jobs and not by facts alone: the tag follows from the answer itself."""

    @extend_schema(**schema.ALERTS, responses={200: shapes.Alerts, **schema.PROGRAMME_NOT_200})
    def get(self, request: Request) -> HttpResponseBase:
        asked = asked_rows(
            request.query_params,
            days=("on", "area"),
            codes={"rule": RULES, "severity": Alert.Severity.values},
            cursor=_alert_cursor,
        )
        on, chosen = asked.day.on, asked.chosen
        named = {"rule": "rule", "facility": "facility__code"}
        wanted = {named[n]: code for n, code in chosen.items() if code and n in named}
        self.refuse_elsewhere(request, asked.day, chosen["facility"])
        found = alerts.standing(on).filter(**wanted)
        if self.is_partial or asked.day.area:
            found = self.part(asked.day).only(found)
        counted = found.order_by().values_list("severity").annotate(Count("pk"))
        totals = dict.fromkeys(Alert.Severity.values, 0) | dict(counted)
        if severity := chosen["severity"]:
            found = found.filter(severity=severity)
        if asked.after:
            due_on, pk = asked.after
            found = found.filter(Q(due_on__gt=due_on) | Q(due_on=due_on, pk__gt=pk))
        rows, after = cut(list(found[: asked.limit + 1]), asked, lambda one: (one.due_on, one.pk))
        facilities, working = _names({one.facility_id for one in rows}, on), working_days()
        document = {
            "on": on,
            "area": asked.day.area_code or None,
            "partial": self.is_partial,
            "count": totals[severity] if severity else sum(totals.values()),
            "totals": totals,
            "alerts": [
                _alert(one, facilities, days_late(one.rule, one.due_on, on, working))
                for one in rows
            ],
            "next": asked.following(reverse("api:alerts"), after),
            "generated_at": timezone.now(),
        }
        return self.respond(request, answer_of(document))


class DeadlinesView(ProgrammeView):
    """What is late and what is coming is computed once for all pieces of a list."""

    @extend_schema(
        **schema.DEADLINES, responses={200: shapes.Deadlines, **schema.PROGRAMME_NOT_200}
    )
    def get(self, request: Request) -> HttpResponseBase:
        asked = asked_rows(
            request.query_params,
            days=("on", "known_at", "map", "area"),
            codes={"state": (LATE, COMING), "rule": DEADLINE_RULES},
            cursor=_deadline_cursor,
        )
        self.refuse_elsewhere(request, asked.day, asked.chosen["facility"])
        day, kept = asked.day, _cached_deadlines(asked.day, self.access.told)
        chosen = {name: code for name, code in asked.chosen.items() if code}
        state = chosen.pop("state", None)
        found = [row for row in kept["rows"] if all(row[name] == chosen[name] for name in chosen)]
        totals = {code: sum(row["state"] == code for row in found) for code in (LATE, COMING)}
        found = [row for row in found if state in (None, row["state"])]
        rows, after = piece(found, asked, _place)
        document = {
            "on": day.on,
            "known_at": day.known_at,
            "map": map_of(day.map_on),
            "area": day.area_code or None,
            "partial": self.is_partial,
            "until": day.on + AHEAD,
            "count": len(found),
            "totals": totals,
            "deadlines": rows,
            "next": asked.following(reverse("api:deadlines"), after),
            "generated_at": kept["generated_at"],
        }
        return self.respond(request, answer_of(document))


def _alert_cursor(text: str) -> tuple[date, int]:
    day, number = text.split(".")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise ValueError(text)
    return day_of_cursor(day), int(number)


def _names(facility_ids: Iterable[int | None], on: date) -> dict[int, FacilityName]:
    """What the facilities of this piece were called on the day; no more of them is told: one query."""
    wanted = [pk for pk in facility_ids if pk]
    rows = FacilityName.objects.in_force(on).filter(facility__in=wanted).select_related("facility")
    return {row.facility_id: row for row in rows}


def _alert(alert: Alert, facilities: Mapping[int, FacilityName], late: int) -> dict:
    named = facilities.get(alert.facility_id) if alert.facility_id else None
    return {
        "rule": alert.rule,
        "rule_label": RULES.get(alert.rule, alert.rule),
        "subject": alert.subject,
        "level": alert.level,
        "severity": alert.severity,
        "severity_label": alert.get_severity_display(),
        "due_on": alert.due_on,
        "days_late": late,
        "facility": named and named.facility.code,
        "facility_name": named and named.name,
        "what": alert.what,
        "raised_on": alert.raised_on,
        "url": alert.url,
    }


def _cached_deadlines(day: Day, told: Places) -> dict:
    """All of a day that a reader is told of, from the cache as long as no fact has changed."""
    place = key(
        "api-deadlines",
        Ledger.current(),
        get_language(),
        day.on,
        day.known_at,
        day.map_on,
        day.area_code,
        mark_of(told),
    )
    kept = cache.get(place)
    if kept is None:
        as_of = day.of_places(told)
        facilities = as_of.so_far(day.on)
        rows = [_deadline(one, facilities, one.days_late(day.on)) for one in late_and_coming(as_of)]
        kept = {"rows": sorted(rows, key=_place), "generated_at": timezone.now()}
        cache.set(place, kept, keep_seconds(day.known_at))
    return kept


def _deadline(deadline: Deadline, facilities: Mapping[int, FacilityOnDay], late: int) -> dict:
    facility = facilities.get(deadline.facility_id) if deadline.facility_id else None
    return {
        "rule": deadline.rule,
        "rule_label": str(RULES.get(deadline.rule, deadline.rule)),
        "subject": deadline.subject,
        "state": LATE if late else COMING,
        "due_on": deadline.due_on,
        "days_late": late,
        "facility": facility and facility.code,
        "facility_name": facility and facility.name,
        "what": str(deadline.what),
    }


def _place(row: dict) -> tuple[date, str, str]:
    return row["due_on"], row["rule"], row["subject"]


def _deadline_cursor(text: str) -> tuple[date, str, str]:
    day, rule, subject = text.split(".", 2)
    return day_of_cursor(day), rule, subject
