"""The funnel of certificates: what each event adds, and what ends take back."""

from datetime import date, timedelta

import pytest

from facilities.evidence import Rung
from facilities.services import check, correct, record, withdraw
from signatures import changes
from signatures.models import CertificateEvent, SignatureNeed
from signatures.services import record_event
from tests import factories
from tests.reading import tally

pytestmark = pytest.mark.django_db

Kind = CertificateEvent.Kind
DAY = date(2025, 1, 10)
UNTIL = date(2025, 3, 1)
YEAR_END = date(2025, 12, 31)
REACHED = ("requested", "issued", "received", "handed_over", "authenticated")


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


@pytest.fixture
def certificate():
    return factories.CertificateFactory()


def happen(certificate, kind, day, **fields):
    return record_event(
        certificate=certificate, kind=kind, happened_on=day, by=factories.recorder(), **fields
    )


def full_life(certificate, *, valid_until=UNTIL):
    happen(certificate, Kind.REQUESTED, on(0))
    happen(certificate, Kind.ISSUED, on(1), valid_until=valid_until)
    for shift, kind in ((2, Kind.RECEIVED), (3, Kind.HANDED_OVER), (4, Kind.AUTHENTICATED)):
        happen(certificate, kind, on(shift))


def funnel(certificate, day, **options) -> tuple[int, ...]:
    return tuple(
        tally(changes, certificate.facility, f"certificates_{kind}", day, **options).amount
        for kind in REACHED
    )


NONE, ALL = (0, 0, 0, 0, 0), (1, 1, 1, 1, 1)

# Each life is looked at as it was on the day, and as the trend sees it, from the end of the year.
LOOKS = pytest.mark.parametrize("until", [None, YEAR_END], ids=["that day", "looking back"])


@LOOKS
def test_each_step_counts_from_its_day_on(certificate, until):
    full_life(certificate)
    seen = [funnel(certificate, on(shift), until=until) for shift in range(-1, 6)]
    assert seen == [
        NONE,
        (1, 0, 0, 0, 0),
        (1, 1, 0, 0, 0),
        (1, 1, 1, 0, 0),
        (1, 1, 1, 1, 0),
        ALL,
        ALL,
    ]


@LOOKS
@pytest.mark.parametrize(("shift", "seen"), [(-1, ALL), (0, NONE), (1, NONE), (90, NONE)])
def test_an_expired_certificate_has_reached_nothing(certificate, until, shift, seen):
    full_life(certificate)
    assert funnel(certificate, UNTIL + timedelta(days=shift), until=until) == seen


@LOOKS
@pytest.mark.parametrize(("shift", "seen"), [(-1, ALL), (0, NONE), (1, NONE)])
def test_a_revoked_certificate_has_reached_nothing(certificate, until, shift, seen):
    full_life(certificate)
    happen(certificate, Kind.REVOKED, on(20), because="retired")
    assert funnel(certificate, on(20 + shift), until=until) == seen


@LOOKS
def test_revocation_after_expiry_takes_back_only_once(certificate, until):
    full_life(certificate)
    happen(certificate, Kind.REVOKED, UNTIL + timedelta(days=9))
    for shift in (0, 8, 9, 10):
        assert funnel(certificate, UNTIL + timedelta(days=shift), until=until) == NONE


@LOOKS
@pytest.mark.parametrize(
    ("day", "seen"),
    [
        (UNTIL - timedelta(days=1), ALL),
        (UNTIL, ALL),
        (date(2025, 5, 31), ALL),
        (date(2025, 6, 1), NONE),
    ],
)
def test_a_renewal_moves_the_end(certificate, until, day, seen):
    full_life(certificate)
    happen(certificate, Kind.RENEWED, UNTIL - timedelta(days=1), valid_until=date(2025, 6, 1))
    assert funnel(certificate, day, until=until) == seen


@LOOKS
def test_a_renewed_certificate_may_still_be_revoked(certificate, until):
    full_life(certificate)
    happen(certificate, Kind.RENEWED, on(30), valid_until=date(2025, 6, 1))
    happen(certificate, Kind.REVOKED, date(2025, 4, 1))
    assert funnel(certificate, date(2025, 3, 31), until=until) == ALL
    assert funnel(certificate, date(2025, 4, 1), until=until) == NONE


@LOOKS
def test_what_was_noted_after_the_end_never_counts(certificate, until):
    """Somebody notes the hand-over of a device whose certificate had ended by then."""
    happen(certificate, Kind.REQUESTED, on(0))
    happen(certificate, Kind.ISSUED, on(1), valid_until=UNTIL)
    happen(certificate, Kind.HANDED_OVER, UNTIL + timedelta(days=10))
    days = [on(1), UNTIL - timedelta(days=1), UNTIL, UNTIL + timedelta(days=9)]
    days += [UNTIL + timedelta(days=10), UNTIL + timedelta(days=11)]
    handed_over = [
        tally(changes, certificate.facility, "certificates_handed_over", day, until=until).amount
        for day in days
    ]
    assert handed_over == [0] * len(days)


