"""Many rows at once store what the ORM's own way would store."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from facilities import bulk
from facilities.models import FacilityName, Ledger
from tests import factories

pytestmark = pytest.mark.django_db

AT = datetime(2025, 5, 21, 3, 30, 15, 123456, tzinfo=UTC)


def name(place, name_vi: str, **fields) -> FacilityName:
    by = factories.recorder()
    fields = {"effective_from": date(2025, 5, 21), "recorded_at": AT} | fields
    return FacilityName(facility=place, name_vi=name_vi, recorded_by=by, **fields)


def stored(row: FacilityName) -> dict:
    return {
        field.name: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in ("id", "facility")
    }


def test_inserted_rows_equal_saved_ones():
    text = "Trung tâm Y tế “Lục Nam”, 100% \\ 'x'"
    saved, inserted = factories.facility(since=date(2024, 1, 1)), factories.facility()
    name(saved, text).save()
    version = Ledger.current()
    bulk.insert([name(inserted, text), name(inserted, text, effective_from=date(2025, 5, 22))])
    assert Ledger.current() > version
    found = [
        FacilityName.objects.get(facility=place, effective_from=date(2025, 5, 21))
        for place in (saved, inserted)
    ]
    assert stored(found[0]) == stored(found[1])
    assert found[1].search_key.startswith("trung tam y te “luc nam”")


def test_updated_rows_keep_their_other_fields():
    places = [factories.facility() for _n in range(3)]
    names = list(FacilityName.objects.filter(facility__in=places).order_by("pk"))
    for n, row in enumerate(names):
        row.name_vi, row.name_en = f"Lục {n}", "not asked to be stored"
    bulk.update(names, ["name_vi", "search_key"])
    found = FacilityName.objects.order_by("pk").values_list("name_vi", "name_en", "search_key")
    assert list(found) == [(f"Lục {n}", "", f"luc {n} not asked to be stored") for n in range(3)]


def test_what_the_database_refuses_stores_nothing():
    place = factories.facility()
    twice = [name(place, "A"), name(place, "B")]
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(twice)
    assert FacilityName.objects.count() == 1


def test_nothing_is_nothing():
    version = Ledger.current()
    bulk.insert([])
    bulk.update([], ["name_vi"])
    assert Ledger.current() == version
