"""Certificates that will expire, or did, told per facility and day."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from facilities.as_of import AsOf
from signatures.deadlines import HORIZON, LOOK_BACK, deadlines
from signatures.models import CertificateEvent
from signatures.services import record_event
from tests import factories

pytestmark = pytest.mark.django_db

Kind = CertificateEvent.Kind
UNTIL = date(2026, 6, 1)
LAST_VALID = date(2026, 5, 31)
DAY = timedelta(days=1)


def happen(certificate, kind, on, **fields):
    return record_event(
        certificate=certificate, kind=kind, happened_on=on, by=factories.recorder(), **fields
    )


def issued(place=None, until=UNTIL):
    made = factories.CertificateFactory(facility=place or factories.facility())
    happen(made, Kind.REQUESTED, date(2025, 5, 1))
    happen(made, Kind.ISSUED, date(2025, 6, 1), valid_until=until)
    return made


def seen(on):
    return list(deadlines(AsOf(on)))


@pytest.mark.parametrize(
    ("on", "there"),
    [
        (LAST_VALID - HORIZON - DAY, False),
        (LAST_VALID - HORIZON, True),
        (LAST_VALID, True),
        (UNTIL, True),
        (UNTIL + LOOK_BACK - DAY, True),
        (UNTIL + LOOK_BACK, False),
    ],
)
def test_an_end_is_told_from_ninety_days_before_until_a_year_after(on, there):
    issued()
    assert bool(seen(on)) == there


@pytest.mark.parametrize(("on", "late"), [(LAST_VALID - DAY, 0), (UNTIL, 0), (UNTIL + DAY, 1)])
def test_the_last_valid_day_is_the_last_in_time(on, late):
    issued()
    [deadline] = seen(on)
    assert deadline.due_on == LAST_VALID
    assert deadline.days_late(on) == late


def test_a_renewed_certificate_is_due_at_its_new_end():
    made = issued()
    happen(made, Kind.RENEWED, LAST_VALID, valid_until=UNTIL + timedelta(days=365))
    assert [d.due_on for d in seen(LAST_VALID - DAY)] == [LAST_VALID]
    assert seen(LAST_VALID) == []
    assert [d.due_on for d in seen(UNTIL + timedelta(days=300))] == [
        LAST_VALID + timedelta(days=365)
    ]


def test_a_revoked_certificate_is_due_no_more():
    made = issued()
    happen(made, Kind.REVOKED, LAST_VALID, because="left the hospital")
    assert len(seen(LAST_VALID - DAY)) == 1
    assert seen(LAST_VALID) == []
    assert seen(UNTIL) == []


@pytest.mark.parametrize(("language", "words"), [("en", "2 digital signatures"), ("vi", "2")])
def test_those_of_one_facility_and_day_are_told_together(language, words):
    place, other = factories.facility(), factories.facility()
    issued(place), issued(place), issued(place, UNTIL + DAY), issued(other)
    found = seen(LAST_VALID)
    keys = sorted((d.facility_id, d.due_on) for d in found)
    assert keys == sorted([(place.pk, LAST_VALID), (place.pk, UNTIL), (other.pk, LAST_VALID)])
    together = next(d for d in found if (d.facility_id, d.due_on) == (place.pk, LAST_VALID))
    with translation.override(language):
        assert words in str(together.what)


def test_no_name_of_a_holder_is_told():
    made = issued()
    type(made).objects.filter(pk=made.pk).update(holder="Nguyễn Văn Thử")
    [deadline] = seen(LAST_VALID)
    assert "Nguyễn" not in f"{deadline.subject} {deadline.what}"
