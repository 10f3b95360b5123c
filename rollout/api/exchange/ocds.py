"""Procurement files as releases of the Open Contracting Data Standard 1.1.

A release says how a file stands on a day. Its `ocid` begins with the prefix that the publisher was
given (`EMR_OCDS_PREFIX`). What is not known is left out: an amount that nobody gave is no 0.
"""

from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from equipment.bidding import Selection
from equipment.files import File, files
from equipment.stages import Stage
from facilities.as_of import AsOf, FacilityOnDay
from rollout.api import schema
from rollout.api.answer import answer_of
from rollout.api.parameters import asked_day
from rollout.api.reading import ReadView
from rollout.api.registers import refuse_without_rows

VERSION = "1.1"
METHODS = {
    Selection.OPEN_DOMESTIC: "open",
    Selection.OPEN_INTERNATIONAL: "open",
    Selection.QUOTATION: "selective",
    Selection.DIRECT: "direct",
}
# The furthest of these stages says which part of the process a release is about.
TAGS = (
    (Stage.CONTRACT, "contract"),
    (Stage.AWARD, "award"),
    (Stage.INVITATION, "tender"),
)


def release_package(as_of: AsOf, uri: str, at: datetime) -> dict[str, Any]:
    """Every file of the facilities asked about, as it stood on the day: a fixed number of queries."""
    places = as_of.so_far(as_of.until)
    return {
        "uri": uri,
        "version": VERSION,
        "publishedDate": _instant(at),
        "publisher": {"name": settings.OCDS_PUBLISHER},
        "releases": [release(one, places, as_of.until) for one in files(as_of)],
    }


def release(one: File, places: dict[int, FacilityOnDay], on: date) -> dict[str, Any]:
    buyer = places.get(one.facility_id)
    said: dict[str, Any] = {
        "ocid": f"{settings.OCDS_PREFIX}-{one.code}",
        "id": f"{one.code}-{on.isoformat()}",
        "date": _day(_newest(one) or on),
        "tag": [next((tag for stage, tag in TAGS if _reached(one, stage)), "planning")],
        "initiationType": "tender",
        "language": "vi",
        "tender": _tender(one),
    }
    if buyer is not None:
        party = {"id": buyer.code, "name": buyer.name_vi}
        said["parties"] = [party | {"roles": ["buyer", "procuringEntity"]}]
        said["buyer"] = party
        said["tender"]["procuringEntity"] = party
    if amount := _money(_amount(one, Stage.ESTIMATE_APPROVED, Stage.ESTIMATE_SUBMITTED)):
        said["planning"] = {"budget": {"amount": amount}}
    if awarded := _reached(one, Stage.AWARD):
        award: dict[str, Any] = {"id": f"{one.code}-award", "status": "active"}
        award["date"] = _day(awarded)
        if value := _money(_amount(one, Stage.AWARD)):
            award["value"] = value
        said["awards"] = [award]
    if signed := _reached(one, Stage.CONTRACT):
        contract: dict[str, Any] = {
            "id": f"{one.code}-contract",
            "awardID": f"{one.code}-award",
            "status": "terminated" if _reached(one, Stage.PAYMENT) else "active",
            "dateSigned": _day(signed),
        }
        if value := _money(_amount(one, Stage.CONTRACT)):
            contract["value"] = value
        said["contracts"] = [contract]
    return said


def _tender(one: File) -> dict[str, Any]:
    invited = _reached(one, Stage.INVITATION)
    opened = _reached(one, Stage.OPENING)
    if _reached(one, Stage.AWARD):
        status = "complete"
    elif invited:
        status = "active"
    else:
        status = "planned" if one.reached else "planning"
    said: dict[str, Any] = {"id": one.code, "title": one.title, "status": status}
    if method := METHODS.get(Selection(one.selection)):
        said["procurementMethod"] = method
    said["procurementMethodDetails"] = one.selection
    said["mainProcurementCategory"] = "services" if one.path == "rental" else "goods"
    if value := _money(one.package_price):
        said["value"] = value
    if invited:
        said["tenderPeriod"] = {"startDate": _day(invited)}
        if opened:
            said["tenderPeriod"]["endDate"] = _day(opened)
    return said


def _reached(one: File, stage: str) -> date | None:
    step = one.step(stage)
    return step.reached_on if step else None


def _amount(one: File, *stages: str) -> int | None:
    found = (one.step(stage) for stage in stages)
    return next((step.amount for step in found if step and step.amount is not None), None)


def _newest(one: File) -> date | None:
    return max((step.reached_on for step in one.steps if step.reached_on), default=None)


def _money(amount: int | None) -> dict[str, Any] | None:
    return None if amount is None else {"amount": amount, "currency": "VND"}


def _day(day: date) -> str:
    """The beginning of it: the standard knows moments alone."""
    return _instant(timezone.make_aware(datetime.combine(day, time.min)))


def _instant(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


class ReleasesView(ReadView):
    @extend_schema(
        operation_id="ocds_releases",
        summary="Procurement files as releases of OCDS",
        description="A release package of OCDS 1.1, one release for each file as it stood on the day. For "
        "whoever opens rows, each of their places.",
        parameters=[schema.ON, schema.KNOWN_AT, schema.AREA, *schema.HEADERS],
        responses={200: OpenApiTypes.OBJECT, **schema.REGISTERS_NOT_200},
    )
    def get(self, request: Request) -> HttpResponseBase:
        places = refuse_without_rows(self)
        day = self.narrowed(asked_day(request.query_params, ("on", "known_at", "area")))
        address = f"{reverse('api:ocds-releases')}?on={day.on.isoformat()}"
        uri = request.build_absolute_uri(address)
        document = release_package(day.of_places(places), uri, timezone.now())
        # Published anew only when it says something else: the moment is no part of the tag.
        moment = document.pop("publishedDate")
        tag = answer_of(document).tag
        return self.respond(
            request, answer_of({**document, "publishedDate": moment})._replace(tag=tag)
        )


urlpatterns = [path("v1/ocds/releases", ReleasesView.as_view(), name="ocds-releases")]
