"""Two provinces in one installation: each its own names, sessions and people; together they are the whole."""

import csv
import re
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override

from equipment.models import ProcurementLot
from facilities.areas import in_area
from facilities.as_of import AsOf
from facilities.models import Area, AreaName, Facility, FacilityArea, FacilityName, Role
from facilities.services import record
from rollout.figures.measures import MEASURES
from rollout.figures.nation import nation
from rollout.figures.progress import progress
from rollout.models import Directive, LegalDeadline, Programme, PublishedBrief, WorkingSession
from rollout.programme.legal import legal_deadlines, nearest
from rollout.programme.must_start import law_for, law_of, starts
from rollout.programme.provinces import names_on, provinces_on
from rollout.programme.reporting import calendars
from rollout.programme.services import steer, track
from rollout.publishing.brief.document import brief
from rollout.publishing.brief.publishing import publish, recompute
from rollout.registers.loading import BACGIANG, BadFolder, load_province
from tests import factories
from tests.rollout import two_provinces
from tests.rollout.two_provinces import CODE, NAME
from tests.writing import write

ON = date(2025, 5, 21)
ASKED = {"on": "2025-05-21"}
BAC_GIANG = "Bắc Giang"


def measured(found) -> dict[str, tuple]:
    return {
        one.code: (one.done, one.total, one.known, one.unknown, one.evidence, one.newest_on)
        for one in found.measures
    }


@pytest.fixture
def alone(bac_giang):
    """What Bac Giang says while it is the only province."""
    return measured(progress(ON)), provinces_on(ON)


@pytest.fixture
def both(alone, tmp_path):
    load_province(two_provinces.write(tmp_path / "anything"))
    return Programme.objects.get(area__code="bac-giang"), Programme.objects.get(area__code=CODE)


def on_day(code: str, day: date = ON):
    return next(one for one in AsOf(day).on(day) if one.code == code)


def reader(role=Role.DEPARTMENT, area=None, **place) -> Client:
    client = Client()
    found = Area.objects.get(code=area) if area else None
    client.force_login(factories.user_with(role, area=found, **place))
    client.cookies["django_language"] = "vi"
    return client


def text(client, path, status=200, **asked) -> str:
    answer = client.get(path, ASKED | asked)
    assert answer.status_code == status, path
    return answer.content.decode()


def head(html: str) -> str:
    """The name beside the brand."""
    return re.search(r'class="brand".*?<small>(.*?)</small>', html, re.DOTALL)[1]


class TestWhichThereAre:
    def test_a_second_folder_is_a_second_province(self, both):
        found = provinces_on(ON)
        assert [(one.code, one.names) for one in found] == [
            ("bac-giang", (BAC_GIANG, "Bac Giang")),
            (CODE, (NAME, two_provinces.ENGLISH)),
        ]
        assert names_on(ON) == ("Các tỉnh, thành phố", "All provinces")

    def test_the_same_folder_twice_changes_nothing(self, both, tmp_path):
        for folder in (two_provinces.write(tmp_path / "moved"), BACGIANG):
            assert {name for name, (new, _rows) in load_province(folder).items() if new} == set()
        assert Programme.objects.count() == 2

    def test_what_was_known_before_it_was_begun_stays(self, both):
        moment = both[1].begun_at - timedelta(microseconds=1)
        assert names_on(ON, moment) == (BAC_GIANG, "Bac Giang")
        assert [one.code for one in provinces_on(ON, both[1].begun_at)] == ["bac-giang", CODE]

    def test_a_province_is_there_from_its_first_name_on(self, both):
        eve = date(2023, 12, 31)
        first = AreaName.objects.filter(area__code="bac-giang").earliest("effective_from")
        AreaName.objects.filter(pk=first.pk).update(effective_from=date(2020, 1, 1))
        assert [one.code for one in provinces_on(eve)] == ["bac-giang"]
        assert len(provinces_on(eve + timedelta(days=1))) == 2

    def test_codes_that_clash_are_named_with_a_remedy(self, bac_giang, tmp_path):
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
    def test_a_further_province_says_nothing_of_all(self, bac_giang, tmp_path, name, lines):
        folder = two_provinces.write(tmp_path / "all")
        (folder / f"{name}.csv").write_text(lines)
        with override("en"), pytest.raises(BadFolder, match="holds for every province"):
            load_province(folder)
        assert Programme.objects.count() == 1

    def test_the_calendar_of_a_further_province_is_of_its_own_area(self, bac_giang, tmp_path):
        folder = two_provinces.write(tmp_path / "own")
        (folder / "reporting_calendars.csv").write_text(
            "effective_from,weekday,hour,area,source\n"
            "2025-03-03,2,9,,Sở\n2025-03-03,4,9,cua-bien,Sở\n"
        )
        load_province(folder)
        assert {name for name, (new, _rows) in load_province(folder).items() if new} == set()
        as_of = AsOf(ON)
        rules = {
            one.code: [rule for _day, rule in calendars(as_of).of(one.id).rows]
            for one in as_of.on(ON)
        }
        assert (rules["hd-nhi"], rules["hd-tram"]) == ([(2, 9)], [(4, 9)])
        of_bac_giang = {str(rule) for code, rule in rules.items() if not code.startswith("hd-")}
        assert of_bac_giang == {"[]"}  # its own begins later


