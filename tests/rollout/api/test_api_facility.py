"""One facility in the API."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import equipment.services
from facilities.models import Facility, Role
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.rollout.registers.writing import entered
from tests.rollout.small_province import ON, small_province

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    return small_province()


@pytest.fixture
def reader(client, province):
    client.force_login(factories.user_with(Role.DEPARTMENT, language="en"))
    return client


def ask(reader, code, **query):
    return reader.get(f"/api/v1/facilities/{code}/progress/", {"on": "2025-05-21"} | query)


def test_its_figures_are_those_of_the_province(reader):
    listed = reader.get("/api/v1/progress/", {"on": "2025-05-21"}).json()["facilities"]
    for facility in listed:
        alone = ask(reader, facility["code"]).json()
        for name, value in facility.items():
            if name in ("measures", "milestones"):
                for code, cell in value.items():
                    assert cell.items() <= alone[name][code].items()
            else:
                assert alone[name] == value


def test_the_files_come_with_every_stage_of_the_law(reader):
    (file,) = ask(reader, "bidding").json()["procurements"]
    assert (file["code"], file["reached"]) == ("GT-B", "selection_plan")
    assert file["bidding_ends_on"] == "2025-05-01"
    assert len(file["stages"]) == 17
    stages = {stage["code"]: stage for stage in file["stages"]}
    assert stages["selection_plan"]["actual"] == "2025-04-02"
    assert stages["selection_plan"]["evidence"] == "reported"
    assert stages["award"]["target"] == "2025-05-01"
    assert stages["award"]["actual"] is None


def test_what_holds_it_is_said(reader):
    found = ask(reader, "bidding").json()
    assert found["milestones"]["launch"]["held_by"] == "Late estimates"
    assert found["late_for"].startswith("Award decided")
    assert found["days_late"] == 14


def test_its_councils_come_with_date_and_ruling(reader):
    (council,) = ask(reader, "official").json()["councils"]
    assert council["scheduled_on"] == "2025-04-20"
    assert council["held_on"] == "2025-04-22"
    assert council["slip_days"] == 2
    assert (council["conclusion"], council["minutes_number"]) == ("conditions", "12/BB")


def test_before_the_ruling_the_meeting_is_only_scheduled(reader):
    found = ask(reader, "official", on="2025-04-21").json()
    assert found["council_on"] == "2025-04-20"
    assert found["councils"][0]["conclusion"] is None
    assert (found["stage"], found["next_step"]) == ("council_scheduled", "record_ruling")


@pytest.mark.parametrize("code", ["nowhere", "clinic"])
def test_a_facility_outside_the_rollout_is_not_found(reader, code):
    answer = ask(reader, code)
    assert answer.status_code == 404
    assert code in answer.json()["detail"]


def test_a_facility_is_not_found_before_its_first_day(reader):
    assert ask(reader, "official", on="2023-12-31").status_code == 404
    assert ask(reader, "official", on="2024-01-01").status_code == 200


@pytest.mark.parametrize("query", [{"compare": "2025-02-18"}, {"on": "31/02/2025"}])
def test_a_mistake_is_refused(reader, query):
    answer = ask(reader, "official", **query)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == list(query)


def test_who_may_see_more_gets_another_tag(reader, client):
    detail = ask(reader, "official").headers["ETag"]
    client.force_login(factories.user_with(Role.CLIENT, language="en"))
    assert ask(client, "official").headers["ETag"] != detail


def queries(reader) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert ask(reader, "bidding").status_code == 200
    return len(captured)


def test_the_number_of_queries_does_not_depend_on_the_number_of_facilities_and_files(
    reader, province
):
    few = queries(reader)
    for number in range(27):
        factories.facility(f"more-{number:02}")
        file = factories.ProcurementFactory(facility=province.bidding)
        equipment.services.record_stage(
            procurement=file,
            stage="need",
            happened_on=ON - timedelta(days=number),
            by=factories.recorder(),
        )
    assert queries(reader) == few
    assert queries(reader) == 5  # session, user, roles, facility, ledger


def test_what_other_systems_call_it_on_the_day(reader):
    place = Facility.objects.get(code="bidding")
    factories.code_systems()
    entered(REGISTERS["codes"], {"code-insurance": "01234"}, row=place, on=date(2025, 5, 1))
    (told,) = ask(reader, "bidding").json()["external_codes"]
    assert (told["system"], told["code"]) == ("insurance", "01234")
    assert told["effective_from"] == "2025-05-01"
    assert ask(reader, "bidding", on="2025-04-30").json()["external_codes"] == []
