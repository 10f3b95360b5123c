"""What a second province may say when it is loaded beside the first, and what changes for the first."""

from datetime import date

import pytest
from django.utils import timezone
from django.utils.translation import override

from facilities.as_of import AsOf
from facilities.models import Facility
from rollout.models import LegalDeadline, Programme, PublishedBrief, WorkingSession
from rollout.programme.reporting import calendars
from rollout.publishing.brief.publishing import publish, recompute
from rollout.registers.loading import BadFolder, load_province
from tests import factories
from tests.rollout import two_provinces
from tests.rollout.two_provinces import CODE, head, reader, text

ON = date(2025, 5, 21)


def test_codes_that_clash_are_named_with_a_remedy(bac_giang, tmp_path):
    folder = two_provinces.write(tmp_path / "clash")
    taken = Facility.objects.order_by("code").values_list("code", flat=True)[0]
    file = folder / "facilities.csv"
    file.write_text(file.read_text().replace("hd-nhi", taken))
    for name in ("milestone_events", "milestone_targets"):
        other = folder / f"{name}.csv"
        other.write_text(other.read_text().replace("hd-nhi", taken))
    names = Facility.objects.get(code=taken).pk, Facility.objects.count()
    with override("en"), pytest.raises(BadFolder) as refused:
        load_province(folder)
    assert f"write another one in every file of this folder, such as “{CODE}-{taken}”" in str(
        refused.value
    )
    assert (Facility.objects.get(code=taken).pk, Facility.objects.count()) == names
    assert Programme.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("tracking", "measure,kind,effective_from,source\nofficial,infirmary,2024-01-01,Sở\n"),
        ("device_norms", "device_type,kind,effective_from,quantity,basis,source\n"
         "tablet,infirmary,2024-01-01,3,QĐ,Sở\n"),
    ],
)  # fmt: skip
def test_a_further_province_says_nothing_of_all(bac_giang, tmp_path, name, lines):
    folder = two_provinces.write(tmp_path / "all")
    (folder / f"{name}.csv").write_text(lines)
    with override("en"), pytest.raises(BadFolder, match="holds for every province"):
        load_province(folder)
    assert Programme.objects.count() == 1


def test_the_calendar_of_a_further_province_is_of_its_own_area(bac_giang, tmp_path):
    folder = two_provinces.write(tmp_path / "own")
    (folder / "reporting_calendars.csv").write_text(
        "effective_from,weekday,hour,area,source\n2025-03-03,2,9,,Sở\n2025-03-03,4,9,cua-bien,Sở\n"
    )
    load_province(folder)
    assert {name for name, (new, _rows) in load_province(folder).items() if new} == set()
    as_of = AsOf(ON)
    rules = {
        one.code: [rule for _day, rule in calendars(as_of).of(one.id).rows] for one in as_of.on(ON)
    }
    assert (rules["hd-nhi"], rules["hd-tram"]) == ([(2, 9)], [(4, 9)])
    of_bac_giang = {str(rule) for code, rule in rules.items() if not code.startswith("hd-")}
    assert of_bac_giang == {"[]"}  # its own begins later


def test_a_folder_says_it_of_its_own(bac_giang, tmp_path):
    folder = two_provinces.write(tmp_path / "further")
    (folder / "legal_deadlines.csv").write_text(
        "code,effective_from,due_on,applies_to,set_by,name_vi,basis,source\n"
        "hd-ke-hoach,2025-01-01,2025-08-01,all,province,Kế hoạch của tỉnh,KH 12,KH 12\n"
    )
    load_province(folder)
    assert LegalDeadline.objects.get(code="hd-ke-hoach").area.code == CODE


def test_the_navigation_leads_there_once_there_are_several(bac_giang, tmp_path):
    department = reader()
    assert "/nation/" not in text(department, "/")
    assert head(text(department, "/")) == "Bắc Giang"
    load_province(two_provinces.write(tmp_path / "x"))
    assert "/nation/" in text(department, "/")


def test_one_that_was_published_before_is_computed_again_the_same(bac_giang, tmp_path):
    session = WorkingSession.objects.latest("held_on")
    published = publish(
        session=session,
        on=ON,
        by=factories.recorder(),
        at=timezone.now(),
        override="Số liệu mẫu",
    )
    load_province(two_provinces.write(tmp_path / "x"))
    assert recompute(published) == (True, [])
    assert PublishedBrief.objects.count() == 1