class TestTheyAreTheWhole:
    @pytest.mark.parametrize("day", [date(2025, 2, 18), date(2025, 4, 30), ON, date(2025, 12, 31)])
    def test_the_provinces_add_up(self, both, day):
        whole, rows = progress(day), nation(day)
        assert [row.area for row in rows] == ["bac-giang", CODE]
        assert sum(row.facilities for row in rows) == len(whole.facilities)
        for measure in MEASURES:
            of_all = whole.measure(measure.code)
            parts = [row.progress.measure(measure.code) for row in rows]
            for name in ("done", "known", "unknown", "begun", "beyond"):
                assert sum(getattr(one, name) for one in parts) == getattr(of_all, name), name
            assert sum(one.total or 0 for one in parts) == (of_all.total or 0)
            assert [*map(sum, zip(*(one.evidence for one in parts), strict=True))] == [
                *of_all.evidence
            ]
        for row in rows:
            assert measured(row.progress) == measured(progress(day, area=row.area))

    def test_what_lies_in_no_province_has_a_row(self, both):
        FacilityArea.objects.filter(facility__code="hd-tram").delete()
        rows = nation(ON)
        assert [(row.area, row.facilities) for row in rows][1:] == [(CODE, 4), ("~", 1)]
        assert sum(row.facilities for row in rows) == len(progress(ON).facilities)

    def test_a_province_without_facilities_has_a_row(self, both):
        area = Area.objects.create(code="trong", level="province")
        write(AreaName(area=area, name_vi="Trống", effective_from=date(2024, 1, 1)))
        Programme.objects.create(area=area)
        row = next(row for row in nation(ON) if row.area == "trong")
        assert row.facilities == row.pace == row.late == 0
        assert row.progress.overall is row.deadline is None

    def test_the_first_province_says_what_it_said(self, alone, both):
        assert measured(progress(ON, area="bac-giang")) == alone[0]

    def test_what_was_said_of_all_before_is_not_said_of_a_later_province(self, both):
        second = progress(ON, area=CODE)
        assert second.measure("servers").unknown == second.measure("servers").facilities > 0
        official = second.measure("official")  # tracked by its own file
        assert (official.done, official.unknown) == (1, 0)
        launched = second.measure("launched")  # in one district alone
        assert (launched.done, launched.unknown) == (2, 0)
        track(measures=["servers"], since=ON, is_tracked=True, source="Sở", by=factories.recorder())
        assert progress(ON, area=CODE).measure("servers").unknown == 0  # said of all since

    def test_queries_do_not_grow_with_provinces(self, both, django_assert_num_queries):
        with CaptureQueriesContext(connection) as two:
            nation(ON)
        for n in range(3):
            area = Area.objects.create(code=f"tinh-{n}", level="province")
            write(AreaName(area=area, name_vi=f"Tỉnh {n}", effective_from=date(2024, 1, 1)))
            Programme.objects.create(area=area)
            FacilityArea.objects.create(
                facility=factories.facility(),
                area=area,
                effective_from=date(2024, 1, 2),
                recorded_by=factories.recorder(),
            )
        with django_assert_num_queries(len(two)):
            assert len(nation(ON)) == 5


