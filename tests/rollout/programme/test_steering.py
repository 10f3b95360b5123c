"""Which province is steered: from the day of a decision on another one, and the days before keep theirs."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from facilities.models import Area, AreaName
from rollout.models import Programme, ProgrammeArea
from rollout.programme.beginning import begin_programme
from rollout.programme.provinces import names_on
from rollout.programme.services import steer
from tests import factories
from tests.writing import write

pytestmark = pytest.mark.django_db

DAY = date(2025, 7, 1)


@pytest.fixture
def bac_ninh():
    begin_programme(
        name_vi="Bắc Giang",
        name_en="Bac Giang",
        areas=[("Huyện Lục Nam", "")],
        level="district",
        since=factories.START,
        by=factories.recorder(),
    )
    area = Area.objects.create(code="bac-ninh", level="province")
    write(AreaName(area=area, name_vi="Bắc Ninh", name_en="Bac Ninh", effective_from=DAY))
    return area


def merged(area, on=DAY):
    return steer(
        programme=Programme.objects.get(),
        area=area,
        on=on,
        because="Nghị quyết 202/2025/QH15",
        by=factories.recorder(),
    )


@pytest.mark.parametrize(("shift", "name"), [(-1, "Bắc Giang"), (0, "Bắc Ninh"), (1, "Bắc Ninh")])
def test_the_name_changes_on_the_very_day(bac_ninh, shift, name):
    merged(bac_ninh)
    assert names_on(DAY + timedelta(days=shift))[0] == name


def test_what_was_known_before_the_decision_stays(bac_ninh):
    moment = merged(bac_ninh).recorded_at - timedelta(microseconds=1)
    assert names_on(DAY, moment)[0] == "Bắc Giang"


def test_an_area_that_is_no_province_is_refused(bac_ninh):
    with pytest.raises(ValidationError) as refused:
        merged(Area.objects.get(level="district"))
    assert set(refused.value.message_dict) == {"area"}
    assert not ProgrammeArea.objects.exists()


def test_a_second_decision_for_the_day_holds(bac_ninh):
    other = Area.objects.create(code="thai-nguyen", level="province")
    write(AreaName(area=other, name_vi="Thái Nguyên", effective_from=DAY))
    merged(other)
    merged(bac_ninh)
    assert names_on(DAY)[0] == "Bắc Ninh"
    assert ProgrammeArea.objects.known().count() == 1
