"""What the verbs of digital signatures refuse."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from signatures.services import record_event
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_request_is_answered_once_by_its_issue_or_by_its_return():
    by, certificate = factories.recorder(), factories.CertificateFactory()
    common = {"certificate": certificate, "by": by}
    record_event(kind="requested", happened_on=date(2025, 1, 1), **common)
    record_event(kind="returned", happened_on=date(2025, 1, 5), **common)
    issue = {"kind": "issued", "valid_until": date(2029, 1, 1), **common}
    with pytest.raises(ValidationError):
        record_event(happened_on=date(2025, 1, 6), **issue)
    record_event(kind="requested", happened_on=date(2025, 1, 7), **common)
    record_event(happened_on=date(2025, 1, 8), **issue)
    with pytest.raises(ValidationError):
        record_event(kind="returned", happened_on=date(2025, 1, 9), **common)
