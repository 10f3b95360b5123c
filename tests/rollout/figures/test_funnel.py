"""The funnel of signatures has the counts of the progress, also once it is mended after a fact."""

from datetime import date

import pytest
from django.urls import reverse

from facilities.models import Facility, Role, User
from rollout.figures.funnel import MEASURE_OF, Funnel, cached_funnel
from rollout.figures.progress import Asked, progress
from signatures.changes import COUNTED
from signatures.models import Certificate, CertificateEvent
from signatures.services import record_event
from tests.factories import user_with

ON = date(2025, 5, 21)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]


@pytest.mark.parametrize("on", [date(2025, 2, 18), ON, date(2030, 6, 1)])
def test_its_counts_are_those_of_the_progress(on):
    found = Funnel.read(Asked(on))
    measures = {one.measure.code: one for one in progress(on).measures}
    _needed, steps = found.total()
    for step in steps:
        if step.kind in MEASURE_OF:
            measure = measures[MEASURE_OF[step.kind]]
            assert (step.count or 0) == (measure.done or 0), step.kind


def test_a_fact_mends_its_facility_and_no_other():
    asked = Asked(ON)
    before = cached_funnel(asked)
    place = Facility.objects.get(code="bg-ttyt-lucnam")
    issued = Certificate.objects.filter(facility=place, events__kind="issued").exclude(
        events__kind="received"
    )
    record_event(
        certificate=issued.earliest("pk"),
        kind=CertificateEvent.Kind.RECEIVED,
        happened_on=ON,
        by=User.objects.earliest("pk"),
    )
    after = cached_funnel(asked)
    assert after.of == Funnel.read(asked).of
    moved = [pk for pk, one in after.of.items() if one != before.of[pk]]
    assert moved == [place.pk]
    received = COUNTED.index(CertificateEvent.Kind.RECEIVED)
    assert after.of[place.pk].steps[received].count == before.of[place.pk].steps[received].count + 1


def test_rows_open_for_whoever_sees_them_and_private_facilities_are_left_out(client):
    client.force_login(user_with(Role.DEPARTMENT))
    answer = client.get(reverse("rollout:signatures"), {"on": ON.isoformat()})
    assert answer.context["of"] == 17
    assert answer.context["steps"][0].count == 4187
    assert answer.content.decode().count("/coverage/?") > 17
    assert b"bg-bvtn-01" not in answer.content
    own = Facility.objects.get(code="bg-ttyt-lucnam")
    client.force_login(user_with(Role.OFFICER, facility=own))
    page = client.get(reverse("rollout:signatures"), {"on": ON.isoformat()}).content.decode()
    assert "/facilities/bg-ttyt-lucnam/coverage/" in page
    assert "/facilities/bg-ttyt-tanyen/coverage/" not in page
