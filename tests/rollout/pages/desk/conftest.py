"""A small province with connections to look at from the desk."""

from datetime import date

import pytest

from connectivity.models import ConnectionStep
from facilities.models import Role
from facilities.services import record
from tests.factories import PartnerFactory, facility, programme, recorder, user_with


@pytest.fixture
def department(client):
    """Signed in as Department staff."""
    programme()
    user = user_with(Role.DEPARTMENT)
    client.force_login(user)
    return user


@pytest.fixture
def connected():
    """Three facilities; the first has an account since 7 February 2025."""
    partner = PartnerFactory()
    places = [
        facility("luc-nam", name_vi="Trung tâm Y tế Lục Nam", name_en="Luc Nam Centre"),
        facility("tan-yen", name_vi="Trung tâm Y tế Tân Yên"),
        facility("son-dong", name_vi="Trung tâm Y tế Sơn Động"),
    ]
    record(
        ConnectionStep(
            facility=places[0],
            partner=partner,
            step=ConnectionStep.Step.ACCOUNT,
            happened_on=date(2025, 2, 7),
        ),
        by=recorder(),
    )
    return places
