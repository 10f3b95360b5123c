"""What was opened lately is offered where a search begins: the latest first, and only what one may open."""

import pytest
from django.urls import reverse

from facilities.models import Area, Role
from tests import factories

pytestmark = pytest.mark.django_db

SEARCH = "/search/"


@pytest.fixture
def place():
    factories.programme()
    return factories.facility("luc-nam", name_vi="Trung tâm Y tế Lục Nam")


def offered(client) -> list[str]:
    return [one.label for one in client.get(SEARCH).context["seen"]]


def opened(client, row, register="procurements") -> None:
    assert client.get(reverse("rollout:record", args=[register, row.pk])).status_code == 200


def test_ten_at_most_the_latest_first_and_each_once(client, place):
    client.force_login(factories.user_with(Role.DEPARTMENT))
    assert offered(client) == []
    files = [factories.ProcurementFactory(code=f"BG-{n:02}", facility=place) for n in range(11)]
    client.get(reverse("rollout:facility", args=["luc-nam"]))
    for file in files:
        opened(client, file)
    assert offered(client) == [f"BG-{n:02}" for n in range(10, 0, -1)]
    opened(client, files[3])
    client.get(reverse("rollout:facility", args=["luc-nam"]))
    assert offered(client)[:3] == ["Trung tâm Y tế Lục Nam", "BG-03", "BG-10"]
    # Once something is asked, the answer is what is looked at.
    assert client.post(SEARCH, {"q": "BG-03"}).context["seen"] == []


def test_no_person_is_named_and_another_sign_in_begins_anew(client, place):
    user = factories.user_with(Role.DEPARTMENT)
    client.force_login(user)
    certificate = factories.CertificateFactory(
        facility=place, holder="Nguyễn Thị Kín", serial="54AB"
    )
    opened(client, certificate, "certificates")
    page = client.get(SEARCH)
    assert [one.label for one in page.context["seen"]] == ["54AB"]
    assert "Nguyễn Thị Kín" not in page.content.decode()
    assert "Kín" not in str(dict(client.session))
    client.logout()
    client.force_login(user)
    assert offered(client) == []


def test_what_one_may_no_longer_open_is_not_offered(client, place):
    area = Area.objects.create(code="north", level=Area.Level.DISTRICT)
    there = factories.facility("north-1", name_vi="Trung tâm Bắc", area=area)
    user = factories.user_with(Role.DEPARTMENT)
    client.force_login(user)
    opened(client, factories.ProcurementFactory(code="BG-1", facility=place))
    opened(client, factories.ProcurementFactory(code="BG-2", facility=there))
    user.assignments.update(area=area)
    assert offered(client) == ["BG-2"]
    user.assignments.all().delete()
    user.assignments.create(role=Role.OFFICER, facility=place, valid_from=factories.START)
    assert offered(client) == []
