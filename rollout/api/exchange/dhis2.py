"""Progress as DHIS2 reads it: organisation units, data elements with their set, and data value sets.

Identifiers follow from our codes, so that an import may be repeated. What is not known has no value:
it is never 0.
"""

import hashlib
import string
from collections.abc import Iterable
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from facilities.permissions import is_in
from rollout.api import schema
from rollout.api.answer import CachedAnswer
from rollout.api.parameters import asked_day, misused
from rollout.api.reading import ReadView
from rollout.day import Day
from rollout.figures.cached import cached_progress, mark_of
from rollout.figures.measures import MEASURES, Measure
from rollout.figures.results import Progress

ALPHABET = string.ascii_letters + string.digits
DATA_SET = "EMR_ROLLOUT"
COUNTS = ("done", "total")
# What DHIS2 calls the combination that splits nothing.
DEFAULT = "HllvX50cXC0"
PROVINCE = "EMR_PROVINCE"


def uid(code: str) -> str:
    """Eleven signs, a letter first: the same for a code always."""
    number = int.from_bytes(hashlib.sha256(code.encode()).digest(), "big")
    number, first = divmod(number, len(string.ascii_letters))
    found = [string.ascii_letters[first]]
    for _place in range(10):
        number, sign = divmod(number, len(ALPHABET))
        found.append(ALPHABET[sign])
    return "".join(found)


def element(measure: str, count: str) -> str:
    return f"EMR_{measure.upper()}_{count.upper()}"


def organisation_units(progress: Progress, places: frozenset[int] | None) -> list[dict[str, Any]]:
    """The province, or the part that is asked for, and under it each facility."""
    root = progress.area or PROVINCE
    found = [_unit(root, progress.name or root, None, 1)]
    found += [
        _unit(one.code, one.name, root, 2) for one in progress.facilities if is_in(one.id, places)
    ]
    return found


def _unit(code: str, name: str, parent: str | None, level: int) -> dict[str, Any]:
    path = f"/{uid(parent)}/{uid(code)}" if parent else f"/{uid(code)}"
    found: dict[str, Any] = {
        "id": uid(code),
        "code": code,
        "name": Truncator(name).chars(230),
        "shortName": Truncator(name).chars(50),
        "openingDate": "1970-01-01",
        "level": level,
        "path": path,
    }
    return found | ({"parent": {"id": uid(parent)}} if parent else {})


def metadata(measures: Iterable[Measure]) -> dict[str, Any]:
    """The data elements and their set, to be imported once."""
    elements = [
        {
            "id": uid(element(measure.code, count)),
            "code": element(measure.code, count),
            "name": f"{Truncator(str(measure.label)).chars(200)} ({count})",
            "shortName": f"{Truncator(str(measure.label)).chars(40)} ({count})",
            "domainType": "AGGREGATE",
            "valueType": "INTEGER_ZERO_OR_POSITIVE",
            "aggregationType": "SUM",
            "zeroIsSignificant": True,
        }
        for measure in measures
        for count in COUNTS
    ]
    return {
        "dataElements": elements,
        "dataSets": [
            {
                "id": uid(DATA_SET),
                "code": DATA_SET,
                "name": "EMR rollout",
                "shortName": "EMR rollout",
                "periodType": "Daily",
                "dataSetElements": [
                    {"dataElement": {"id": one["id"]}, "dataSet": {"id": uid(DATA_SET)}}
                    for one in elements
                ],
            }
        ],
    }


def data_value_set(
    progress: Progress, places: frozenset[int] | None, *, by_code: bool
) -> dict[str, Any]:
    """What each facility has done, and of how many, on the day. What is not known is left out."""

    def named(code: str) -> str:
        return code if by_code else uid(code)

    period = progress.on.strftime("%Y%m%d")
    values = [
        {
            "dataElement": named(element(measure, count)),
            "period": period,
            "orgUnit": named(one.code),
            "value": str(number),
        }
        | ({} if by_code else {"categoryOptionCombo": DEFAULT, "attributeOptionCombo": DEFAULT})
        for one in progress.facilities
        if is_in(one.id, places)
        for measure, cell in one.measures.items()
        for count, number in (("done", cell.told), ("total", cell.total))
        if number is not None and number == int(number)
    ]
    return {
        "dataSet": named(DATA_SET),
        "period": period,
        "completeDate": progress.on.isoformat(),
        "dataValues": values,
    }


