"""Reorganising from the desk: shown before it is written, written as one change set, earlier days untouched."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from facilities.as_of import AsOf
from facilities.models import (
    Area,
    AreaName,
    ChangeSet,
    Document,
    Edit,
    Facility,
    FacilityName,
    Role,
)
from rollout.registers.reorganisation.decisions import DECISIONS
from tests import factories
from tests.papers import PDF
from tests.rollout.small_province import small_province

pytestmark = pytest.mark.django_db
PAGE = "/desk/reorganise/"
DAY = date(2025, 7, 1)
EVE = DAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _paper_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def places(department):
    return [
        factories.facility("yen-the", name_vi="Trung tâm Y tế huyện Yên Thế"),
        factories.facility("tan-yen", name_vi="Trung tâm Y tế huyện Tân Yên"),
        factories.facility("luc-nam", name_vi="Trung tâm Y tế huyện Lục Nam"),
    ]


def area(code: str, name: str, level=Area.Level.DISTRICT) -> Area:
    made = Area.objects.create(code=code, level=level)
    AreaName.objects.create(
        area=made, name_vi=name, effective_from=factories.START, recorded_by=factories.recorder()
    )
    return made


def decided(client, decision: str, /, *, write=True, **fields):
    fields = {
        "change_set": str(uuid.uuid4()),
        "on": DAY.isoformat(),
        "because": "Sắp xếp đơn vị hành chính",
    } | fields
    return client.post(f"{PAGE}?act={decision}", fields | ({"yes": "yes"} if write else {}))


def names(day: date) -> dict[str, str]:
    return {facility.code: facility.name_vi for facility in AsOf(day).on(day)}


def counts() -> tuple[int, ...]:
    return tuple(
        model.objects.count() for model in (ChangeSet, Edit, Facility, FacilityName, Document)
    )


def test_only_the_department_opens_it(client):
    client.force_login(factories.user_with(Role.LEADER))
    assert client.get(PAGE).status_code == 403


@pytest.mark.usefixtures("places")
def test_every_decision_is_offered_and_asks_in_a_form(client):
    page = client.get(PAGE).content.decode()
    for kind in DECISIONS:
        assert f"?act={kind}" in page
        assert client.get(f"{PAGE}?act={kind}").status_code == 200
    assert client.get(f"{PAGE}?act=abolish").status_code == 404


def test_nothing_is_written_by_looking(client, places):
    before = counts()
    answer = decided(
        client,
        "merge",
        write=False,
        predecessors=[places[0].pk, places[1].pk],
        successor=places[1].pk,
        number="12/QĐ-UBND",
        issuer="UBND tỉnh",
    )
    assert answer.status_code == 200
    assert counts() == before
    preview = answer.context["preview"]
    assert [d.facility.code for d in preview.differences] == ["yen-the"]
    assert next(preview.rows())[1:] == ("3", "2", "2")


def test_the_preview_tells_devices_by_both_maps(client, department):
    province = small_province()
    answer = decided(
        client,
        "merge",
        write=False,
        predecessors=[province.official.pk],
        successor=province.bidding.pk,
    )
    servers = next(r for r in answer.context["preview"].rows() if r[1] == "1/2")
    assert servers[2:] == ("1/1", "1/1")


def test_a_merger_is_one_act_with_its_paper(client, places):
    decided(
        client,
        "merge",
        predecessors=[places[0].pk, places[1].pk],
        successor=places[1].pk,
        number="12/QĐ-UBND",
        issuer="UBND tỉnh",
        file=SimpleUploadedFile("qd.pdf", PDF, "application/pdf"),
    )
    assert len(names(EVE)) == 3
    assert sorted(names(DAY)) == ["luc-nam", "tan-yen"]
    change_set = ChangeSet.objects.get()
    assert change_set.kind == ChangeSet.Kind.REORGANISATION
    edit = change_set.edits.get()
    assert (edit.column, edit.new) == ("scope", "closed")
    assert (edit.document.number, bool(edit.document.file)) == ("12/QĐ-UBND", True)


def test_facilities_merge_into_a_new_one_of_their_kind(client, places):
    decided(
        client,
        "merge",
        predecessors=[places[0].pk, places[1].pk],
        code="kv-yen-the",
        name_vi="Trung tâm Y tế khu vực Yên Thế",
    )
    assert sorted(names(DAY)) == ["kv-yen-the", "luc-nam"]
    new = next(f for f in AsOf(DAY).on(DAY) if f.code == "kv-yen-the")
    assert (new.kind, new.scope) == ("medical_centre", "rollout")


def test_a_merger_needs_somebody_who_carries_on(client, places):
    answer = decided(client, "merge", predecessors=[places[0].pk])
    assert answer.status_code == 400
    assert {"code", "name_vi"} <= set(answer.context["form"].errors)


def test_one_paper_of_several_decisions_is_one_document(client, places):
    paper = {"number": "12/QĐ-UBND", "issuer": "UBND tỉnh"}
    for place in places[:2]:
        decided(client, "rename", facility=place.pk, name_vi=f"Tên mới {place.code}", **paper)
    assert Document.objects.count() == 1
    assert FacilityName.objects.filter(document=Document.objects.get()).count() == 2


def test_the_same_form_twice_writes_once(client, places):
    token = {"change_set": str(uuid.uuid4())}
    for _time in range(2):
        decided(client, "close", facility=places[0].pk, **token)
    assert ChangeSet.objects.count() == 1


def test_the_same_name_asks_whether_it_is_meant(client, places):
    fields = {"facility": places[0].pk, "name_vi": "TRUNG TAM Y TE HUYEN TAN YEN"}
    answer = decided(client, "rename", **fields)
    assert answer.status_code == 400
    assert 'name="although_same_name"' in answer.content.decode()
    decided(client, "rename", although_same_name="on", **fields)
    assert names(DAY)["yen-the"] == fields["name_vi"]


def test_a_facility_opens_under_a_proper_code(client, places):
    fields = {
        "name_vi": "Bệnh viện mới",
        "kind": factories.kind_of("general_hospital"),
        "ownership": "public",
        "scope": "rollout",
    }
    assert decided(client, "open", code="BV Mới", **fields).status_code == 400
    assert decided(client, "open", code="luc-nam", **fields).status_code == 400
    decided(client, "open", code="bv-moi", **fields)
    assert "bv-moi" not in names(EVE)
    assert names(DAY)["bv-moi"] == "Bệnh viện mới"


def test_a_split_leaves_what_goes_on(client, places):
    decided(
        client,
        "split",
        predecessor=places[0].pk,
        goes_on="on",
        code_1="bo-ha",
        name_vi_1="Trung tâm Y tế Bố Hạ",
    )
    assert {"bo-ha", "yen-the"} <= set(names(DAY))


def test_a_split_names_what_is_wrong_beside_its_field(client, places):
    wrong = decided(
        client, "split", predecessor=places[0].pk, code_2="luc-nam", name_vi_2="Cơ sở khác"
    )
    assert set(wrong.context["form"].errors) == {"code_2"}
    half = decided(client, "split", predecessor=places[0].pk, code_1="bo-ha")
    assert set(half.context["form"].errors) == {"name_vi_1"}


def test_facilities_and_areas_move(client, places):
    ward, province = area("p-1", "Phường Một"), area("bac-ninh", "Bắc Ninh", Area.Level.PROVINCE)
    decided(client, "move", facilities_moved=[p.pk for p in places[:2]], area=ward.pk)
    assert [f.area_vi for f in AsOf(DAY).on(DAY)].count("Phường Một") == 2
    decided(client, "move-area", areas=[ward.pk], parent=province.pk)
    decided(client, "rename-area", area=ward.pk, name_vi="Phường Hai")
    assert [f.area_vi for f in AsOf(DAY).on(DAY)].count("Phường Hai") == 2
    decided(client, "open-area", code="p-3", level="commune", name_vi="Xã Ba", parent=province.pk)
    assert Area.objects.filter(code="p-3").exists()
    assert ChangeSet.objects.count() == 4


def renames(**new) -> dict[str, str]:
    """The table of names as the browser sends it, with the new ones by code."""
    fields = {}
    for facility in AsOf(DAY).on(DAY):
        fields |= {
            f"name_vi-{facility.id}": new.get(facility.code.replace("-", "_"), facility.name_vi),
            f"name_en-{facility.id}": facility.name_en,
            f"was-{facility.id}": facility.name_vi,
        }
    return fields


@pytest.mark.usefixtures("places")
def test_many_names_change_in_one_act(client):
    form = client.get(f"{PAGE}?act=rename-many").context["form"]
    assert len(form.listed) == 3
    decided(client, "rename-many", **renames(yen_the="TTYT Yên Thế", tan_yen="TTYT Tân Yên"))
    assert names(DAY) == {
        "yen-the": "TTYT Yên Thế",
        "tan-yen": "TTYT Tân Yên",
        "luc-nam": "Trung tâm Y tế huyện Lục Nam",
    }
    assert names(EVE)["yen-the"] == "Trung tâm Y tế huyện Yên Thế"
    assert ChangeSet.objects.get().edits.count() == 2


@pytest.mark.usefixtures("places")
def test_names_may_be_swapped_but_not_shared(client):
    one, two = "Trung tâm Y tế huyện Yên Thế", "Trung tâm Y tế huyện Tân Yên"
    assert decided(client, "rename-many", **renames(yen_the=two)).status_code == 400
    decided(client, "rename-many", **renames(yen_the=two, tan_yen=one))
    assert (names(DAY)["yen-the"], names(DAY)["tan-yen"]) == (two, one)


def test_a_name_that_somebody_else_changed_meanwhile_is_not_overwritten(client, places):
    fields = renames(yen_the="TTYT Yên Thế")
    decided(client, "rename", facility=places[0].pk, name_vi="Trung tâm khác")
    answer = decided(client, "rename-many", **fields)
    assert set(answer.context["form"].errors) == {f"name_vi-{places[0].pk}"}


@pytest.mark.usefixtures("places")
def test_nothing_changed_is_said(client):
    assert decided(client, "rename-many", **renames()).status_code == 400
