"""Whatever an officer may choose from, on every page within reach, is of the own facility or of all."""

import re
from datetime import date
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from lxml import html

from equipment.models import Asset, Procurement
from facilities.models import Facility, FacilityName, Role, User
from signatures.models import Certificate, StaffMember

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]

MOST_PAGES = 40
# Where somebody moves is another facility; what its name is everybody may know.
ELSEWHERE = {"to"}
LEFT_OUT = re.compile(r"^/(static|api/docs|language|sign-out|account)|\.(csv|xlsx|pdf|ics|docx)$")


def kind_of(address: str) -> str:
    """Pages that differ by the number of a row alone are one."""
    parts = urlsplit(address)
    return re.sub(r"\d+", "N", f"{parts.path}?{'&'.join(sorted(parts.query.split('&'))[:1])}")


def pages_of(client: Client):
    """(address, page) of what can be reached by links, one of each kind."""
    todo, seen = ["/my/"], {"/my/?"}
    while todo and len(seen) < 4 * MOST_PAGES:
        address = todo.pop(0)
        answer = client.get(address, follow=True)
        if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
            continue
        page = html.fromstring(answer.content.decode())
        yield address, page
        for link in page.xpath("//a/@href"):
            found = urljoin(address, link.partition("#")[0])
            if urlsplit(found).netloc or LEFT_OUT.search(urlsplit(found).path):
                continue
            if kind_of(found) not in seen:
                seen.add(kind_of(found))
                # The own pages first: they have the forms.
                todo.insert(0, found) if found.startswith("/my/") else todo.append(found)


def of_others(place: Facility) -> dict[str, str]:
    """What names rows of other facilities, and nothing of this one."""
    owned = {
        "procurement": Procurement.objects.exclude(lots__facility=place)
        .exclude(facility=place)
        .values_list("code", flat=True),
        "holder": Certificate.objects.exclude(facility=place).values_list("holder", flat=True),
        "serial": Certificate.objects.exclude(facility=place).values_list("serial", flat=True),
        "staff": StaffMember.objects.exclude(facility=place).values_list("name", flat=True),
        "asset": Asset.objects.exclude(movements__facility=place).values_list("tag", flat=True),
        "facility": Facility.objects.exclude(pk=place.pk).values_list("code", flat=True),
        "name": FacilityName.objects.exclude(facility=place).values_list("name_vi", flat=True),
    }
    mine = {
        *Certificate.objects.filter(facility=place).values_list("holder", flat=True),
        *StaffMember.objects.filter(facility=place).values_list("name", flat=True),
    }
    return {
        text: what for what, texts in owned.items() for text in texts if text and text not in mine
    }


def test_choices_of_an_officer_are_of_the_own_facility():
    place = Facility.objects.filter(code__startswith="bg-ttyt").order_by("code")[0]
    officer = User.objects.create(username="officer-who-looks")
    since = date(2024, 1, 1)
    officer.assignments.create(role=Role.OFFICER, facility=place, valid_from=since)
    client = Client()
    client.force_login(officer)
    forbidden, offered, visited = of_others(place), 0, 0
    for address, page in pages_of(client):
        visited += 1
        choices = page.xpath("//main//option | //main//input[@type='radio' or @type='checkbox']")
        for choice in choices:
            offered += 1
            named = (choice.get("name") or choice.getparent().get("name") or "").split("-")[-1]
            if named in ELSEWHERE:
                continue
            for said in (choice.get("value") or "", choice.text_content().strip()):
                assert said not in forbidden, f"{address}: {named} offers {forbidden[said]} {said}"
        if visited == MOST_PAGES:
            break
    assert visited > 20
    assert offered > 100
