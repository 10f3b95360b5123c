"""What Bac Giang's own records say against each other on the day of the report."""

from datetime import date

import pytest

from facilities.as_of import AsOf
from rollout.figures.contradictions import contradictions

pytestmark = pytest.mark.django_db


def test_nothing_contradicts_on_the_day_of_the_report(bac_giang):
    found = contradictions(AsOf(date(2025, 5, 21)))
    assert [(one.rule, str(one.said)) for one in found] == []
