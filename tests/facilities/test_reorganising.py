"""Who the facilities are: opened, closed, renamed, moved, merged, split; each on its day."""

from datetime import date, timedelta

import pytest

from facilities.as_of import AsOf, described_anew
from facilities.departures import departure, origins
from facilities.models import (
    Area,
    AreaName,
    AreaParent,
    Facility,
    FacilityLineage,
    FacilityScope,
    Ownership,
    Scope,
)
from facilities.reorganising import (
    change_scope,
    close_facility,
    merge,
    move_area,
    move_to_area,
    open_area,
    open_facility,
    rename,
    rename_area,
    split,
)
from tests import factories
from tests.writing import refused

pytestmark = pytest.mark.django_db

DAY = date(2025, 7, 1)
BEFORE = DAY - timedelta(days=1)
LATER = date(2025, 12, 31)


def decision(**more) -> dict:
    return {"on": DAY, "because": "Sắp xếp đơn vị", "by": factories.recorder()} | more


def opened(**more) -> Facility:
    fields = {
        "code": "new",
        "name_vi": "Trung tâm Y tế Chũ",
        "kind": factories.kind_of(factories.Kind.MEDICAL_CENTRE),
        "ownership": Ownership.PUBLIC,
        "scope": Scope.ROLLOUT,
    }
    return open_facility(**decision(), **(fields | more))


def codes(day, **as_of) -> list[str]:
    return [f.code for f in AsOf(LATER, **as_of).on(day)]


def seen(day, code, **as_of):
    return next(f for f in AsOf(LATER, **as_of).on(day) if f.code == code)


def test_a_facility_begins_on_its_day_with_everything_said_about_it():
    area = factories.AreaFactory()
    opened(area=area)
    assert codes(BEFORE) == []
    found = seen(DAY, "new")
    assert (found.kind, found.ownership, found.scope) == ("medical_centre", "public", "rollout")
    assert found.area_id == area.pk


def test_a_code_is_taken_for_ever():
    place = factories.facility("old")
    close_facility(facility=place, **decision())
    assert refused(opened, code="old") == {"code"}


def test_the_same_name_is_refused_whatever_its_accents_unless_meant():
    factories.facility("old", name_vi="TRUNG TAM Y TE CHU")
    assert refused(opened) == {"name_vi"}
    assert not Facility.objects.filter(code="new").exists()
    assert opened(although_same_name=True).code == "new"


def test_the_name_of_a_closed_facility_is_free_again():
    place = factories.facility("old", name_vi="Trung tâm Y tế Chũ")
    assert refused(opened) == {"name_vi"}
    close_facility(facility=place, **decision())
    opened()
    assert codes(DAY) == ["new"]


def test_a_closed_facility_has_left_from_its_day_on():
    place = factories.facility("old")
    scope = close_facility(facility=place, **decision())
    assert scope.because == "Sắp xếp đơn vị"
    assert [codes(day) for day in (BEFORE, DAY)] == [["old"], []]
    assert refused(close_facility, facility=place, **decision(on=LATER)) == {"facility"}
    assert refused(rename, facility=place, name_vi="X", **decision(on=LATER)) == {"facility"}
    told = departure(AsOf(LATER), "old")
    assert (told.kind, told.on, told.successors) == ("closed", DAY, ())
    assert departure(AsOf(BEFORE), "old") is None


def test_a_planned_change_of_scope_gives_way_to_the_closing():
    place = factories.facility("old")
    change_scope(facility=place, scope=Scope.CONNECTIVITY, **decision(on=LATER))
    close_facility(facility=place, **decision())
    assert codes(LATER) == []
    assert FacilityScope.objects.filter(withdrawn_at__isnull=False).count() == 1


@pytest.mark.parametrize("action", [change_scope, opened])
def test_nothing_is_closed_by_its_scope(action):
    fields = decision(facility=factories.facility()) if action is change_scope else {}
    assert refused(action, scope=Scope.CLOSED, **fields) == {"scope"}