class TestDeadlines:
    """What one province has set for itself binds nobody in another one."""

    @pytest.fixture
    def own(self, both):
        return record(
            LegalDeadline(
                code="hd-som",
                name_vi="Hải Đăng về đích sớm",
                basis="Kế hoạch 12",
                due_on=date(2025, 6, 1),
                applies_to=LegalDeadline.AppliesTo.ALL,
                set_by=LegalDeadline.SetBy.PROVINCE,
                area=Area.objects.get(code=CODE),
                effective_from=date(2025, 1, 1),
            ),
            by=factories.recorder(),
        )

    def test_it_binds_whoever_lies_in_the_province(self, own):
        bound = nearest(legal_deadlines(ON), [on_day("hd-tinh")], ON)
        other = nearest(legal_deadlines(ON), [on_day("bg-ttyt-lucnam")], ON)
        assert (bound.code, other.code) == ("hd-som", "benh-vien")

    def test_who_moves_away_is_bound_no_longer(self, own):
        moved = Facility.objects.get(code="hd-tinh")
        write(
            FacilityArea(facility=moved, area=Area.objects.get(code="bac-giang"), effective_from=ON)
        )
        [before, after] = (
            nearest(legal_deadlines(day), [on_day("hd-tinh", day)], day).code
            for day in (ON - timedelta(days=1), ON)
        )
        assert (before, after) == ("hd-som", "lo-trinh-2030")

    def test_the_other_province_does_not_hear_of_it(self, own):
        here, there = (
            {one.code for one in progress(ON, area=area).deadlines} for area in (CODE, "bac-giang")
        )
        assert "hd-som" in here
        assert "hd-som" not in there
        as_of = in_area(AsOf(ON), "bac-giang")
        assert law_of(as_of) == law_for(AsOf(ON), on_day("bg-ttyt-lucnam")) == date(2025, 9, 30)

    def test_a_file_goes_by_the_deadline_of_the_facility_that_buys(self, own, both):
        for code in ("hd-trung-tam", "bg-ttyt-lucnam"):
            file = factories.ProcurementFactory(
                code=f"may-chu-{code}", facility=Facility.objects.get(code=code), path="rental"
            )
            write(
                ProcurementLot(
                    procurement=file,
                    facility=file.facility,
                    device_type=factories.server_type(),
                    quantity=1,
                )
            )
        targets = {one.file.code: one.target for one in starts(AsOf(ON))}
        assert (
            targets["may-chu-hd-trung-tam"] < date(2025, 6, 1) < targets["may-chu-bg-ttyt-lucnam"]
        )

    def test_the_law_is_of_no_province(self, own):
        own.set_by = LegalDeadline.SetBy.LAW
        with pytest.raises(ValidationError, match="every province"), override("en"):
            own.full_clean()

    def test_a_folder_says_it_of_its_own(self, bac_giang, tmp_path):
        folder = two_provinces.write(tmp_path / "further")
        (folder / "legal_deadlines.csv").write_text(
            "code,effective_from,due_on,applies_to,set_by,name_vi,basis,source\n"
            "hd-ke-hoach,2025-01-01,2025-08-01,all,province,Kế hoạch của tỉnh,KH 12,KH 12\n"
        )
        load_province(folder)
        assert LegalDeadline.objects.get(code="hd-ke-hoach").area.code == CODE


class TestPages:
    def test_the_nation_has_a_row_each_that_opens_its_summary(self, both):
        department = reader()
        html = text(department, "/nation/")
        assert head(html) == "Các tỉnh, thành phố"
        assert f">{escape(NAME)}</a></th>" in html
        assert "<b>Đa khoa" not in html
        for code in ("bac-giang", CODE):
            assert (
                f"/?on=2025-05-21&amp;area={code}" in html
                or f"area={code}&amp;on=2025-05-21" in html
            )
        assert head(text(department, "/", area=CODE)) == escape(NAME)
        assert head(text(department, "/", area="dao-yen")) == escape(NAME)
        assert head(text(department, "/", area="bac-giang")) == BAC_GIANG
        assert head(text(department, "/")) == "Các tỉnh, thành phố"

    def test_the_navigation_leads_there_once_there_are_several(self, bac_giang, tmp_path):
        department = reader()
        assert "/nation/" not in text(department, "/")
        assert head(text(department, "/")) == BAC_GIANG
        load_province(two_provinces.write(tmp_path / "x"))
        assert "/nation/" in text(department, "/")

    def test_the_table_as_a_file(self, both):
        answer = reader().get("/nation.csv", ASKED)
        rows = list(csv.reader(StringIO(b"".join(answer).decode("utf-8-sig")), delimiter=";"))
        assert [row[:3] for row in rows[1:]] == [
            [BAC_GIANG, "bac-giang", str(len(progress(ON, area="bac-giang").facilities))],
            [NAME, CODE, "5"],
        ]
        at = {name: place for place, name in enumerate(rows[0])}
        servers = next(
            p for name, p in at.items() if name.startswith("Máy chủ") or "áy chủ" in name
        )
        assert rows[2][servers : servers + 3] == ["", "", "5"]

    def test_the_api_tells_the_same(self, both):
        found = reader().get("/api/v1/provinces/", ASKED).json()
        assert [one["code"] for one in found["provinces"]] == ["bac-giang", CODE]
        second = found["provinces"][1]
        assert second["name"] == NAME
        assert second["facilities"] == 5
        assert second["official_in_90_days"] == 1
        alone = reader().get("/api/v1/progress/", ASKED | {"area": CODE}).json()
        assert {m["code"]: m for m in second["measures"]} == {
            m["code"]: m for m in alone["measures"]
        }

    def test_sessions_are_apart(self, both):
        department = reader()
        everything = text(department, "/sessions/")
        assert escape(two_provinces.SESSION) in everything
        assert everything.count(BAC_GIANG) > 1
        second = text(department, "/sessions/", area=CODE)
        assert escape(two_provinces.SESSION) in second
        assert "Bệnh viện Bạch Mai" not in second
        first = text(department, "/sessions/", area="bac-giang")
        assert escape(two_provinces.SESSION) not in first
        assert "Bệnh viện Bạch Mai" in first

    def test_a_new_session_asks_for_its_province(self, both):
        html = text(reader(), "/sessions/new/")
        assert re.search(r'<select[^>]*name="programme"', html)
        assert escape(NAME) in html


