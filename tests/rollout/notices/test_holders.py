"""Holders are told that their certificate ends: on which days, once, and whatever happens to a worker."""

import smtplib
from datetime import date, timedelta

import pytest
import time_machine

from rollout.models import HolderMessage
from rollout.notices import holders
from signatures.models import CertificateEvent
from signatures.services import record_event
from signatures.staff import Staff
from tests import factories
from tests.entering import put
from tests.rollout.notices import postman
from tests.rollout.notices.worlds import at

pytestmark = pytest.mark.django_db

Kind = CertificateEvent.Kind
STAFF = Staff()
DAY = timedelta(days=1)
LAST = date(2025, 10, 31)  # the last valid day
END = LAST + DAY


@pytest.fixture(autouse=True)
def mail(settings):
    settings.MAILS = True
    settings.EMAIL_BACKEND = "tests.rollout.notices.postman.Postman"
    postman.DELIVERED.clear()
    postman.TROUBLE.clear()


@pytest.fixture
def place():
    factories.programme()
    return factories.facility("ttyt-luc-nam")


def holder(place, name="Nguyễn Thị Lan", email="lan@syt.gov.vn", **fields):
    member = put(STAFF, None, facility=place.code, name=name, email=email)
    found = factories.CertificateFactory(facility=place, holder=name, member=member, **fields)
    happen(found, Kind.REQUESTED, date(2025, 1, 2))
    happen(found, Kind.ISSUED, date(2025, 1, 10), valid_until=END)
    return found


def happen(certificate, kind, on, **fields):
    with time_machine.travel(at(date(2025, 12, 31)), tick=False):
        record_event(
            certificate=certificate, kind=kind, happened_on=on, by=factories.recorder(), **fields
        )


def night(day: date, hour: int = 8) -> int:
    """How many were sent that day."""
    with time_machine.travel(at(day, hour), tick=False):
        holders.compose(at(day, hour))
        return holders.send_waiting(at(day, hour))


def told_on(days) -> list[int]:
    """Days before the last valid one on which something was sent."""
    return [left for left in days if night(LAST - left * DAY)]


def test_told_on_four_days_to_the_day_and_once_each(place):
    holder(place, serial="5402AB")
    assert told_on([92, 91, 90, 89, 88, 31, 30, 29, 16, 15, 14, 3, 2, 1, 0, -1]) == [90, 30, 15, 2]
    assert {mail.to[0] for mail in postman.DELIVERED} == {"lan@syt.gov.vn"}
    assert len({mail.extra_headers["Message-ID"] for mail in postman.DELIVERED}) == 4
    for mail in postman.DELIVERED:
        assert "Lan" not in mail.subject + mail.body
        assert "5402AB" in mail.body
        assert "31/10/2025" in mail.body


def test_missed_nights_are_made_up_for_with_one_message(place):
    holder(place)
    assert told_on([40, 12, 11, 10]) == [40, 12]
    assert list(HolderMessage.objects.values_list("days_before", flat=True).order_by("pk")) == [
        90,
        15,
    ]


def test_what_waited_for_the_server_until_the_next_step_says_the_newer_thing_alone(place):
    holder(place)
    postman.TROUBLE["open"] = ConnectionRefusedError("away")
    assert told_on([16, 15]) == []
    postman.TROUBLE.clear()
    assert told_on([14]) == [14]
    assert HolderMessage.objects.get(days_before=30).cancelled_at is not None


@pytest.mark.parametrize("kind", [Kind.LEFT, Kind.RETIRED, Kind.REVOKED])
def test_who_is_gone_is_told_nothing_not_even_what_waits(place, kind):
    certificate = holder(place)
    with time_machine.travel(at(LAST - 30 * DAY), tick=False):
        holders.compose(at(LAST - 30 * DAY))
    happen(certificate, kind, LAST - 30 * DAY)
    assert told_on([30, 15, 2]) == []
    assert HolderMessage.objects.get().cancelled_at is not None


def test_a_renewal_moves_what_is_told(place):
    certificate = holder(place)
    assert told_on([30]) == [30]
    happen(certificate, Kind.RENEWED, LAST - 20 * DAY, valid_until=END + 100 * DAY)
    assert told_on([15, 2, 0]) == []
    assert told_on([-10, -11]) == [-10]  # ninety days before the new last day


def test_nobody_is_asked_for_without_an_official_address_and_nobody_is_woken(place):
    holder(place, email="")
    holder(place, name="Trần Văn Ước", email="uoc@syt.gov.vn")
    assert night(LAST - 30 * DAY, hour=3) == 0
    assert night(LAST - 30 * DAY, hour=7) == 1
    assert [mail.to for mail in postman.DELIVERED] == [["uoc@syt.gov.vn"]]


@pytest.mark.parametrize("moment", ["open", "send", "sent"])
def test_a_worker_that_is_killed_repeats_nothing(place, moment):
    """Once it has begun nobody knows whether it arrived: it stands in doubt, and is not sent again."""
    holder(place)
    postman.TROUBLE[moment] = postman.Killed()
    with pytest.raises(postman.Killed):
        night(LAST - 30 * DAY)
    postman.TROUBLE.clear()
    before = len(postman.DELIVERED)
    assert told_on([29, 28]) == []
    assert len(postman.DELIVERED) == before
    assert HolderMessage.objects.in_doubt(at(LAST - 28 * DAY)).count() == 1


def test_what_is_refused_for_good_is_shown_and_not_tried_again(place):
    holder(place)
    postman.TROUBLE["send"] = smtplib.SMTPRecipientsRefused({"lan@syt.gov.vn": (550, b"no")})
    assert told_on([30]) == []
    postman.TROUBLE.clear()
    assert told_on([29]) == []
    assert HolderMessage.objects.get().given_up_at is not None
