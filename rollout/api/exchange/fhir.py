"""Facilities as FHIR R4 Organization and Location, after IHE mCSD: search (ITI-90) and history (ITI-91).

A facility is a pair of both, under its code for life. A version is what was known of it from a
moment on: when something about it was recorded or withdrawn, or the first day of it began.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

from facilities import clock
from facilities.folding import fold
from facilities.models import (
    AreaName,
    ExternalCode,
    Facility,
    FacilityArea,
    FacilityKind,
    FacilityLineage,
    FacilityName,
    FacilityScope,
    Lineage,
    Scope,
)
from facilities.models.facts import Yardstick
from rollout.api import schema
from rollout.api.answer import CachedAnswer
from rollout.api.parameters import misused
from rollout.api.reading import ReadView
from rollout.day import Day
from rollout.figures.cached import mark_of

MEDIA_TYPE = "application/fhir+json"
OURS = "urn:emr-rollout:facility"
OF_SYSTEM = "urn:emr-rollout:code-system:"
KINDS = "urn:emr-rollout:kind"
FACILITY_TYPE = "https://profiles.ihe.net/ITI/mCSD/CodeSystem/IHE.mCSD.Organization.Location.Types"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
PROFILE = "https://profiles.ihe.net/ITI/mCSD/StructureDefinition/IHE.mCSD.Facility"
RESOURCES = ("Organization", "Location")
USUAL, MOST = 100, 500


class Row(NamedTuple):
    """A dated description, with when it was known."""

    since: date
    recorded_at: datetime
    pk: int
    withdrawn_at: datetime | None
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Described:
    """A facility as it was known from a moment on."""

    code: str
    name: str = ""
    alias: str = ""
    kind: str = ""
    area: str = ""
    is_active: bool = True
    codes: tuple[tuple[str, str], ...] = ()
    at: datetime | None = None
    version: int = 0


@dataclass
class _Story:
    """All that was ever said about one facility."""

    code: str
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def versions(self, areas: dict[int, list[Row]], now: datetime) -> list[Described]:
        """Oldest first; what reads the same as the one before is none."""
        named = [row for said in self.rows["area"] for row in areas.get(said.values[0], ())]
        rows = [row for rows in self.rows.values() for row in rows] + named
        found: list[Described] = []
        for moment in _moments(rows, now):
            one = self._known(areas, moment)
            if one is None or (found and one == replace(found[-1], at=None, version=0)):
                continue
            found.append(replace(one, at=moment, version=len(found) + 1))
        return found

    def _known(self, areas: dict[int, list[Row]], moment: datetime) -> Described | None:
        """As it was known at a moment, on the day of it; None: it had no name."""
        on = clock.day_of(moment)
        name = _holding(self.rows["name"], on, moment)
        if name is None:
            return None
        area = _holding(self.rows["area"], on, moment)
        area_name = _holding(areas.get(area.values[0], []), on, moment) if area else None
        kind = _holding(self.rows["kind"], on, moment)
        scope = _holding(self.rows["scope"], on, moment)
        merged = _holding(self.rows["merged"], on, moment)
        systems = sorted(code for code in self.rows if code.startswith(OF_SYSTEM))
        codes = [(system, _holding(self.rows[system], on, moment)) for system in systems]
        return Described(
            code=self.code,
            name=name.values[0],
            alias=name.values[1],
            kind=kind.values[0] if kind else "",
            area=area_name.values[0] if area_name else "",
            is_active=merged is None and not (scope and scope.values[0] == Scope.CLOSED),
            codes=tuple((system, row.values[0]) for system, row in codes if row),
        )


def _holding(rows: list[Row], on: date, moment: datetime) -> Row | None:
    known = (
        row
        for row in rows
        if row.since <= on
        and row.recorded_at <= moment
        and (row.withdrawn_at is None or row.withdrawn_at > moment)
    )
    return max(known, key=lambda row: row[:3], default=None)


def _moments(rows: Iterable[Row], now: datetime) -> list[datetime]:
    """When something became known or began, one for each second: a form writes many rows in one."""
    found: set[datetime] = set()
    for row in rows:
        found.add(row.recorded_at)
        if row.withdrawn_at:
            found.add(row.withdrawn_at)
        begins = timezone.make_aware(datetime.combine(row.since, time.min))
        if row.recorded_at < begins:
            found.add(begins)
    by_second = {moment.replace(microsecond=0): moment for moment in sorted(found) if moment <= now}
    return list(by_second.values())


def versions(codes: Iterable[str] | None, now: datetime) -> list[list[Described]]:
    """The versions of each facility, by code; None: of all. Nine queries, however many there are."""
    wanted = Facility.objects.order_by("code")
    if codes is not None:
        wanted = wanted.filter(code__in=list(codes))
    stories = {pk: _Story(code) for pk, code in wanted.values_list("pk", "code")}

    def read(model: type[Yardstick], subject: str, *fields: str) -> Iterable[tuple[int, Row]]:
        rows: Any = model._default_manager.all()
        if codes is not None and subject in ("facility_id", "predecessor_id"):
            rows = rows.filter(**{f"{subject}__in": list(stories)})
        named = (subject, "effective_from", "recorded_at", "pk", "withdrawn_at", *fields)
        for about, since, at, pk, gone, *values in rows.values_list(*named):
            yield about, Row(since, at, pk, gone, tuple(values))

    def tell(name: str, rows: Iterable[tuple[int, Row]]) -> None:
        for about, row in rows:
            if about in stories:
                stories[about].rows[name].append(row)

    tell("name", read(FacilityName, "facility_id", "name_vi", "name_en"))
    tell("kind", read(FacilityKind, "facility_id", "kind_id"))
    tell("area", read(FacilityArea, "facility_id", "area_id"))
    tell("scope", read(FacilityScope, "facility_id", "scope"))
    mergers = read(FacilityLineage, "predecessor_id", "kind")
    tell("merged", (one for one in mergers if one[1].values[0] == Lineage.MERGED))
    for about, row in read(ExternalCode, "facility_id", "code", "system__code"):
        if about in stories:
            stories[about].rows[f"{OF_SYSTEM}{row.values[1]}"].append(row)
    areas: dict[int, list[Row]] = defaultdict(list)
    for about, row in read(AreaName, "area_id", "name_vi"):
        areas[about].append(row)
    found = (story.versions(areas, now) for story in stories.values())
    return [one for one in found if one]


def resource(kind: str, one: Described) -> dict[str, Any]:
    """One version of a facility as a resource of FHIR R4. What is not known is left out."""
    types = [{"coding": [{"system": FACILITY_TYPE, "code": "facility", "display": "Facility"}]}]
    own = {"system": KINDS, "code": one.kind} if one.kind else {"system": ABSENT, "code": "unknown"}
    types.append({"coding": [own]})
    identifiers = [{"use": "official", "system": OURS, "value": one.code}]
    identifiers += [{"system": system, "value": code} for system, code in one.codes]
    found: dict[str, Any] = {
        "resourceType": kind,
        "id": one.code,
        "meta": {
            "versionId": str(one.version),
            "lastUpdated": _instant(one.at),
            "profile": [f"{PROFILE}{kind}"],
        },
        "identifier": identifiers,
    }
    if kind == "Organization":
        found["active"] = one.is_active
    else:
        found["status"] = "active" if one.is_active else "inactive"
    found["type"] = types
    found["name"] = one.name
    if one.alias:
        found["alias"] = [one.alias]
    place = {"country": "VN"} | ({"district": one.area, "text": one.area} if one.area else {})
    if kind == "Organization":
        found["address"] = [place]
    else:
        found["mode"] = "instance"
        found["address"] = place
        found["managingOrganization"] = {"reference": f"Organization/{one.code}"}
        physical = "http://terminology.hl7.org/CodeSystem/location-physical-type"
        found["physicalType"] = {"coding": [{"system": physical, "code": "si", "display": "Site"}]}
    return found


def _instant(moment: datetime | None) -> str | None:
    return timezone.localtime(moment).isoformat(timespec="milliseconds") if moment else None


# --- Addresses --------------------------------------------------------------------------------

SEARCHED = {
    "_id": "The code of the facility.",
    "identifier": "A code, or system|code.",
    "name": "Begins with; letters without their marks are enough.",
    "name:contains": "Contains.",
    "name:exact": "Exactly this name.",
    "_lastUpdated": "A moment with a prefix, as gt2025-05-21T17:00:00+07:00 or ge2025-05-21.",
}
OF_ONE = {
    "Organization": {"active": ("true", "false")},
    "Location": {"status": ("active", "inactive")},
}
PREFIXES: dict[str, Callable[[datetime, datetime], bool]] = {
    "gt": lambda at, said: at > said,
    "ge": lambda at, said: at >= said,
    "lt": lambda at, said: at < said,
    "le": lambda at, said: at <= said,
}


class FhirView(ReadView):
    """What a figure of the summary is about: read by every role and every key that reads progress."""

    resource = ""

    def told(self, codes: Iterable[str] | None = None) -> list[list[Described]]:
        """The versions of the facilities that the reader is told of."""
        today = clock.today()
        own = self.narrowed(Day(today, today)).own_places()
        found = versions(codes, timezone.now())
        if own is None:
            return found
        inside = set(Facility.objects.filter(pk__in=own).values_list("code", flat=True))
        return [story for story in found if story[0].code in inside]

    def answered(
        self, request: Request, kind: str, build: Callable[[], dict[str, Any]], *parts: object
    ) -> HttpResponseBase:
        today = clock.today()
        own = self.narrowed(Day(today, today)).own_places()
        address = request.build_absolute_uri()
        place = (kind, address, today, mark_of(own), *parts)
        answer = CachedAnswer("fhir", *place, known_at=None, build=build)
        return self.sent(request, answer)

    def sent(self, request: Request, answer: CachedAnswer) -> HttpResponse:
        response = self.respond(request, answer)
        if response.status_code == 200:
            response.headers["Content-Type"] = MEDIA_TYPE
        return response

    def paged(self, request: Request, known: Iterable[str]) -> tuple[int, int]:
        """How many on a page, and which page. Raises ValidationError keyed by parameter."""
        query = request.query_params
        errors = misused(query, (*known, "_count", "page", "_format"))
        numbers = {}
        for name, usual, most in (("_count", USUAL, MOST), ("page", 1, 10**6)):
            said = query.get(name, "")
            if not said:
                numbers[name] = usual
            elif said.isascii() and said.isdigit() and 0 < int(said[:9]) <= most:
                numbers[name] = int(said)
            else:
                errors[name] = [_("Give a whole number from 1 to %(most)s.") % {"most": most}]
        if query.get("_format", "json") not in ("json", MEDIA_TYPE, "application/json"):
            errors["_format"] = [_("Give one of these codes: %(codes)s.") % {"codes": "json"}]
        if errors:
            raise ValidationError(errors)
        return numbers["_count"], numbers["page"]

    def bundle(
        self, request: Request, kind: str, entries: list[Any], count: int, number: int
    ) -> dict[str, Any]:
        """One page of them, with the address of the next."""
        base = request.build_absolute_uri(request.path)

        def link(relation: str, page_number: int) -> dict[str, str]:
            query = request.query_params.copy()
            query["page"] = str(page_number)
            return {"relation": relation, "url": f"{base}?{query.urlencode()}"}

        links = [link("self", number)]
        if number * count < len(entries):
            links.append(link("next", number + 1))
        shown = entries[(number - 1) * count : number * count]
        found: dict[str, Any] = {
            "resourceType": "Bundle",
            "type": kind,
            "total": len(entries),
            "link": links,
        }
        if shown:
            found["entry"] = [one() for one in shown]
        return found

    def full_url(self, request: Request, one: Described) -> str:
        return request.build_absolute_uri(f"{ROOT}{self.resource}/{one.code}")


class SearchView(FhirView):
    def get(self, request: Request) -> HttpResponseBase:
        known = {*SEARCHED, *OF_ONE[self.resource]}
        count, number = self.paged(request, known)
        chosen = self._chosen(request)

        def build() -> dict[str, Any]:
            found = [story[-1] for story in self.told() if all(ask(story[-1]) for ask in chosen)]
            entries = [
                lambda one=one: {
                    "fullUrl": self.full_url(request, one),
                    "resource": resource(self.resource, one),
                    "search": {"mode": "match"},
                }
                for one in found
            ]
            return self.bundle(request, "searchset", entries, count, number)

        return self.answered(request, f"search-{self.resource}", build)

    def _chosen(self, request: Request) -> list[Callable[[Described], bool]]:
        """What each parameter asks. Raises ValidationError keyed by parameter."""
        query, errors = request.query_params, {}
        asked: list[Callable[[Described], bool]] = []
        if (code := query.get("_id")) is not None:
            ids = set(code.split(","))
            asked.append(lambda one: one.code in ids)
        if (said := query.get("identifier")) is not None:
            system, _bar, value = said.rpartition("|")
            asked.append(
                lambda one: any(
                    value == code and system in ("", known)
                    for known, code in ((OURS, one.code), *one.codes)
                )
            )
        if name := fold(query.get("name", "")):
            asked.append(
                lambda one: fold(one.name).startswith(name) or fold(one.alias).startswith(name)
            )
        if part := fold(query.get("name:contains", "")):
            asked.append(lambda one: part in fold(one.name) or part in fold(one.alias))
        if exact := query.get("name:exact"):
            asked.append(lambda one: exact in (one.name, one.alias))
        for parameter, choices in OF_ONE[self.resource].items():
            if (state := query.get(parameter)) is None:
                continue
            if state not in choices:
                codes = ", ".join(choices)
                errors[parameter] = [_("Give one of these codes: %(codes)s.") % {"codes": codes}]
            asked.append(lambda one, is_active=state == choices[0]: one.is_active == is_active)  # type: ignore[misc]
        if (since := query.get("_lastUpdated")) is not None:
            prefix = since[:2] if since[:2] in PREFIXES else ""
            moment = _moment(since[len(prefix) :])
            if moment is None or not prefix:
                errors["_lastUpdated"] = [NO_MOMENT()]
            else:
                holds = PREFIXES[prefix]
                asked.append(lambda one: one.at is not None and holds(one.at, moment))
        if errors:
            raise ValidationError(errors)
        return asked


class ReadResourceView(FhirView):
    def get(self, request: Request, code: str) -> HttpResponseBase:
        if errors := misused(request.query_params, ("_format",)):
            raise ValidationError(errors)
        story = next(iter(self.told([code])), None)
        if story is None:
            raise NotFound(_no_resource())
        return self.answered(
            request, f"read-{self.resource}", lambda: resource(self.resource, story[-1])
        )


class VersionView(FhirView):
    def get(self, request: Request, code: str, version: int) -> HttpResponseBase:
        if errors := misused(request.query_params, ("_format",)):
            raise ValidationError(errors)
        story = next(iter(self.told([code])), None)
        if story is None or not 0 < version <= len(story):
            raise NotFound(_no_resource())
        one = story[version - 1]
        return self.answered(
            request, f"version-{self.resource}", lambda: resource(self.resource, one)
        )


class HistoryView(FhirView):
    """Of all, or of one. Newest first."""

    def get(self, request: Request, code: str | None = None) -> HttpResponseBase:
        count, number = self.paged(request, ("_since",))
        since = None
        if said := request.query_params.get("_since"):
            since = _moment(said)
            if since is None:
                raise ValidationError({"_since": [NO_MOMENT()]})
        if code is not None and not self.told([code]):
            raise NotFound(_no_resource())

        def build() -> dict[str, Any]:
            found = [
                one
                for story in self.told([code] if code is not None else None)
                for one in story
                if since is None or (one.at is not None and one.at > since)
            ]
            found.sort(key=lambda one: (one.at, one.code), reverse=True)
            entries = [lambda one=one: self._entry(request, one) for one in found]
            return self.bundle(request, "history", entries, count, number)

        return self.answered(request, f"history-{self.resource}", build)

    def _entry(self, request: Request, one: Described) -> dict[str, Any]:
        is_first = one.version == 1
        return {
            "fullUrl": self.full_url(request, one),
            "resource": resource(self.resource, one),
            "request": {
                "method": "POST" if is_first else "PUT",
                "url": self.resource if is_first else f"{self.resource}/{one.code}",
            },
            "response": {
                "status": "201" if is_first else "200",
                "etag": f'W/"{one.version}"',
                "lastModified": _instant(one.at),
            },
        }


class CapabilityView(FhirView):
    @extend_schema(
        operation_id="fhir_metadata",
        summary="What of FHIR is spoken here",
        description="A CapabilityStatement of FHIR R4.",
        parameters=[OpenApiParameter("_format"), *schema.HEADERS],
        responses={(200, MEDIA_TYPE): OpenApiTypes.OBJECT, **schema.NOT_200},
    )
    def get(self, request: Request) -> HttpResponseBase:
        if errors := misused(request.query_params, ("_format",)):
            raise ValidationError(errors)
        return self.answered(request, "metadata", lambda: _statement(request))


def _statement(request: Request) -> dict[str, Any]:
    known = {"_id": "token", "identifier": "token", "name": "string", "_lastUpdated": "date"}
    own = {"Organization": {"active": "token"}, "Location": {"status": "token"}}
    interactions = ("read", "vread", "search-type", "history-type", "history-instance")
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2025-06-01",
        "kind": "instance",
        "implementation": {
            "description": "EMR rollout API",
            "url": request.build_absolute_uri(ROOT),
        },
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [
            {
                "mode": "server",
                "resource": [
                    {
                        "type": kind,
                        "profile": f"{PROFILE}{kind}",
                        "interaction": [{"code": code} for code in interactions],
                        "versioning": "versioned",
                        "searchParam": [
                            {"name": name, "type": of} for name, of in (known | own[kind]).items()
                        ],
                    }
                    for kind in RESOURCES
                ],
            }
        ],
    }


def _moment(text: str) -> datetime | None:
    """A moment, or the beginning of a day, in local time where no offset is said."""
    try:
        found = parse_datetime(text.replace(" ", "+"))
        if found is None:
            day = parse_date(text)
            found = datetime.combine(day, time.min) if day else None
        if found is not None and timezone.is_naive(found):
            found = timezone.make_aware(found)
        if found is not None and not timedelta(0) <= found - _FIRST <= timedelta(days=365_000):
            return None
    except (ValueError, OverflowError):
        return None
    return found


_FIRST = timezone.make_aware(datetime(1900, 1, 1))  # noqa: DTZ001 - made aware


def NO_MOMENT() -> str:
    return _("Give a moment as 2025-05-21T17:00:00+07:00, or a day as 2025-05-21.")


def _no_resource() -> str:
    return _("There is no such facility here.")


ROOT = "/api/v1/fhir/"


def _views(kind: str) -> list[Any]:
    """The addresses of one resource, each with its description."""
    of_page = [
        OpenApiParameter("_count", {"type": "integer", "minimum": 1, "maximum": MOST}),
        OpenApiParameter("page", {"type": "integer", "minimum": 1}, description="See link next."),
        OpenApiParameter("_format", description="json"),
    ]
    own = [OpenApiParameter(name, enum=codes) for name, codes in OF_ONE[kind].items()]
    searched = [OpenApiParameter(name, description=told) for name, told in SEARCHED.items()]
    code = OpenApiParameter(
        "code", location=OpenApiParameter.PATH, description="The code for life."
    )
    since = OpenApiParameter("_since", description="Only versions after this moment.")
    number = OpenApiParameter(
        "version", {"type": "integer", "minimum": 1}, OpenApiParameter.PATH, description="versionId"
    )
    name = kind.lower()
    found = (
        (SearchView, kind, "search", f"Facilities as {kind}", [*searched, *own, *of_page]),
        (
            HistoryView,
            f"{kind}/_history",
            "history",
            f"Versions of every {kind}",
            [since, *of_page],
        ),
        (ReadResourceView, f"{kind}/<slug:code>", "read", f"One facility as {kind}", [code]),
        (
            HistoryView,
            f"{kind}/<slug:code>/_history",
            "history_of",
            f"Versions of one {kind}",
            [code, since, *of_page],
        ),
        (
            VersionView,
            f"{kind}/<slug:code>/_history/<int:version>",
            "version",
            f"One version of one {kind}",
            [code, number],
        ),
    )
    return [
        path(
            f"v1/fhir/{address}",
            _described(view, kind, f"fhir_{name}_{what}", told, parameters, "<" in address),
            name=f"fhir-{name}-{what.replace('_', '-')}",
        )
        for view, address, what, told, parameters in found
    ]


def _described(
    view: type[FhirView], kind: str, name: str, told: str, parameters: list[Any], is_one: bool
) -> Any:
    """The view for one resource, with a description of its own."""
    answers: dict[Any, Any] = {(200, MEDIA_TYPE): OpenApiTypes.OBJECT, **schema.NOT_200}
    if is_one:
        answers[404] = schema.ACT_NOT_200[404]

        def get(self: Any, request: Request, **named: Any) -> HttpResponseBase:
            found: HttpResponseBase = view.get(self, request, **named)  # type: ignore[attr-defined]
            return found

    else:

        def get(self: Any, request: Request) -> HttpResponseBase:  # type: ignore[misc]
            found: HttpResponseBase = view.get(self, request)  # type: ignore[attr-defined]
            return found

    own: Any = type(f"{view.__name__}Of{kind}", (view,), {"resource": kind})
    own.get = extend_schema(
        operation_id=name,
        summary=told,
        description="After IHE mCSD, as FHIR R4 in JSON. Refusals are problem details, as everywhere "
        "here.",
        parameters=[*parameters, *schema.HEADERS],
        responses=answers,
    )(get)
    return own.as_view()


urlpatterns = [
    path("v1/fhir/metadata", CapabilityView.as_view(), name="fhir-metadata"),
    *(one for kind in RESOURCES for one in _views(kind)),
]