class TestBriefs:
    def test_each_speaks_of_its_own(self, both):
        second = WorkingSession.objects.get(programme=both[1])
        first = WorkingSession.objects.filter(programme=both[0]).latest("held_on")
        told = str(brief(second, on=ON).content)
        assert NAME in told
        assert BAC_GIANG not in told
        assert two_provinces.CONCLUSION in told
        other = str(brief(first, on=ON).content)
        assert BAC_GIANG in other
        assert NAME not in other
        assert "Hải Đăng" not in other

    def test_one_that_was_published_before_is_computed_again_the_same(self, bac_giang, tmp_path):
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

    def test_its_session_before_is_of_the_same_province(self, both):
        html = text(reader(), f"/sessions/{WorkingSession.objects.get(programme=both[1]).pk}/")
        assert "18/02/2025" not in html


class TestPeople:
    @pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.LEADER])
    def test_of_one_province_they_see_theirs_and_nothing_of_the_other(self, both, role):
        client = reader(role, CODE)
        summary = text(client, "/")
        assert head(summary) == escape(NAME)
        assert "/nation/" not in summary
        own = WorkingSession.objects.get(programme=both[1])
        other = WorkingSession.objects.filter(programme=both[0]).latest("held_on")
        sessions = text(client, "/sessions/")
        assert escape(own.name_vi) in sessions
        assert escape(other.name_vi) not in sessions
        text(client, f"/sessions/{own.pk}/")
        text(client, f"/sessions/{other.pk}/", 404)
        text(client, f"/sessions/{own.pk}/brief/")
        text(client, f"/sessions/{other.pk}/brief/", 404)
        directives = text(client, "/directives/")
        assert two_provinces.ORDER in directives
        theirs = Directive.objects.filter(session=other).first()
        assert theirs.code not in directives
        text(client, f"/directives/{two_provinces.DIRECTIVE}/")
        text(client, f"/directives/{theirs.code}/", 403)
        text(client, "/facilities/hd-nhi/")
        text(client, "/facilities/bg-bvdk/", 403)
        text(client, "/", 403, area="bac-giang")
        text(client, "/compare/", 403, area="~")
        assert head(text(client, "/", area="dao-yen")) == escape(NAME)

    def test_names_of_the_other_are_neither_offered_nor_found(self, both):
        other = FacilityName.objects.get(facility__code="hd-nhi").name_vi
        theirs, everybody = reader(Role.LEADER, "bac-giang"), reader(Role.LEADER)
        for client, offered in ((theirs, False), (everybody, True)):
            told = client.get("/suggest/", {"of": "facilities", "q": other}).json()["names"]
            assert (other in told) is offered
            found = client.post("/search/", {"q": other}).context["groups"]
            assert (other in [hit.label for group in found for hit in group.hits]) is offered
            areas = client.get("/suggest/", {"of": "areas", "q": NAME}).json()["names"]
            assert bool(areas) is offered

    def test_the_api_gives_them_their_province(self, both):
        client = reader(Role.LEADER, CODE)
        found = client.get("/api/v1/progress/", ASKED).json()
        assert (found["scope"]["area"], found["scope"]["facilities"]) == (CODE, 5)
        assert client.get("/api/v1/progress/", ASKED | {"area": "bac-giang"}).status_code == 403
        assert client.get("/api/v1/facilities/hd-nhi/progress/", ASKED).status_code == 200
        assert client.get("/api/v1/facilities/bg-bvdk/progress/", ASKED).status_code == 403
        listed = client.get("/api/v1/provinces/", ASKED).json()["provinces"]
        assert [one["code"] for one in listed] == [CODE]

    def test_an_officer_is_named_the_province_of_the_facility(self, both):
        client = reader(Role.OFFICER, facility=Facility.objects.get(code="hd-nhi"))
        assert head(text(client, "/")) == escape(NAME)
        other = reader(Role.OFFICER, facility=Facility.objects.get(code="bg-bvdk"))
        assert head(text(other, "/")) == BAC_GIANG
        text(other, "/", 403, area=CODE)

    def test_staff_of_a_province_keep_their_sessions_and_leaders_do_not(self, both):
        own = WorkingSession.objects.get(programme=both[1])
        staff, leader = reader(Role.DEPARTMENT, CODE), reader(Role.LEADER, CODE)
        today = {"on": ""}
        assert staff.get("/sessions/new/").status_code == 200
        assert leader.get("/sessions/new/").status_code == 403
        assert 'value="change"' in staff.get(f"/sessions/{own.pk}/", today).content.decode()
        shown = leader.get(f"/sessions/{own.pk}/", today).content.decode()
        assert 'value="change"' not in shown
        assert 'value="order"' in shown

    def test_a_session_that_staff_of_a_province_plan_is_theirs(self, both):
        given = {"change_set": "0b0fbd52-6f0c-4a57-8b3c-1d9f1f1a0001", "held_on": "2030-01-01",
                 "name_vi": "Họp", "chair": "Chủ tịch"}  # fmt: skip
        assert reader(Role.DEPARTMENT, CODE).post("/sessions/new/", given).status_code == 302
        assert WorkingSession.objects.latest("pk").programme == both[1]


