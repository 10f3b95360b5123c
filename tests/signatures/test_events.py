"""What may happen to a certificate, in which order, and for how long it may be valid."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from facilities.services import correct, withdraw
from signatures.models import Certificate, CertificateEvent
from signatures.services import record_event
from signatures.validity import latest_end, years_after
from tests import factories
from tests.writing import database_refuses, refused

pytestmark = pytest.mark.django_db

Kind = CertificateEvent.Kind
ISSUED_ON = date(2025, 6, 1)
FIVE_YEARS = date(2030, 6, 1)
THREE_MORE = date(2033, 6, 1)
RENEWED_ON = date(2030, 4, 1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _years_later():
    """Renewals of 2030 can be written down only once they have happened."""
    with time_machine.travel(datetime(2035, 1, 1, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def certificate():
    return factories.CertificateFactory()


def happen(certificate, kind, on, **fields):
    return record_event(
        certificate=certificate, kind=kind, happened_on=on, by=factories.recorder(), **fields
    )


def issued(certificate, valid_until=FIVE_YEARS):
    happen(certificate, Kind.REQUESTED, ISSUED_ON - DAY)
    return happen(certificate, Kind.ISSUED, ISSUED_ON, valid_until=valid_until)


def kinds(certificate) -> list[tuple]:
    return list(certificate.events.known().values_list("kind", "attempt").order_by("pk"))


class TestValidity:
    """Decree 68/2024: five years at most when new, three more at most when extended."""

    @pytest.mark.parametrize(
        ("until", "lawful"),
        [(FIVE_YEARS - DAY, True), (FIVE_YEARS, True), (FIVE_YEARS + DAY, False)],
    )
    def test_issued_on_1_june_2025_ends_no_later_than_1_june_2030(self, certificate, until, lawful):
        if lawful:
            assert issued(certificate, until).valid_until == until
        else:
            with pytest.raises(ValidationError) as refused:
                issued(certificate, until)
            assert refused.value.message_dict.keys() == {"valid_until"}
            assert "01/06/2030" in str(refused.value)
            assert kinds(certificate) == [("requested", 1)]

    @pytest.mark.parametrize(
        ("until", "lawful"),
        [(THREE_MORE - DAY, True), (THREE_MORE, True), (THREE_MORE + DAY, False)],
    )
    def test_one_extension_ends_no_later_than_1_june_2033(self, certificate, until, lawful):
        issued(certificate)
        if lawful:
            happen(certificate, Kind.RENEWED, RENEWED_ON, valid_until=until)
            assert ("renewed", 1) in kinds(certificate)
        else:
            with pytest.raises(ValidationError):
                happen(certificate, Kind.RENEWED, RENEWED_ON, valid_until=until)
            assert ("renewed", 1) not in kinds(certificate)

    @pytest.mark.parametrize(
        ("until", "lawful"), [(date(2030, 1, 1), True), (date(2030, 1, 2), False)]
    )
    def test_an_extension_begins_where_a_shorter_validity_ended(self, certificate, until, lawful):
        issued(certificate, valid_until=date(2027, 1, 1))
        named = refused(happen, certificate, Kind.RENEWED, date(2026, 12, 1), valid_until=until)
        assert named == (set() if lawful else {"valid_until"})
        assert (("renewed", 1) in kinds(certificate)) == lawful

    def test_a_corrected_extension_is_not_measured_from_itself(self, certificate):
        issued(certificate)
        renewal = happen(certificate, Kind.RENEWED, RENEWED_ON, valid_until=date(2032, 6, 1))
        by = factories.recorder()
        with pytest.raises(ValidationError):
            correct(fact=renewal, because="misread", by=by, valid_until=THREE_MORE + DAY)
        renewal.refresh_from_db()
        new = correct(fact=renewal, because="misread", by=by, valid_until=THREE_MORE)
        assert new.valid_until == THREE_MORE

    @pytest.mark.parametrize("until", [None, ISSUED_ON, ISSUED_ON - DAY])
    def test_an_issued_certificate_is_valid_for_at_least_a_day(self, certificate, until):
        with pytest.raises(ValidationError):
            issued(certificate, until)
        assert kinds(certificate) == [("requested", 1)]

    @pytest.mark.parametrize(
        ("day", "years", "end"),
        [
            (date(2025, 6, 1), 5, date(2030, 6, 1)),
            (date(2024, 2, 29), 5, date(2029, 3, 1)),
            (date(2024, 2, 29), 4, date(2028, 2, 29)),
            (date(2024, 12, 31), 3, date(2027, 12, 31)),
        ],
    )
    def test_years_after(self, day, years, end):
        assert years_after(day, years) == end

    @pytest.mark.parametrize("kind", [k for k in Kind if k not in ("issued", "renewed")])
    def test_only_issue_and_renewal_have_an_end(self, kind):
        assert latest_end(kind, ISSUED_ON) is None


class TestOrder:
    @pytest.mark.parametrize(
        "kind", [Kind.RECEIVED, Kind.HANDED_OVER, Kind.AUTHENTICATED, Kind.CHANGED, Kind.REVOKED]
    )
    @pytest.mark.parametrize(("shift", "possible"), [(-1, False), (0, True), (1, True)])
    def test_nothing_happens_to_a_certificate_before_it_is_issued(
        self, certificate, kind, shift, possible
    ):
        issued(certificate)
        named = refused(happen, certificate, kind, ISSUED_ON + shift * DAY)
        assert named == (set() if possible else {"happened_on"})
        assert ((kind, 1) in kinds(certificate)) == possible

    @pytest.mark.parametrize("kind", [Kind.ISSUED, Kind.RETURNED])
    def test_nothing_is_answered_that_was_not_requested(self, certificate, kind):
        until = FIVE_YEARS if kind == Kind.ISSUED else None
        with pytest.raises(ValidationError):
            happen(certificate, kind, ISSUED_ON, valid_until=until)
        assert kinds(certificate) == []

    def test_a_withdrawn_request_is_no_request(self, certificate):
        request = happen(certificate, Kind.REQUESTED, ISSUED_ON)
        withdraw(fact=request, because="other person", by=factories.recorder())
        with pytest.raises(ValidationError):
            happen(certificate, Kind.ISSUED, ISSUED_ON, valid_until=FIVE_YEARS)
        assert kinds(certificate) == []

    @pytest.mark.parametrize(
        "kind", [Kind.ISSUED, Kind.RECEIVED, Kind.HANDED_OVER, Kind.AUTHENTICATED, Kind.REVOKED]
    )
    def test_what_happens_once_is_refused_the_second_time(self, certificate, kind):
        issued(certificate)
        later = ISSUED_ON + 9 * DAY
        until = FIVE_YEARS if kind == Kind.ISSUED else None
        if kind != Kind.ISSUED:
            happen(certificate, kind, later)
        with pytest.raises(ValidationError):
            happen(certificate, kind, later, valid_until=until)
        assert [k for k, _n in kinds(certificate)].count(kind) == 1

    def test_content_may_change_more_than_once(self, certificate):
        issued(certificate)
        for n in (1, 2):
            happen(certificate, Kind.CHANGED, ISSUED_ON + n * DAY)
        assert kinds(certificate)[2:] == [("changed", 1), ("changed", 2)]

    def test_it_is_requested_again_only_after_a_return(self, certificate):
        happen(certificate, Kind.REQUESTED, ISSUED_ON)
        with pytest.raises(ValidationError):
            happen(certificate, Kind.REQUESTED, ISSUED_ON + DAY)
        happen(certificate, Kind.RETURNED, ISSUED_ON + 3 * DAY, because="no official e-mail")
        with pytest.raises(ValidationError):
            happen(certificate, Kind.REQUESTED, ISSUED_ON + 2 * DAY)
        happen(certificate, Kind.REQUESTED, ISSUED_ON + 3 * DAY)
        assert kinds(certificate) == [("requested", 1), ("returned", 1), ("requested", 2)]

    def test_a_return_does_not_come_before_the_request_it_ends(self, certificate):
        happen(certificate, Kind.REQUESTED, ISSUED_ON)
        happen(certificate, Kind.RETURNED, ISSUED_ON + 3 * DAY)
        happen(certificate, Kind.REQUESTED, ISSUED_ON + 9 * DAY)
        with pytest.raises(ValidationError):
            happen(certificate, Kind.RETURNED, ISSUED_ON + 5 * DAY)
        assert kinds(certificate)[-1] == ("requested", 2)

    def test_one_request_is_returned_once(self, certificate):
        happen(certificate, Kind.REQUESTED, ISSUED_ON)
        happen(certificate, Kind.RETURNED, ISSUED_ON)
        with pytest.raises(ValidationError):
            happen(certificate, Kind.RETURNED, ISSUED_ON + DAY)
        assert kinds(certificate) == [("requested", 1), ("returned", 1)]

    @pytest.mark.parametrize(
        ("on", "possible"),
        [(FIVE_YEARS - DAY, True), (FIVE_YEARS, False), (FIVE_YEARS + DAY, False)],
    )
    def test_an_ended_certificate_is_not_renewed(self, certificate, on, possible):
        issued(certificate)
        named = refused(happen, certificate, Kind.RENEWED, on, valid_until=THREE_MORE)
        assert named == (set() if possible else {"happened_on"})
        assert (("renewed", 1) in kinds(certificate)) == possible

    @pytest.mark.parametrize(("shift", "possible"), [(-1, True), (0, False), (1, False)])
    def test_a_revoked_certificate_is_not_renewed(self, certificate, shift, possible):
        issued(certificate)
        happen(certificate, Kind.REVOKED, RENEWED_ON, because="retired")
        on = RENEWED_ON + shift * DAY
        named = refused(happen, certificate, Kind.RENEWED, on, valid_until=THREE_MORE)
        assert named == (set() if possible else {"happened_on"})
        assert (("renewed", 1) in kinds(certificate)) == possible


class TestTheDatabaseRefuses:
    """Raw writes, past every verb."""

    def raw(self, certificate, kind, *, attempt=1, until=None) -> bool:
        event = CertificateEvent(
            certificate=certificate,
            facility=certificate.facility,
            kind=kind,
            attempt=attempt,
            happened_on=ISSUED_ON,
            valid_until=until,
            recorded_by=factories.recorder(),
        )
        return not database_refuses(CertificateEvent.objects.bulk_create, [event])

    @pytest.mark.parametrize("kind", Kind.values)
    @pytest.mark.parametrize(
        ("until", "has_end"),
        [(None, False), (ISSUED_ON - DAY, None), (ISSUED_ON, None), (ISSUED_ON + DAY, True)],
    )
    def test_an_end_where_none_belongs_and_none_where_one_belongs(
        self, certificate, kind, until, has_end
    ):
        ends = kind in ("issued", "renewed")
        assert self.raw(certificate, kind, until=until) == (has_end == ends)

    @pytest.mark.parametrize("kind", Kind.values)
    @pytest.mark.parametrize("attempt", [0, 1, 2])
    def test_an_attempt_where_nothing_is_tried_again(self, certificate, kind, attempt):
        until = FIVE_YEARS if kind in ("issued", "renewed") else None
        lawful = attempt == 1 or (attempt == 2 and kind in CertificateEvent.REPEATABLE)
        assert self.raw(certificate, kind, attempt=attempt, until=until) == lawful

    def test_one_event_twice(self, certificate):
        assert self.raw(certificate, Kind.REQUESTED)
        assert not self.raw(certificate, Kind.REQUESTED)
        assert self.raw(certificate, Kind.REQUESTED, attempt=2)

    def test_two_certificates_with_one_serial(self):
        factories.CertificateFactory(serial="5402ab")
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.CertificateFactory(serial="5402ab")
        for _ in range(2):
            factories.CertificateFactory(serial="")
        assert Certificate.objects.count() == 3


def test_no_column_could_hold_an_id_card_or_a_birth_date():
    names = {field.name for field in Certificate._meta.get_fields()}
    assert not {n for n in names if "birth" in n or "card" in n or "identity" in n}
    assert "holder" in names
