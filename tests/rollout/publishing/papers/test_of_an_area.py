"""Papers and the forecast for roles of an area: of their facilities, saying whose; the rest says who may."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document as Docx

from facilities.models import AreaName, Facility, FacilityArea, FacilityName, Role
from rollout.models import CouncilMeeting, WorkingSession
from tests.factories import START, user_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]

ON = {"on": "2025-05-21"}
LETTERS = ("invitation", "minutes", "decision", "handover")
OF_THE_PROVINCE = ("norms-letter", "urging")
ELSEWHERE = "bg-ttyt-tanyen"


@pytest.fixture
def own():
    """A council whose facility lies in an area."""
    return CouncilMeeting.objects.exclude(facility__code=ELSEWHERE).earliest("code")


def area_of(facility_id=None, **facility):
    wanted = {"facility": facility_id} if facility_id else facility
    return FacilityArea.objects.in_force(date(2025, 5, 21)).filter(**wanted).last().area


def signed_in(client, role, area):
    client.force_login(user_with(role, area=area, language="en"))


def text_of(answer) -> str:
    document = Docx(BytesIO(answer.content))
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def paper(client, kind, form="docx", **query):
    url = reverse("rollout:paper", args=[kind, form])
    return client.get(url, ON | {"language": "en"} | query)


@pytest.mark.parametrize("name", ["paper-list", "forecast"])
def test_a_role_of_an_area_is_led_to_its_own(client, own, name):
    area = area_of(own.facility_id)
    signed_in(client, Role.LEADER, area)
    url = reverse(f"rollout:{name}")
    for query in (ON, ON | {"area": area_of(facility__code=ELSEWHERE).code}):
        sent = client.get(url, query)
        assert sent.status_code == 302
        assert f"area={area.code}" in sent["Location"]
    page = client.get(url, ON | {"area": area.code})
    assert page.status_code == 200
    assert page.context["day"].area.code == area.code


def test_before_its_area_there_was_nothing_to_read(client, own):
    signed_in(client, Role.LEADER, area_of(own.facility_id))
    assert client.get(reverse("rollout:forecast"), {"on": "2001-01-01"}).status_code == 403


def test_the_forecast_is_of_the_areas_facilities(client, own):
    area = area_of(own.facility_id)
    signed_in(client, Role.DEPARTMENT, area)
    page = client.get(reverse("rollout:forecast"), ON | {"area": area.code}).content.decode()
    assert ELSEWHERE not in page
    codes = FacilityArea.objects.in_force(date(2025, 5, 21)).filter(area=area)
    assert any(code in page for code in codes.values_list("facility__code", flat=True))


def test_the_report_says_whose_it_is_and_names_nobody_else(client, own):
    area = area_of(own.facility_id)
    signed_in(client, Role.LEADER, area)
    mine, theirs = (called(FacilityName, pk) for pk in (own.facility_id, other_facility()))
    text = text_of(paper(client, "report", area=area.code))
    assert f" in {called(AreaName, area.pk)} " in text
    assert mine in text
    assert theirs not in text
    client.force_login(user_with(Role.LEADER, language="en"))
    whole = text_of(paper(client, "report"))
    assert f" in {called(AreaName, area.pk)} " not in whole
    assert mine in whole
    assert theirs in whole


def other_facility() -> int:
    return Facility.objects.get(code=ELSEWHERE).pk


def called(names, pk: int) -> str:
    """What a facility or an area was called on the day, in English."""
    whose = "area" if names is AreaName else "facility"
    named = names.objects.in_force(date(2025, 5, 21)).filter(**{whose: pk}).last()
    return named.name_en or named.name_vi


def test_a_working_session_is_the_provinces(client, own):
    area = area_of(own.facility_id)
    signed_in(client, Role.LEADER, area)
    session = WorkingSession.objects.earliest("held_on")
    assert paper(client, "report", area=area.code, about=session.pk).status_code == 404
    assert paper(client, "report", area=area.code).status_code == 200


def test_staff_of_the_area_write_the_letters_about_its_facilities(client, own):
    area, other = area_of(own.facility_id), area_of(facility__code=ELSEWHERE)
    signed_in(client, Role.DEPARTMENT, area)
    assert paper(client, "minutes", area=area.code, about=own.code).status_code == 200
    signed_in(client, Role.DEPARTMENT, other)
    assert paper(client, "minutes", area=other.code, about=own.code).status_code == 404
    signed_in(client, Role.LEADER, area)
    assert paper(client, "minutes", area=area.code, about=own.code).status_code == 403


def test_only_ones_own_subjects_are_offered(client, own):
    other = area_of(facility__code=ELSEWHERE)
    signed_in(client, Role.DEPARTMENT, other)
    page = client.get(reverse("rollout:paper-list"), ON | {"area": other.code})
    offered = {kind.slug: subjects for kind, subjects, _choose in page.context["kinds"]}
    assert set(offered) == {"brief", "report", *LETTERS}
    assert own.code not in dict(offered["minutes"])
    for kind in OF_THE_PROVINCE:
        refused = paper(client, kind, area=other.code)
        assert refused.status_code == 403
    assert "Văn bản của toàn tỉnh" in page.content.decode()


def test_who_leads_one_area_and_keeps_another_writes_letters_in_the_other_alone(client, own):
    area, other = area_of(own.facility_id), area_of(facility__code=ELSEWHERE)
    user = user_with(Role.LEADER, area=area, language="en")
    user.assignments.create(role=Role.DEPARTMENT, area=other, valid_from=START)
    client.force_login(user)
    assert paper(client, "report", area=area.code).status_code == 200
    assert paper(client, "report", area=other.code).status_code == 200
    assert paper(client, "minutes", area=area.code, about=own.code).status_code == 404


def test_a_letter_is_about_its_facility_whatever_area_is_looked_at(client, own):
    """The page of a council leads to its papers with the area that the reader has chosen."""
    other = area_of(facility__code=ELSEWHERE)
    client.force_login(user_with(Role.DEPARTMENT))
    assert paper(client, "minutes", area=other.code, about=own.code).status_code == 200


def test_the_page_of_a_council_leads_to_papers_those_who_write_them(client, own):
    address = reverse("rollout:council", args=[own.code])
    for role, leads in ((Role.DEPARTMENT, True), (Role.LEADER, False)):
        signed_in(client, role, area_of(own.facility_id))
        page = client.get(address, ON).content.decode()
        assert ("/papers/minutes" in page) is leads