@pytest.mark.parametrize("because", ["", "  ", "x" * 301])
def test_every_decision_has_a_reason(because):
    place = factories.facility()
    why = decision(because=because)
    assert refused(close_facility, facility=place, **why) == {"because"}
    assert refused(rename, facility=place, name_vi="X", **why) == {"because"}


def test_name_and_area_are_those_of_the_day_and_say_by_which_decision():
    paper = factories.DocumentFactory()
    place = factories.facility("old", name_vi="Trung tâm Y tế huyện Lục Nam")
    ward = open_area(code="ward", level=Area.Level.COMMUNE, name_vi="Xã Lục Nam", **decision())
    name = rename(facility=place, name_vi="Trung tâm Y tế Lục Nam", **decision(document=paper))
    move_to_area(facility=place, area=ward, **decision())
    assert name.document == paper
    assert (seen(BEFORE, "old").name_vi, seen(BEFORE, "old").area) == (
        "Trung tâm Y tế huyện Lục Nam",
        "",
    )
    assert (seen(DAY, "old").name_vi, seen(DAY, "old").area) == (
        "Trung tâm Y tế Lục Nam",
        "Xã Lục Nam",
    )


def test_an_area_is_renamed_and_moved_but_never_into_itself():
    old = open_area(
        code="bac-giang", level=Area.Level.PROVINCE, name_vi="Bắc Giang", **decision(on=BEFORE)
    )
    new = open_area(code="bac-ninh", level=Area.Level.PROVINCE, name_vi="Bắc Ninh", **decision())
    rename_area(area=old, name_vi="Bắc Giang (cũ)", **decision())
    move_area(area=old, parent=new, **decision())
    assert AreaParent.objects.in_force(DAY).get().parent == new
    assert refused(move_area, area=new, parent=old, **decision(on=LATER)) == {"parent"}
    assert refused(move_area, area=new, parent=new, **decision(on=LATER)) == {"parent"}


# --- merging and splitting ----------------------------------------------------------------------


def test_a_merger_leaves_one_and_tells_the_old_code_where_it_went():
    paper = factories.DocumentFactory()
    a, b = factories.facility("a"), factories.facility("b")
    [row] = merge(predecessors=[a, b], successor=a, **decision(document=paper))
    assert (row.predecessor, row.successor, row.document) == (b, a, paper)
    assert [codes(day) for day in (BEFORE, DAY)] == [["a", "b"], ["a"]]
    told = departure(AsOf(LATER), "b")
    assert (told.kind, told.on, told.because) == ("merged", DAY, "Sắp xếp đơn vị")
    assert [s.code for s in told.successors] == ["a"]
    assert told.document == paper
    [origin] = origins(AsOf(LATER), a.pk)
    assert (origin.code, origin.name, origin.on) == ("b", "Cơ sở <b> Sản, Nhi & Lão khoa", DAY)


def test_a_merger_into_a_new_facility_closes_all():
    a, b = factories.facility("a"), factories.facility("b")
    merge(predecessors=[a, b], successor=opened(), **decision())
    assert codes(DAY) == ["new"]
    assert [s.code for s in departure(AsOf(DAY), "a").successors] == ["new"]


def test_what_is_not_there_cannot_merge():
    a, b, c = (factories.facility(code) for code in "abc")
    later = opened()
    merge(predecessors=[b], successor=a, **decision())
    assert refused(merge, predecessors=[b], successor=c, **decision()) == {"predecessors"}
    assert refused(merge, predecessors=[c], successor=b, **decision()) == {"successor"}
    assert refused(merge, predecessors=[c], successor=c, **decision()) == {"predecessors"}
    assert refused(merge, predecessors=[c], successor=later, **decision(on=BEFORE)) == {"successor"}
    assert refused(merge, predecessors=[b], successor=c, **decision(on=BEFORE)) == {"predecessors"}
    assert FacilityLineage.objects.count() == 1


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_split_leaves_its_successors(goes_on):
    old, part = factories.facility("old"), opened()
    split(predecessor=old, successors=[old, part] if goes_on else [part], **decision())
    assert codes(DAY) == (["new", "old"] if goes_on else ["new"])
    assert [o.kind for o in origins(AsOf(DAY), part.pk)] == ["split"]
    told = departure(AsOf(DAY), "old")
    assert (told is None) == goes_on
    if told:
        assert ([s.code for s in told.successors], told.kind) == (["new"], "split")


