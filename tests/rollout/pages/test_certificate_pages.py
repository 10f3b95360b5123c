"""The rows behind the signature figures, and who may read the names in them."""

from datetime import date

import pytest
from django.urls import reverse

from facilities.as_of import AsOf
from facilities.models import Facility, Role
from facilities.timeline import EMPTY, fold
from signatures.certificates import certificates
from signatures.changes import COUNTED, changes
from signatures.models import Certificate
from tests.factories import AgencyFactory, user_with

ON = date(2025, 5, 21)
OWN = "bg-ttyt-lucnam"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]


def words(client, user, **query) -> str:
    client.force_login(user)
    path = reverse("rollout:certificate-list", args=[OWN])
    return client.get(path, {"on": ON.isoformat(), **query}).content.decode()


@pytest.mark.parametrize("on", [date(2025, 2, 18), ON, date(2026, 11, 1), date(2031, 1, 1)])
def test_the_rows_add_up_to_the_figures(on):
    place = Facility.objects.get(code=OWN)
    as_of = AsOf(on, facility_ids=frozenset({place.pk}))
    state = fold(changes(as_of), on)[place.pk]
    rows = certificates(as_of)
    for kind in COUNTED:
        figure = state.get(f"certificates_{kind}", EMPTY).amount
        assert sum(row.counts_as(kind) for row in rows) == figure, kind


def test_the_rows_add_up_in_every_facility_together():
    as_of = AsOf(ON)
    rows = certificates(as_of)
    assert sum(row.counts_as("requested") for row in rows) == 4187


@pytest.mark.parametrize(
    ("role", "extra", "sees"),
    [
        (Role.DEPARTMENT, lambda: {}, True),
        (Role.OFFICER, lambda: {"facility": Facility.objects.get(code=OWN)}, True),
        (Role.LEADER, lambda: {}, False),
    ],
)
def test_names_are_shown_to_the_department_and_the_own_facility_only(client, role, extra, sees):
    holder = Certificate.objects.filter(facility__code=OWN).exclude(holder="").earliest("pk").holder
    page = words(client, user_with(role, **extra()))
    assert "/certificates/" in page
    assert (holder in page) is sees


@pytest.mark.parametrize(
    ("role", "extra"),
    [
        (Role.OFFICER, lambda: {"facility": Facility.objects.get(code="bg-ttyt-tanyen")}),
        (Role.AGENCY, lambda: {"agency": AgencyFactory()}),
        (Role.ADMINISTRATOR, lambda: {}),
    ],
)
def test_rows_of_another_facility_are_refused(client, role, extra):
    client.force_login(user_with(role, **extra()))
    path = reverse("rollout:certificate-list", args=[OWN])
    assert client.get(path, {"on": ON.isoformat()}).status_code == 403


def test_no_page_of_the_leader_holds_a_holders_name(client):
    client.force_login(user_with(Role.LEADER))
    holders = set(Certificate.objects.exclude(holder="").values_list("holder", flat=True))
    for path in ("/", f"/facilities/{OWN}/", "/measures/signatures_issued/", "/alerts/"):
        page = client.get(path, {"on": ON.isoformat()}).content.decode()
        assert not [holder for holder in holders if holder in page], path


def test_an_unknown_facility_is_not_found(client):
    client.force_login(user_with(Role.DEPARTMENT))
    path = reverse("rollout:certificate-list", args=["nowhere"])
    assert client.get(path).status_code == 404
