"""A facility and its officer on the day of the working session."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from facilities.models import Role
from tests import factories

NOW = datetime(2025, 5, 21, 10, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def place():
    factories.programme()
    factories.PartnerFactory()
    return factories.facility("luc-nam", name_vi="Trung tâm Y tế Lục Nam")


@pytest.fixture
def other(place):
    return factories.facility("tan-yen", name_vi="Trung tâm Y tế Tân Yên")


@pytest.fixture
def officer(client, place):
    """Signed in, for the one facility."""
    user = factories.user_with(Role.OFFICER, facility=place)
    client.force_login(user)
    return user
