"""The page of the forecast, and of what if."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, override

from equipment.models import Procurement
from facilities.models import Role
from rollout.forecasting import keep
from tests.factories import user_with

pytestmark = pytest.mark.django_db

ON = date(2025, 5, 21)


def words(text: str) -> str:
    with override(settings.LANGUAGE_CODE):
        return gettext(text)


def get(client, **asked):
    client.force_login(user_with(Role.DEPARTMENT))
    return client.get("/forecast/", {"on": "2025-05-21"} | asked, headers={"accept-language": "en"})


def test_it_says_how_sure_and_on_what_it_rests(client, bac_giang):
    text = get(client).content.decode()
    assert "30/09/2025" in text or "30 Sep 2025" in text
    assert "bg-ttyt-yenthe" in text


def test_a_what_if_that_makes_nobody_late_says_so(client, bac_giang):
    file = Procurement.objects.get(code="BG-2025-03")
    page = get(client, shift=f"file:{file.pk}", to="2025-05-23")
    assert page.context["late"] == []
    assert words("No facility becomes late.") in page.content.decode()


def test_a_what_if_names_who_becomes_late(client, bac_giang):
    file = Procurement.objects.get(code="BG-2025-03")
    page = get(client, shift=f"file:{file.pk}", to="2025-08-29")
    assert page.status_code == 200
    assert [line.becomes_late for line in page.context["lines"]].count(True) == 1


@pytest.mark.parametrize(
    ("shift", "to"),
    [("file:0", "2025-06-01"), ("council:x", "2025-06-01"), ("", "2025-06-01")],
)
def test_what_is_not_on_the_list_is_refused(client, bac_giang, shift, to):
    assert get(client, shift=shift, to=to).status_code == 400


@pytest.mark.parametrize("to", ["", "yesterday", "2025-05-20", "2025-02-30"])
def test_the_day_must_be_one_to_come(client, bac_giang, to):
    file = Procurement.objects.get(code="BG-2025-03")
    page = get(client, shift=f"file:{file.pk}", to=to)
    assert page.status_code == 400
    assert page.context["problems"].keys() == {"to"}
    assert 'id="to-problem"' in page.content.decode()


def test_the_leader_sees_the_band(client, bac_giang):
    client.force_login(user_with(Role.LEADER))
    page = client.get("/?on=2025-05-21").content.decode()
    assert 'class="finding"' in page
    assert 'class="foreseen screen-only"' in page
    assert page.count('class="fan"') == 4  # three sizes, and the legend
    assert page.count('class="law"') > 3


def test_old_data_is_told(client, bac_giang):
    told = words("This rests on old data: the newest entry is of %(newest)s.").split("%")[0]
    assert told not in get(client).content.decode()
    assert told in get(client, on="2025-07-15").content.decode()


def test_without_scores_it_says_from_when_there_will_be(client, bac_giang):
    page = get(client)
    assert page.context["first_score_on"] == timezone.localdate() + timedelta(days=30)
    assert 'id="scores"' in page.content.decode()
    keep(ON)
    assert get(client).context["first_score_on"] is None  # that day has passed