# --- Addresses --------------------------------------------------------------------------------

SCHEME = OpenApiParameter(
    "idScheme", enum=("uid", "code"), description="By which units and elements are named."
)
WHAT = "Every figure is that of /api/v1/progress/ on the day."


class Dhis2View(ReadView):
    def figures(self, day: Day) -> Progress:
        return cached_progress(day.on, known_at=day.known_at, area=day.area_code)

    def told(self, request: Request, kind: str, day: Day, build: Any, *parts: object) -> Any:
        own = day.own_places()
        answer = CachedAnswer(
            f"dhis2-{kind}",
            day.on,
            day.area_code,
            mark_of(own),
            *parts,
            known_at=day.known_at,
            build=lambda: build(own),
        )
        return self.respond(request, answer)


class UnitsView(Dhis2View):
    @extend_schema(
        operation_id="dhis2_organisation_units",
        summary="Facilities as organisation units of DHIS2",
        description="To be imported as metadata; without pages. The whole, or the area asked for, is "
        "their parent.",
        parameters=[schema.ON, schema.KNOWN_AT, schema.AREA, *schema.HEADERS],
        responses={200: OpenApiTypes.OBJECT, **schema.NOT_200},
    )
    def get(self, request: Request) -> HttpResponseBase:
        day = self.narrowed(asked_day(request.query_params, ("on", "known_at", "area")))

        def build(places: frozenset[int] | None) -> dict[str, Any]:
            return {"organisationUnits": organisation_units(self.figures(day), places)}

        found: HttpResponseBase = self.told(request, "units", day, build)
        return found


class MetadataView(Dhis2View):
    @extend_schema(
        operation_id="dhis2_metadata",
        summary="The data elements and their set",
        description="To be imported once, and again after an upgrade that brings measures.",
        parameters=schema.HEADERS,
        responses={200: OpenApiTypes.OBJECT, **schema.NOT_200},
    )
    def get(self, request: Request) -> HttpResponseBase:
        if errors := misused(request.query_params, ()):
            raise ValidationError(errors)
        today = asked_day(request.query_params, ())
        found: HttpResponseBase = self.told(
            request, "metadata", today, lambda _places: metadata(MEASURES)
        )
        return found


class ValuesView(Dhis2View):
    @extend_schema(
        operation_id="dhis2_data_value_sets",
        summary="Progress as a data value set of DHIS2",
        description=f"To be sent to /api/dataValueSets of DHIS2. {WHAT} What is not known has no value.",
        parameters=[schema.ON, schema.KNOWN_AT, schema.AREA, SCHEME, *schema.HEADERS],
        responses={200: OpenApiTypes.OBJECT, **schema.NOT_200},
    )
    def get(self, request: Request) -> HttpResponseBase:
        query = request.query_params.copy()
        given = query.pop("idScheme", ["uid"])
        if given[-1] not in ("uid", "code") or len(given) > 1:
            raise ValidationError(
                {"idScheme": [_("Give one of these codes: %(codes)s.") % {"codes": "uid, code"}]}
            )
        day = self.narrowed(asked_day(query, ("on", "known_at", "area")))

        def build(places: frozenset[int] | None) -> dict[str, Any]:
            return data_value_set(self.figures(day), places, by_code=given[-1] == "code")

        found: HttpResponseBase = self.told(request, "values", day, build, given[-1])
        return found


urlpatterns = [
    path("v1/dhis2/organisationUnits", UnitsView.as_view(), name="dhis2-organisation-units"),
    path("v1/dhis2/metadata", MetadataView.as_view(), name="dhis2-metadata"),
    path("v1/dhis2/dataValueSets", ValuesView.as_view(), name="dhis2-data-value-sets"),
]