class TestMerging:
    DAY = date(2025, 7, 1)

    def merged(self, both):
        return steer(
            programme=both[1],
            area=both[0].area,
            on=self.DAY,
            because="Nghị quyết <sáp nhập>",
            by=factories.recorder(),
        )

    def test_two_are_one_from_the_very_day(self, both):
        self.merged(both)
        eve = provinces_on(self.DAY - timedelta(days=1))
        assert [one.code for one in eve] == ["bac-giang", CODE]
        (one,) = provinces_on(self.DAY)
        assert one.code == "bac-giang"
        assert one.programmes == {both[0].pk, both[1].pk}
        assert names_on(self.DAY)[0] != "Các tỉnh, thành phố"

    def test_the_one_row_is_the_whole_and_the_eve_is_unchanged(self, both):
        eve = self.DAY - timedelta(days=1)
        before = [(row.area, measured(row.progress)) for row in nation(eve)]
        whole = measured(progress(self.DAY))
        self.merged(both)
        assert [(row.area, measured(row.progress)) for row in nation(eve)] == before
        (row,) = nation(self.DAY)
        assert measured(row.progress) == whole == measured(progress(self.DAY, area="bac-giang"))

    def test_its_sessions_are_together_then(self, both):
        self.merged(both)
        client = reader()
        assert escape(two_provinces.SESSION) in text(
            client, "/sessions/", on="2025-07-01", area="bac-giang"
        )
        assert escape(two_provinces.SESSION) not in text(
            client, "/sessions/", on="2025-06-30", area="bac-giang"
        )

    def test_mergers_in_a_row_and_in_a_circle_end(self, both):
        third = Area.objects.create(code="thu-ba", level="province")
        write(AreaName(area=third, name_vi="Thứ Ba", effective_from=date(2024, 1, 1)))
        last = Programme.objects.create(area=third)
        self.merged(both)
        by = factories.recorder()
        steer(programme=both[0], area=third, on=self.DAY + timedelta(days=9), because="x", by=by)
        assert [one.code for one in provinces_on(self.DAY + timedelta(days=8))] == [
            "bac-giang",
            "thu-ba",
        ]
        (one,) = provinces_on(self.DAY + timedelta(days=9))
        assert (one.code, len(one.programmes)) == ("thu-ba", 3)
        with pytest.raises(ValidationError):  # it would lie in itself
            steer(
                programme=last,
                area=both[1].area,
                on=self.DAY + timedelta(days=20),
                because="x",
                by=by,
            )
