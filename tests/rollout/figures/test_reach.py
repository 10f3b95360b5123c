"""How far a write reaches: whose version it moves, and who is read again after it."""

from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from equipment.models import ProcurementLot, StageEvent
from equipment.stages import Stage
from facilities.as_of import AsOf
from facilities.bulk import insert
from facilities.models import ChangeSet, Document, FacilityName, FacilityVersion, Ledger, Tracked
from facilities.models.facts import NOBODY
from facilities.reorganising import merge
from facilities.services import check, record, withdraw
from rollout.figures.due import Asked, Due
from rollout.figures.measures import MEASURES
from rollout.figures.progress import progress
from rollout.figures.reach import Reach
from rollout.figures.trend import trend
from rollout.forecasting import forecast_of
from rollout.models import CouncilDate, Milestone, MilestoneEvent
from rollout.programme.services import schedule_council
from tests import factories

pytestmark = pytest.mark.django_db

ON = date(2025, 5, 21)


def moved(write) -> tuple[set[str], bool]:
    """Codes of the facilities that a write reaches alone, and whether it may reach any."""
    before = Ledger.current()
    write()
    _version, general = Ledger.versions()
    rows = FacilityVersion.objects.filter(version__gt=before)
    return set(rows.values_list("facility__code", flat=True)), general > before


def launch(place, **also) -> MilestoneEvent:
    return MilestoneEvent(facility=place, milestone=Milestone.LAUNCH, happened_on=ON, **also)


@pytest.fixture
def places():
    return [factories.facility(f"f{n}") for n in range(3)]


def by():
    return factories.recorder()


def test_a_fact_reaches_its_facility(places):
    assert moved(lambda: record(launch(places[0]), by=by())) == ({"f0"}, False)


def test_withdrawing_and_checking_reach_it_as_well(places):
    paper = factories.DocumentFactory()
    facts = [record(launch(place, document=paper), by=by()) for place in places[:2]]
    checker = factories.UserFactory()
    assert moved(lambda: check(fact=facts[0], by=checker)) == ({"f0"}, False)
    withdrawing = {"fact": facts[1], "because": "wrong", "by": by()}
    assert moved(lambda: withdraw(**withdrawing)) == ({"f1"}, False)


def test_many_rows_at_once_reach_theirs(places):
    rows = [launch(place, recorded_by=by()) for place in places[:2]]
    assert moved(lambda: insert(rows)) == ({"f0", "f1"}, False)
    those = MilestoneEvent.objects.filter(facility=places[1])
    assert moved(lambda: those.update(source="a file")) == ({"f1"}, False)


def test_a_row_that_is_laid_to_another_facility_reaches_both(places):
    file = factories.ProcurementFactory(facility=places[0])

    def lay():
        file.facility = places[1]
        file.save()

    assert moved(lay) == ({"f0", "f1"}, False)
    others = type(file).objects.filter(pk=file.pk)
    assert moved(lambda: others.update(facility=places[2])) == (set(), True)


def test_the_way_to_the_facility_may_lead_over_other_rows(places):
    meeting = factories.CouncilMeetingFactory(facility=places[1])
    fixing = {"meeting": meeting, "scheduled_on": ON, "set_on": ON, "by": by()}
    assert moved(lambda: schedule_council(**fixing)) == ({"f1"}, False)
    rows = [
        CouncilDate(
            meeting=meeting, scheduled_on=ON, effective_from=date(2025, 5, 22), recorded_by=by()
        )
    ]
    assert moved(lambda: insert(rows)) == ({"f1"}, False)


def test_what_describes_or_measures_may_reach_any(places):
    assert moved(lambda: FacilityName.objects.update(name_en="Other")) == (set(), True)
    assert moved(lambda: factories.weigh("servers", 3)) == (set(), True)


def test_deleting_may_reach_any(places):
    record(launch(places[0]), by=by())
    assert moved(lambda: MilestoneEvent.objects.all().delete()) == (set(), True)


def test_a_new_paper_reaches_nobody_and_a_changed_one_anybody():
    found = {}
    assert moved(lambda: found.update(paper=factories.DocumentFactory())) == (set(), False)
    papers = Document.objects.filter(pk=found["paper"].pk)
    assert moved(lambda: papers.update(issued_on=ON)) == (set(), True)


def test_an_officer_who_is_heard_from_reaches_the_facility(places):
    def hear(place):
        ChangeSet.objects.create(kind=ChangeSet.Kind.REPORT, by=by(), facility=place)

    assert moved(lambda: hear(places[2])) == ({"f2"}, False)
    assert moved(lambda: hear(None)) == (set(), False)


def test_no_figure_is_read_from_what_is_said_to_reach_nobody(places):
    record(launch(places[0]), by=by())
    with CaptureQueriesContext(connection) as asked:
        progress(ON, compare=date(2025, 2, 18))
        forecast_of(AsOf(ON))
        Due.begin(Asked(ON))
        for measure in MEASURES:
            trend(measure, ON, ON)
    read = " ".join(query["sql"] for query in asked)
    tables = {
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, Tracked) and model.reaches == NOBODY
    }
    assert "rollout_directive" in tables  # read in Due, but kept in no part
    aside = {"rollout_directive", "rollout_directivedue", "rollout_directiveevent"}
    assert [table for table in sorted(tables - aside) if f'"{table}"' in read] == []


def test_the_family_of_a_merger_is_read_together(places):
    merge(predecessors=places[:1], successor=places[1], on=ON, because="merged", by=by())
    ids = {place.pk for place in places[:2]}
    assert Reach.of({places[0].pk}) == Reach.of({places[1].pk}) == (ids, ids)


def test_what_a_buyer_records_reaches_those_it_buys_for(places):
    file = factories.ProcurementFactory(facility=places[0])
    lot = ProcurementLot(
        procurement=file, facility=places[1], device_type=factories.server_type(), quantity=1
    )
    record(lot, by=by())
    stage = StageEvent(procurement=file, facility=places[0], stage=Stage.NEED, happened_on=ON)
    assert moved(lambda: record(stage, by=by())) == ({"f0"}, False)
    both = {places[0].pk, places[1].pk}
    assert Reach.of({places[0].pk}) == (both, both)
    assert Reach.of({places[1].pk}) == ({places[1].pk}, both)
