"""A province of twelve kinds and five managing bodies fits in by its files alone."""

from collections import Counter
from datetime import date

import pytest

from facilities.as_of import AsOf
from rollout.figures.contradictions import contradictions
from rollout.figures.progress import progress
from rollout.programme.legal import legal_deadlines, nearest
from rollout.programme.provinces import names_on
from rollout.registers.loading import load_province
from tests.rollout import many_kinds_province as many

pytestmark = pytest.mark.django_db

ON = date(2026, 3, 2)


@pytest.fixture
def _loaded(tmp_path):
    many.write(tmp_path / "hai-son")
    load_province(tmp_path / "hai-son")


@pytest.mark.usefixtures("_loaded")
class TestTheProvince:
    def test_every_kind_and_owner_has_its_name(self):
        facilities = AsOf(ON).on(ON)
        assert len({f.kind for f in facilities}) == len(many.KINDS) == 12
        assert len({f.managed_by for f in facilities}) == len(many.BODIES) == 5
        assert all(f.kind_label not in ("", f.kind) for f in facilities)
        assert all(f.managed_by_label not in ("", f.managed_by) for f in facilities)
        assert names_on(ON)[0] == "Hải Sơn"
        assert Counter(f.is_local for f in facilities) == {True: 24, False: 36}

    def test_who_must_is_counted_and_who_need_not_is_told(self):
        official = progress(ON).measure("official")
        assert (official.done, official.total) == (14, 56)
        assert (official.beyond, official.not_obliged) == (2, 2)
        assert official.missing == 56 - 12
        assert official.facilities == 58  # two are only watched

    def test_each_kind_is_bound_by_its_deadline_and_the_nearest_says_who_set_it(self):
        standing = legal_deadlines(ON)
        by_kind = {f.kind: f for f in AsOf(ON).on(ON) if f.is_obliged}
        law = {kind: nearest(standing, [facility], ON) for kind, facility in by_kind.items()}
        assert law["general_hospital"] is None  # its day has passed
        assert law["health_station"].code == "muc-tieu-tinh"
        assert law["health_station"].set_by == "province"
        assert nearest(standing, [by_kind["general_hospital"]]).code == "benh-vien"

    def test_a_station_is_official_without_a_council_and_nothing_was_passed_over(self):
        as_of = AsOf(ON)
        stations = {f.id for f in as_of.on(ON) if f.kind == "health_station"}
        found = progress(ON)
        done = [r for r in found.facilities if r.id in stations and r.measures["official"].done]
        assert len(done) == 3
        assert not [one for one in contradictions(as_of) if one.facility_id in stations]

    def test_what_is_tracked_for_a_kind_is_known_of_that_kind_alone(self):
        servers = progress(ON).measure("servers")
        hospitals = [f for f in AsOf(ON).on(ON) if f.kind == "general_hospital" and f.is_obliged]
        assert servers.known == len(hospitals)
        assert servers.unknown == 58 - len(hospitals)
