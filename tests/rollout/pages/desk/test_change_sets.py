"""What a folder brought stands among what was written lately, and is taken back from there."""

import pytest
from django.urls import reverse

from facilities.models import ChangeSet, Role
from rollout.models import MilestoneEvent
from rollout.registers.loading import BACGIANG, load_province
from signatures.models import Certificate
from tests.factories import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(client):
    load_province(BACGIANG)
    client.force_login(user_with(Role.DEPARTMENT))


def page_of(file: str) -> str:
    found = ChangeSet.objects.get(file_name=f"bacgiang/{file}")
    return reverse("rollout:change-set", args=[found.pk])


def test_a_loaded_file_shows_its_rows_and_is_taken_back(client, loaded):
    assert "bacgiang/milestone_events.csv" in client.get("/desk/acts/").content.decode()
    page = client.get(page_of("milestone_events.csv"))
    assert page.context["may_undo"]
    assert "bg-yhct · preparing" in page.content.decode()
    answer = client.post(page_of("milestone_events.csv"), {"because": "Nhầm tệp"}, follow=True)
    assert answer.status_code == 200
    assert not MilestoneEvent.objects.known().exists()


def test_rows_of_a_register_lead_to_their_pages(client, loaded):
    page = client.get(page_of("certificates.csv")).content.decode()
    first = Certificate.objects.order_by("pk")[0]
    assert reverse("rollout:record", args=["certificates", first.pk]) in page


def test_what_others_refer_to_is_refused_in_words(client, loaded):
    answer = client.post(page_of("areas.csv"), {"because": "Nhầm tệp"})
    assert answer.status_code == 400
    assert answer.context["problems"]
