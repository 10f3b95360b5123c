"""The ledger moves with every way of writing, and only then."""

from datetime import date

import pytest
from django.db import transaction

from facilities.models import Area, FacilityName, Ledger
from facilities.services import correct, record, withdraw
from facilities.signals import facts_changed
from rollout.models import Milestone, MilestoneEvent
from tests import factories

pytestmark = pytest.mark.django_db


def new_area(code: str) -> Area:
    return Area(code=code, level=Area.Level.DISTRICT)


def save_new():
    new_area("new").save()


def save_again():
    Area.objects.get(code="here").save()


def create():
    Area.objects.create(code="new", level=Area.Level.DISTRICT)


def bulk_create():
    Area.objects.bulk_create([new_area("a"), new_area("b")])


def bulk_update():
    area = Area.objects.get(code="here")
    area.level = Area.Level.COMMUNE
    Area.objects.bulk_update([area], ["level"])


def update():
    Area.objects.filter(code="here").update(level=Area.Level.COMMUNE)


def update_or_create():
    Area.objects.update_or_create(code="here", defaults={"level": Area.Level.COMMUNE})


def delete_one():
    Area.objects.get(code="here").delete()


def delete_many():
    Area.objects.filter(code="here").delete()


@pytest.mark.parametrize(
    "write",
    [
        save_new,
        save_again,
        create,
        bulk_create,
        bulk_update,
        update,
        update_or_create,
        delete_one,
        delete_many,
    ],
    ids=lambda write: write.__name__,
)
def test_moves_with_every_way_of_writing(write):
    new_area("here").save()
    before = Ledger.current()
    write()
    assert Ledger.current() > before


def update_nothing():
    Area.objects.filter(code="nowhere").update(level=Area.Level.COMMUNE)


def delete_nothing():
    Area.objects.filter(code="nowhere").delete()


def create_nothing():
    Area.objects.bulk_create([])


def get():
    Area.objects.get_or_create(code="here")


@pytest.mark.parametrize(
    "read",
    [update_nothing, delete_nothing, create_nothing, get],
    ids=lambda read: read.__name__,
)
def test_stays_when_nothing_was_written(read):
    new_area("here").save()
    before = Ledger.current()
    read()
    assert Ledger.current() == before


def test_moves_with_every_verb():
    launched = record(
        MilestoneEvent(
            facility=factories.facility(),
            milestone=Milestone.LAUNCH,
            happened_on=date(2025, 5, 21),
        ),
        by=factories.recorder(),
    )
    recorded = Ledger.current()
    new = correct(fact=launched, because="another day", by=factories.recorder())
    corrected = Ledger.current()
    withdraw(fact=new, because="never happened", by=factories.recorder())
    assert recorded < corrected < Ledger.current()


def test_moves_when_an_agency_joins_or_leaves_a_directive():
    directive = factories.DirectiveFactory()
    agency = factories.AgencyFactory()
    before = Ledger.current()
    directive.coordinating.add(agency)
    joined = Ledger.current()
    directive.coordinating.remove(agency)
    assert before < joined < Ledger.current()


def test_an_undone_write_leaves_the_version_where_it_was():
    factories.facility()
    before = Ledger.current()
    with transaction.atomic():
        FacilityName.objects.update(name_en="Undone")
        assert Ledger.current() == before + 1
        transaction.set_rollback(True)
    assert Ledger.current() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", [create, update, delete_one, delete_many, bulk_create])
def test_no_write_is_stored_without_its_move(write, monkeypatch):
    new_area("here").save()
    before = list(Area.objects.values_list("code", "level"))

    def crash(*_reached):
        raise RuntimeError

    monkeypatch.setattr(Ledger, "touch", crash)
    with pytest.raises(RuntimeError):
        write()
    assert list(Area.objects.values_list("code", "level")) == before


def test_the_storeys_above_hear_of_each_write_once():
    heard = []

    def listen(**_kwargs):
        heard.append(Ledger.current())

    facts_changed.connect(listen)
    try:
        before = Ledger.current()
        Area.objects.bulk_create([new_area("a"), new_area("b")])
    finally:
        facts_changed.disconnect(listen)
    assert heard == [before + 1]


def test_an_empty_installation_stands_at_zero():
    Ledger.objects.all().delete()
    assert Ledger.current() == 0
    Ledger.touch()
    assert Ledger.current() == 1
