"""What is asked over and over is built once, and answers each time as if it were built anew."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from facilities.models import Area, AreaName, Document, FacilityName, FacilityScope
from facilities.services import record, withdraw
from rollout.models import MilestoneEvent
from tests import factories

pytestmark = pytest.mark.django_db

ON = date(2025, 5, 21)


def statement(rows) -> tuple:
    return rows.query.get_compiler("default").as_sql()


@pytest.mark.parametrize(
    ("model", "question", "arguments"),
    [
        (MilestoneEvent, "proven", (ON,)),
        (MilestoneEvent, "proven", (ON, timezone.now())),
        (MilestoneEvent, "as_of", (ON + timedelta(days=1),)),
        (MilestoneEvent, "with_rung", ()),
        (FacilityName, "in_force", (ON,)),
        (FacilityScope, "in_force", (ON,)),
        (FacilityName, "known", ()),
        (Document, "known", (timezone.now(),)),
    ],
)
def test_it_asks_what_would_be_asked_otherwise(model, question, arguments):
    anew = statement(getattr(model.objects.all(), question)(*arguments))
    for _time in range(2):
        assert statement(getattr(model.objects, question)(*arguments)) == anew
    others = getattr(model.objects, question)(*arguments).filter(pk=1)
    assert statement(others) != anew
    assert statement(getattr(model.objects, question)(*arguments)) == anew


def test_no_row_is_kept():
    factories.programme()
    place, by = factories.facility("one"), factories.recorder()

    def reached(milestone: str) -> MilestoneEvent:
        event = MilestoneEvent(facility=place, milestone=milestone, happened_on=ON)
        return record(event, by=by)

    event = reached("launch")
    assert [row.pk for row in MilestoneEvent.objects.proven(ON)] == [event.pk]
    later = reached("pilot")
    withdraw(fact=event, because="sai", by=by)
    assert [row.pk for row in MilestoneEvent.objects.proven(ON)] == [later.pk]
    assert not MilestoneEvent.objects.proven(ON - timedelta(days=1)).exists()


def test_the_names_of_one_area_are_not_those_of_another():
    by = factories.recorder()
    areas = [Area.objects.create(code=code, level=Area.Level.DISTRICT) for code in ("n", "s")]
    for area in areas:
        AreaName.objects.create(area=area, name_vi=area.code, effective_from=ON, recorded_by=by)
    found = [[name.name_vi for name in area.names.in_force(ON)] for area in areas]
    assert found == [["n"], ["s"]]
