"""Official codes of areas: given anew, so whose one is depends on the day; typed as a lens, and in files."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from facilities.models import Area, AreaCode, AreaName, Role
from facilities.naming import areas_by_external_code
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.rollout.registers.importing.tables import counts, received
from tests.rollout.registers.writing import TODAY, entered, refusals, values_of

pytestmark = pytest.mark.django_db

REGISTER = REGISTERS["area-codes"]
BEFORE, MERGED = date(2025, 1, 1), date(2025, 5, 1)


@pytest.fixture(autouse=True)
def english():
    factories.programme()
    factories.code_systems()
    with translation.override("en"):
        yield


def area(code: str, name: str, level=Area.Level.PROVINCE) -> Area:
    made = Area.objects.create(code=code, level=level)
    AreaName.objects.create(
        area=made, name_vi=name, effective_from=factories.START, recorded_by=factories.recorder()
    )
    return made


@pytest.fixture
def two():
    return area("tinh-cu", "Bắc Giang"), area("tinh-moi", "Bắc Ninh")


@pytest.mark.parametrize(
    ("column", "code", "is_right"),
    [
        ("code-gso-province", "24", True),
        ("code-gso-province", "4", False),
        ("code-gso-commune", "07210", True),
        ("code-gso-commune", "7210", False),
    ],
)
def test_a_code_is_written_as_the_statistics_office_writes_it(two, column, code, is_right):
    assert refusals(REGISTER, {column: code}, row=two[0])[0] == (set() if is_right else {column})


def test_a_code_is_given_anew(two):
    old, new = two
    entered(REGISTER, {"code-gso-province": "24"}, row=old, on=BEFORE)
    assert refusals(REGISTER, {"code-gso-province": "24"}, row=new)[0] == {"code-gso-province"}
    entered(REGISTER, {"code-gso-province": "27"}, row=old, on=MERGED)
    entered(REGISTER, {"code-gso-province": "24"}, row=new, on=MERGED)
    assert areas_by_external_code(BEFORE) == {"24": {"tinh-cu"}}
    assert areas_by_external_code(TODAY) == {"27": {"tinh-cu"}, "24": {"tinh-moi"}}
    assert values_of(REGISTER, new)["code-gso-province"] == "24"


def test_the_lens_takes_the_code_of_the_day(client, two):
    old, new = two
    entered(REGISTER, {"code-gso-province": "24"}, row=old, on=BEFORE)
    entered(REGISTER, {"code-gso-province": "27"}, row=old, on=MERGED)
    entered(REGISTER, {"code-gso-province": "24"}, row=new, on=MERGED)
    client.force_login(factories.user_with(Role.LEADER))
    asked = reverse("rollout:timeline")
    for day, code in (("2025-02-01", "tinh-cu"), ("2025-05-21", "tinh-moi")):
        page = client.get(asked, {"on": day, "area": "24"})
        assert page.context["day"].area.code == code
    assert client.get(asked, {"on": "2025-05-21", "area": "99"}).status_code == 400
    offered = client.get(reverse("rollout:suggest"), {"of": "areas", "q": "24"}).json()["names"]
    assert offered == ["Bắc Ninh"]


def test_a_file_names_an_area_by_its_code_with_or_without_its_zeros():
    commune = area("xa-mot", "Xã Một", Area.Level.COMMUNE)
    entered(REGISTER, {"code-gso-commune": "07210"}, row=commune)
    place = factories.facility("tyt-mot", name_vi="Trạm y tế Một")
    by = factories.user_with(Role.DEPARTMENT)
    for written, outcome in (("07210", "changed"), (7210, "changed"), (7211, "wrong")):
        found = received("facilities", by, ["code", "area"], [place.code, written])
        assert counts(found) == {outcome: 1}


def test_the_register_is_of_no_facility_and_the_provinces_alone(client, two):
    address = reverse("rollout:register-list", args=["area-codes"])
    client.force_login(factories.user_with(Role.DEPARTMENT))
    assert client.get(address).status_code == 200
    assert "Bắc Giang" in client.get(address, {"q": "bac giang"}).content.decode()
    client.force_login(factories.user_with(Role.DEPARTMENT, area=two[0]))
    assert client.get(address).status_code == 404
    assert not AreaCode.objects.exists()
