"""A brief reads a fixed number of times, however large the province."""

from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from rollout.models import WorkingSession
from rollout.publishing.brief.document import brief
from rollout.publishing.brief.rendering import drawn
from tests.house.busy_province import busy_province

pytestmark = pytest.mark.django_db

ON = date(2025, 5, 21)


def queries(facilities: int) -> int:
    """Of a brief of a province of that size, which is gone again afterwards."""
    with transaction.atomic():
        busy_province(facilities)
        session = WorkingSession.objects.get()
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            made = brief(session, on=ON, compare=date(2025, 4, 21))
            drawn(made.sections, "en")
        transaction.set_rollback(True)
    return len(captured)


def test_the_number_of_queries_does_not_grow():
    assert queries(3) == queries(12)
