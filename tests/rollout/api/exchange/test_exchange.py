"""What other registers read: FHIR, DHIS2, OCDS, and the ministry's list held against ours."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone
from fhir.resources.R4B import get_fhir_model_class

from equipment.files import files
from facilities import clock
from facilities.as_of import AsOf
from facilities.models import ApiToken, Facility, FacilityName, Role
from facilities.services import record, withdraw
from rollout.api.exchange.dhis2 import element, uid
from rollout.figures.cached import cached_progress
from rollout.programme.changes import milestones_reached
from rollout.registers.portal import Verdict, read, reconcile
from tests.factories import user_with
from tests.rollout.api.test_api_writing import OTHER, OWN, client_of, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]

FHIR = "/api/v1/fhir/"
ON = date(2025, 5, 21)


@pytest.fixture
def program():
    return client_of(user_with(Role.CLIENT, language="vi"), key=ApiToken.Scope.REGISTERS)


def valid(document: dict) -> dict:
    """Held to the published model of its resource."""
    get_fhir_model_class(document["resourceType"]).model_validate(document)
    return document


def whole(client, address: str) -> list[dict]:
    entries, link = [], address
    while link:
        bundle = valid(client.get(link).json())
        entries += bundle.get("entry", [])
        link = next((one["url"] for one in bundle["link"] if one["relation"] == "next"), None)
    assert len(entries) == bundle["total"]
    return entries


def test_facilities_are_organisations_and_locations_of_fhir(program):
    valid(program.get(f"{FHIR}metadata").json())
    today = clock.today()
    here = {one.code: one for one in AsOf(today).on(today)}
    for kind in ("Organization", "Location"):
        found = {
            one["resource"]["id"]: one["resource"]
            for one in whole(program, f"{FHIR}{kind}?_count=20")
        }
        assert {code: one["name"] for code, one in found.items()} == {
            code: one.name_vi for code, one in here.items()
        }
        assert all(len(one["type"]) == 2 for one in found.values())
        one = program.get(f"{FHIR}{kind}/{OWN}")
        assert one["Content-Type"] == "application/fhir+json"
        assert one.json() == found[OWN]
        assert (
            program.get(f"{FHIR}{kind}/{OWN}", headers={"if-none-match": one["ETag"]}).status_code
            == 304
        )
        assert program.get(f"{FHIR}{kind}/nobody").status_code == 404
    name = here[OWN].name_vi
    for query, codes in [
        (f"identifier=urn:emr-rollout:facility|{OWN}", [OWN]),
        (f"_id={OWN},{OTHER}", [OWN, OTHER]),
        ("name:contains=luc nam", [OWN]),
        (f"name:exact={name}", [OWN]),
        ("_lastUpdated=lt1990-01-01", []),
    ]:
        entries = whole(program, f"{FHIR}Organization?{query}")
        assert [one["resource"]["id"] for one in entries] == codes, query
    for wrong in ("nothing=1", "_lastUpdated=soon", "active=maybe", "_count=0", "_lastUpdated=gt"):
        assert program.get(f"{FHIR}Organization?{wrong}").status_code == 400, wrong


def test_the_history_of_fhir_tells_what_was_known_since(program):
    desk, own = user_with(Role.DEPARTMENT), Facility.objects.get(code=OWN)
    before = timezone.now() + timedelta(seconds=1)
    since = f"{FHIR}Organization/_history?_since={before.isoformat().replace('+', '%2B')}"
    assert whole(program, since) == []
    later = before + timedelta(minutes=1)
    new = FacilityName(facility=own, name_vi="Bệnh viện Mới", effective_from=ON)
    with time_machine.travel(later, tick=False):
        record(new, by=desk)
        [entry] = whole(program, since)
        assert entry["request"] == {"method": "PUT", "url": f"Organization/{OWN}"}
        assert entry["resource"]["name"] == "Bệnh viện Mới"
        version = entry["resource"]["meta"]["versionId"]
        assert entry["response"]["etag"] == f'W/"{version}"'
    with time_machine.travel(later + timedelta(minutes=1), tick=False):
        withdraw(fact=new, because="Not decided", by=desk)
        first, second = (one["resource"] for one in whole(program, since))
        assert first["meta"]["versionId"] == str(int(version) + 1)
        assert first["name"] != second["name"] == "Bệnh viện Mới"
        of_one = whole(program, f"{FHIR}Organization/{OWN}/_history")
        assert [int(one["resource"]["meta"]["versionId"]) for one in of_one] == list(
            range(int(version) + 1, 0, -1)
        )
        again = program.get(f"{FHIR}Organization/{OWN}/_history/{version}").json()
        assert again == second
        assert program.get(f"{FHIR}Organization/{OWN}/_history/999").status_code == 404


def test_dhis2_is_told_the_figures_of_progress_and_no_zero_for_unknown(program):
    units = program.get("/api/v1/dhis2/organisationUnits").json()["organisationUnits"]
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9]{10}", one["id"]) for one in units)
    assert len({one["id"] for one in units}) == len(units)
    assert {one["parent"]["id"] for one in units[1:]} == {units[0]["id"]}
    known = program.get("/api/v1/dhis2/metadata").json()
    elements = {one["id"]: one["code"] for one in known["dataElements"]}
    unknown = 0
    for on in (date(2024, 6, 1), ON):
        found = program.get(f"/api/v1/dhis2/dataValueSets?on={on}").json()
        assert found["period"] == on.strftime("%Y%m%d")
        told = {
            (one["orgUnit"], elements[one["dataElement"]]): one["value"]
            for one in found["dataValues"]
        }
        progress = cached_progress(on)
        for facility in progress.facilities:
            for code, cell in facility.measures.items():
                for count, number in (("done", cell.told), ("total", cell.total)):
                    value = told.get((uid(facility.code), element(code, count)))
                    assert value == (None if number is None else str(number))
                    unknown += number is None
    assert unknown
    by_code = program.get(f"/api/v1/dhis2/dataValueSets?on={ON}&idScheme=code").json()
    assert len(by_code["dataValues"]) == len(told)
    assert {one["orgUnit"] for one in by_code["dataValues"]} <= {
        one.code for one in progress.facilities
    }
    assert program.get("/api/v1/dhis2/dataValueSets?idScheme=name").status_code == 400


def test_procurements_are_releases_with_what_the_standard_requires(program):
    answer = program.get(f"/api/v1/ocds/releases?on={ON}")
    package = answer.json()
    assert {"uri", "version", "publishedDate", "publisher", "releases"} <= package.keys()
    here = {one.code: one for one in files(AsOf(ON))}
    assert len(package["releases"]) == len(here) > 0
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00"
    for one in package["releases"]:
        assert {"ocid", "id", "date", "tag", "initiationType"} <= one.keys()
        assert re.fullmatch(moment, one["date"])
        file = here[one["tender"]["id"]]
        assert one["ocid"].endswith(f"-{file.code}")
        assert set(one["tag"]) <= {"planning", "tender", "award", "contract"}
        assert one["tender"].get("value", {}).get("amount") == file.package_price
        parties = {party["id"] for party in one["parties"]}
        assert one["buyer"]["id"] in parties
        for contract in one.get("contracts", []):
            assert contract["awardID"]
    again = program.get(f"/api/v1/ocds/releases?on={ON}", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    only_figures = client_of(user_with(Role.CLIENT), key=ApiToken.Scope.PROGRESS)
    assert only_figures.get("/api/v1/ocds/releases").status_code == 403


def test_every_line_of_the_portals_list_is_answered(program):
    reached = {
        pk: days["portal"] for pk, days in milestones_reached(AsOf(ON)).items() if "portal" in days
    }
    here = {one.id: one for one in AsOf(ON).on(ON)}
    ours = [here[pk] for pk in reached if pk in here]
    other = next(one for one in here.values() if one.id not in reached)
    lines = [{"name": other.name_vi.upper()}, {"code": "nothing", "name": "Bệnh viện Không Có"}]
    if ours:
        lines.append({"code": ours[0].code, "on": reached[ours[0].id].isoformat()})
        lines.append({"code": ours[0].code})
    answer = send(program, "/api/v1/portal-list/", {"lines": lines})
    assert answer.status_code == 200, answer.content
    found = answer.json()
    verdicts = [one["verdict"] for one in found["lines"][: len(lines)]]
    assert verdicts == ["theirs-only", "not-found", "same", "twice"][: len(lines)]
    assert found["totals"]["ours-only"] == max(0, len(ours) - 1)
    assert found["lines"][0]["facility"] == other.code
    assert found["lines"][1]["why"]

    pasted = f"STT\tTên bệnh viện\tNgày công bố\n1\t{other.name_vi}\t20/05/2025\n"
    [line, *rest] = reconcile(read(pasted), ON, None)
    assert (line.verdict, line.theirs) == (Verdict.THEIRS_ONLY, date(2025, 5, 20))
    assert {one.verdict for one in rest} <= {Verdict.OURS_ONLY}

    desk = client_of(user_with(Role.DEPARTMENT, language="en"))
    page = desk.post("/desk/portal-list/", {"pasted": pasted})
    assert page.status_code == 200
    assert other.name_vi in page.content.decode() or other.name in page.content.decode()
    assert desk.post("/desk/portal-list/", {"pasted": " "}).status_code == 400
    assert desk.post("/desk/portal-list/", {"pasted": "a\tb\nc\td"}).status_code == 400
    leader = client_of(user_with(Role.LEADER))
    assert leader.get("/desk/portal-list/").status_code == 403