@LOOKS
def test_a_returned_request_counts_again_when_it_is_made_again(certificate, until):
    happen(certificate, Kind.REQUESTED, on(0))
    happen(certificate, Kind.RETURNED, on(5), because="no official e-mail")
    happen(certificate, Kind.REQUESTED, on(8))
    happen(certificate, Kind.RETURNED, on(10), because="name misspelt")
    happen(certificate, Kind.REQUESTED, on(12))
    seen = [
        funnel(certificate, on(shift), until=until)[0]
        for shift in (-1, 0, 4, 5, 7, 8, 9, 10, 11, 12, 13)
    ]
    assert seen == [0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1]


@LOOKS
def test_a_certificate_issued_after_a_return_ends_with_one_request(certificate, until):
    happen(certificate, Kind.REQUESTED, on(0))
    happen(certificate, Kind.RETURNED, on(1))
    happen(certificate, Kind.REQUESTED, on(2))
    happen(certificate, Kind.ISSUED, on(3), valid_until=UNTIL)
    assert funnel(certificate, on(3), until=until)[:2] == (1, 1)
    assert funnel(certificate, UNTIL, until=until) == NONE


def test_changed_content_changes_no_count(certificate):
    full_life(certificate)
    happen(certificate, Kind.CHANGED, on(9))
    assert funnel(certificate, on(9)) == ALL


def test_withdrawing_the_revocation_brings_the_certificate_back(certificate):
    full_life(certificate)
    revoked = happen(certificate, Kind.REVOKED, on(20))
    withdraw(fact=revoked, because="another certificate", by=factories.recorder())
    assert funnel(certificate, on(25)) == ALL
    assert funnel(certificate, on(25), known_at=revoked.recorded_at) == NONE


def test_a_corrected_end_moves_the_expiry(certificate):
    full_life(certificate)
    issue = certificate.events.get(kind=Kind.ISSUED)
    correct(fact=issue, because="misread", by=factories.recorder(), valid_until=date(2025, 2, 1))
    assert funnel(certificate, date(2025, 1, 31)) == ALL
    assert funnel(certificate, date(2025, 2, 1)) == NONE


def test_the_end_takes_back_each_step_on_the_rung_it_stood_on(certificate):
    happen(certificate, Kind.REQUESTED, on(0))
    happen(
        certificate,
        Kind.ISSUED,
        on(1),
        valid_until=UNTIL,
        document=factories.DocumentFactory(),
    )
    checked = happen(certificate, Kind.AUTHENTICATED, on(4), document=factories.DocumentFactory())
    check(fact=checked, by=factories.UserFactory())
    place = certificate.facility
    expected = {
        "requested": Rung.REPORTED,
        "issued": Rung.DOCUMENTED,
        "authenticated": Rung.CHECKED,
    }
    for kind, rung in expected.items():
        component = f"certificates_{kind}"
        before = tally(changes, place, component, UNTIL - timedelta(days=1))
        assert [i for i, n in enumerate(before.by_rung) if n] == [rung]
        assert set(tally(changes, place, component, UNTIL).by_rung) == {0}


def test_certificates_of_one_facility_are_counted_together_and_apart_from_others():
    place = factories.facility()
    for _ in range(3):
        happen(factories.CertificateFactory(facility=place), Kind.REQUESTED, DAY)
    other = factories.CertificateFactory()
    happen(other, Kind.REQUESTED, DAY)
    assert tally(changes, place, "certificates_requested", DAY).amount == 3
    assert funnel(other, DAY)[0] == 1


class TestNeed:
    def need(self, place, quantity, since):
        row = SignatureNeed(facility=place, quantity=quantity, effective_from=since)
        return record(row, by=factories.recorder())

    @LOOKS
    @pytest.mark.parametrize(
        ("shift", "needed"), [(-1, 0), (0, 100), (29, 100), (30, 80), (59, 80), (60, 120)]
    )
    def test_a_new_need_leaves_the_days_before_as_they_were(self, until, shift, needed):
        place = factories.facility()
        self.need(place, 120, on(60))  # the order of typing does not matter
        self.need(place, 100, on(0))
        self.need(place, 80, on(30))
        found = tally(changes, place, "certificates_needed", on(shift), until=until)
        assert found.amount == needed

    def test_nobody_said_how_many_is_not_the_same_as_none(self):
        unsaid, none = factories.facility(), factories.facility()
        self.need(none, 0, DAY)
        assert tally(changes, unsaid, "certificates_needed", DAY).newest_on is None
        assert tally(changes, none, "certificates_needed", DAY).newest_on == DAY