def test_a_chain_of_mergers_leads_on():
    a, b, c = (factories.facility(code) for code in "abc")
    merge(predecessors=[a], successor=b, **decision())
    merge(predecessors=[b], successor=c, **decision(on=LATER))
    descent = AsOf(LATER).descent
    assert [descent.heir(a.pk, day) for day in (BEFORE, DAY, LATER)] == [a.pk, b.pk, c.pk]
    assert descent.family({c.pk}) == {a.pk, b.pk, c.pk}
    assert AsOf(BEFORE).descent.heir(a.pk) == a.pk


# --- today's map --------------------------------------------------------------------------------


def test_by_a_later_map_every_day_has_its_facilities_and_names():
    a, b = factories.facility("a", name_vi="A cũ"), factories.facility("b")
    factories.facility("unborn", since=DAY + timedelta(days=5))
    merge(predecessors=[a, b], successor=opened(), **decision())
    closed = factories.facility("closed")
    close_facility(facility=closed, **decision())
    by_map = {"map_on": LATER}
    assert codes(BEFORE, **by_map) == ["new"]
    assert codes(factories.START - timedelta(days=1), **by_map) == []
    assert codes(LATER, **by_map) == ["new", "unborn"]
    assert seen(BEFORE, "new", **by_map).kind == factories.Kind.MEDICAL_CENTRE
    assert AsOf(BEFORE, map_on=LATER).descent.heir(a.pk) == Facility.objects.get(code="new").pk
    assert [s.code for s in departure(AsOf(BEFORE, map_on=LATER), "a").successors] == ["new"]


def test_a_split_cannot_be_looked_back_through():
    old = factories.facility("old")
    split(predecessor=old, successors=[opened()], **decision())
    assert [codes(day, map_on=LATER) for day in (BEFORE, DAY)] == [["old"], ["new"]]
    assert seen(BEFORE, "old", map_on=LATER).in_rollout


def test_maps_differ_once_a_description_begins_in_between():
    place = factories.facility()
    assert not described_anew(BEFORE, LATER)
    rename(facility=place, name_vi="Khác", **decision())
    assert described_anew(BEFORE, DAY)
    assert not described_anew(BEFORE, BEFORE)
    assert not described_anew(DAY, LATER)


class TestTheSameDay:
    """A second decision for a day that has one already: the later holds, and both stay readable."""

    def test_a_province_is_renamed_on_the_day_of_its_merger(self):
        area = factories.AreaFactory(code="bac-giang")
        for name in ("Bắc Giang (cũ)", "Bắc Ninh"):
            rename_area(area=area, name_vi=name, **decision())
        names = AreaName.objects.filter(area=area, effective_from=DAY)
        assert names.known().get().name_vi == "Bắc Ninh"
        assert names.get(withdrawn_at__isnull=False).name_vi == "Bắc Giang (cũ)"

    def test_so_with_the_name_the_scope_and_the_area_of_a_facility(self):
        place = opened()
        first, second = (factories.AreaFactory(code=code) for code in ("a", "b"))
        for name, scope, area in (
            ("Tên thứ nhất", Scope.CONNECTIVITY, first),
            ("Tên thứ hai", Scope.BEYOND, second),
        ):
            rename(facility=place, name_vi=name, **decision())
            change_scope(facility=place, scope=scope, **decision())
            move_to_area(facility=place, area=area, **decision())
        found = seen(DAY, "new")
        assert (found.name_vi, found.scope, found.area_id) == (
            "Tên thứ hai",
            Scope.BEYOND,
            second.pk,
        )

    def test_what_was_decided_for_another_day_stays(self):
        area = factories.AreaFactory(code="bac-giang")
        rename_area(area=area, name_vi="Một", **decision())
        rename_area(area=area, name_vi="Hai", **decision(on=DAY + timedelta(days=1)))
        assert AreaName.objects.known().filter(area=area, name_vi="Một").exists()
