"""The numbers of a brief open their rows also where half of the registers are empty."""

from datetime import date

import pytest

from facilities.models import Role
from rollout.publishing.brief.document import brief
from rollout.registers.loading import load_province
from tests import factories
from tests.rollout import half_known_province
from tests.rollout.publishing.brief.reader import Reader


@pytest.mark.django_db
def test_of_how_many_it_is_known_and_of_how_many_not(client, tmp_path):
    half_known_province.write(tmp_path)
    load_province(tmp_path)
    client.force_login(factories.user_with(Role.LEADER))
    made = brief(None, on=date(2025, 5, 21))
    assert "not_known_of" in {s.code for section in made.sections for s in section.sentences}
    assert Reader(client).wrong(made) == []
