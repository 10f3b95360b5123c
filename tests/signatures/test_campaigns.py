"""Campaigns: who is meant, who is done, from events alone; on the pages of Department and facility."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from facilities.as_of import AsOf
from facilities.models import LogEntry, Role
from signatures.campaigns import campaigns, close_campaign, deadlines, open_campaign, standings
from signatures.models import Campaign, CertificateEvent
from signatures.services import record_event
from tests import factories
from tests.entering import TODAY
from tests.factories import user_with

pytestmark = pytest.mark.django_db

Kind = CertificateEvent.Kind
DAY = timedelta(days=1)
OPENED, DUE = TODAY - 10 * DAY, TODAY + 2 * DAY


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2025, 5, 21, 3, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def place():
    factories.programme()
    return factories.facility("ttyt-luc-nam", name_vi="Trung tâm Y tế Lục Nam")


def happen(certificate, kind, on, **fields):
    record_event(
        certificate=certificate, kind=kind, happened_on=on, by=factories.recorder(), **fields
    )


def issued(place, on=OPENED - DAY, until=TODAY + 400 * DAY, **fields):
    found = factories.CertificateFactory(facility=place, **fields)
    happen(found, Kind.REQUESTED, on - DAY)
    happen(found, Kind.ISSUED, on, valid_until=until)
    return found


def opened(*places, act=Campaign.Act.CHANGED, **fields) -> Campaign:
    fields = {"title": "Sáp nhập", "opened_on": OPENED, "due_on": DUE} | fields
    return open_campaign(act=act, facilities=places, by=factories.recorder(), **fields)


def came(campaign, on=TODAY) -> dict[int, tuple[int, int, int]]:
    told = standings([campaign], on)[campaign.pk]
    return {one.facility_id: (one.open, one.done, one.over) for one in told}


def test_meant_is_what_was_valid_on_the_eve_and_done_what_has_the_event_since(place):
    other = factories.facility("bvdk-tinh")
    mine = [issued(place) for _n in range(5)]
    issued(place, on=OPENED)  # a new one has the new content
    issued(place, until=OPENED - DAY + DAY)  # it ended as the campaign opened, and was valid before
    issued(other)
    happen(mine[0], Kind.CHANGED, OPENED - DAY)  # too early to be what is asked for
    happen(mine[1], Kind.CHANGED, OPENED)
    happen(mine[2], Kind.CHANGED, TODAY)
    happen(mine[3], Kind.REVOKED, TODAY)
    campaign = opened(place)
    assert came(campaign, TODAY - DAY) == {place.pk: (4, 1, 1)}
    assert came(campaign) == {place.pk: (2, 2, 2)}
    revoking = opened(place, other, act=Campaign.Act.REVOKED)
    assert came(revoking) == {place.pk: (4, 1, 1), other.pk: (1, 0, 0)}
    assert set(standings([campaign, revoking], TODAY)) == {campaign.pk, revoking.pk}


def test_a_campaign_of_a_unit_means_that_unit_however_it_is_written(place):
    for unit in ("Khoa Nội", "K. Nội", "khoa nội", "Khoa Ngoại", ""):
        issued(place, unit=unit)
    assert came(opened(place, unit="KHOA NỘI")) == {place.pk: (3, 0, 0)}


def test_what_is_left_is_due_until_it_is_done_or_the_campaign_closes(place):
    certificate = issued(place)
    campaign = opened(place)
    by = factories.recorder()

    def due(on):
        return [(one.facility_id, one.due_on) for one in deadlines(AsOf(on))]

    assert due(OPENED - DAY) == []
    assert due(OPENED) == due(TODAY) == [(place.pk, DUE)]
    with pytest.raises(ValidationError) as told:
        close_campaign(campaign=campaign, on=TODAY, because=" ", by=by)
    assert set(told.value.message_dict) == {"because"}
    close_campaign(campaign=campaign, on=TODAY, because="the new decision", by=by)
    assert (due(TODAY - DAY), due(TODAY)) == ([(place.pk, DUE)], [])
    with pytest.raises(ValidationError):
        close_campaign(campaign=campaign, on=TODAY, because="again", by=by)
    again = opened(place)
    happen(certificate, Kind.CHANGED, TODAY)
    assert (due(TODAY - DAY), due(TODAY)) == ([(place.pk, DUE)] * 2, [])
    close_campaign(campaign=again, on=TODAY, because="", by=by)  # all are done
    assert campaigns(TODAY).count() == 2


def test_a_campaign_is_not_over_before_it_opens(place):
    with pytest.raises(ValidationError) as told:
        opened(place, due_on=OPENED - DAY)
    assert set(told.value.message_dict) == {"due_on"}
    assert not Campaign.objects.exists()


class TestPages:
    def test_from_opening_to_closing_each_sees_what_is_its_own(self, client, place):
        other = factories.facility("bvdk-tinh", name_vi="Bệnh viện đa khoa tỉnh")
        stranger = factories.facility("bv-phoi")
        issued(place, holder="Lê Thị Bé")
        issued(other, holder="Đỗ Văn Xa")
        client.force_login(user_with(Role.DEPARTMENT))
        page = reverse("rollout:campaign-new")
        form = client.get(page).context["form"]
        given = {
            "change_set": str(form["change_set"].value()),
            "title": "Quyết định 12",
            "act": "changed",
            "facilities": [place.pk, other.pk],
            "opened_on": OPENED.isoformat(),
            "due_on": (OPENED - DAY).isoformat(),
        }
        assert client.post(page, given).status_code == 400
        answer = client.post(page, given | {"due_on": DUE.isoformat()})
        [campaign] = Campaign.objects.all()
        assert answer["Location"] == reverse("rollout:campaign", args=[campaign.pk])
        assert client.post(page, given | {"due_on": DUE.isoformat()}).status_code == 302
        assert Campaign.objects.count() == 1  # sent twice, opened once
        shown = client.get(answer["Location"], {"facility": other.code}).content.decode()
        assert ("Đỗ Văn Xa" in shown, "Lê Thị Bé" in shown) == (True, False)

        client.force_login(user_with(Role.OFFICER, facility=place))
        shown = client.get(answer["Location"]).content.decode()
        assert ("Lê Thị Bé" in shown, "Đỗ Văn Xa" in shown, other.code in shown) == (
            True,
            False,
            False,
        )
        assert LogEntry.objects.filter(facility=place, subject="certificates", count=1).exists()
        assert client.get(page).status_code == 403
        assert client.post(answer["Location"], {"do": "close"}).status_code == 403
        client.force_login(user_with(Role.LEADER))
        assert "Lê Thị Bé" not in client.get(answer["Location"]).content.decode()
        client.force_login(user_with(Role.OFFICER, facility=stranger))
        assert client.get(answer["Location"]).status_code == 403
        assert campaign.title not in client.get(reverse("rollout:campaign-list")).content.decode()

        client.force_login(user_with(Role.DEPARTMENT))
        form = client.get(answer["Location"]).context["form"]
        closing = {"do": "close", "change_set": str(form["change_set"].value())}
        assert client.post(answer["Location"], closing).status_code == 400
        assert client.post(answer["Location"], closing | {"because": "A"}).status_code == 302
        campaign.refresh_from_db()
        assert (campaign.closed_on, campaign.closed_because) == (TODAY, "A")
        assert isinstance(campaign.closed_on, date)


def test_what_is_left_stands_in_what_the_facility_owes(client, place):
    issued(place)
    opened(place)
    client.force_login(user_with(Role.OFFICER, facility=place))
    answer = client.get(reverse("rollout:my"))
    assert answer.status_code == 200
    assert "Sáp nhập" in answer.content.decode()
