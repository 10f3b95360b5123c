"""Every number of a brief opens rows that hold it: counted, or added up, they give the number."""

from datetime import date

import pytest

from facilities.models import Role
from rollout.models import WorkingSession
from rollout.publishing.brief.document import Brief, brief, compared_with
from rollout.publishing.brief.values import Count, Share
from tests import factories
from tests.rollout.publishing.brief.reader import Reader, values_of

pytestmark = pytest.mark.django_db

ON = date(2025, 5, 21)


@pytest.fixture
def reader(client):
    client.force_login(factories.user_with(Role.LEADER))
    return Reader(client)


def of_session(session: WorkingSession, on: date) -> Brief:
    compare, compare_known_at = compared_with(session)
    return brief(session, on=on, compare=compare, compare_known_at=compare_known_at)


@pytest.mark.parametrize(
    ("held_on", "on"),
    [
        (date(2025, 2, 18), date(2025, 2, 18)),
        (ON, ON),
        (ON, date(2026, 3, 1)),
    ],
)
def test_every_number_of_bac_giang(bac_giang, reader, held_on, on):
    made = of_session(WorkingSession.objects.get(held_on=held_on), on)
    numbers = [v for _s, _n, v in values_of(made) if isinstance(v, Count | Share) and v.words()]
    assert len(numbers) >= 20
    assert not reader.wrong(made)
