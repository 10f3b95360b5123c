"""1 July 2025 in Bac Giang: districts abolished, the province merged, all renamed, two centres merge.

The session of 21 May 2025 must read the same before and after that was written down; by today's map
it shows the sixteen of today.
"""

import html
import re
from datetime import date, timedelta

from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from equipment.models import Procurement
from facilities.as_of import AsOf
from facilities.models import Area, Facility, Role
from facilities.reorganising import (
    merge,
    move_area,
    move_to_area,
    open_area,
    rename,
    rename_area,
)
from rollout.figures.measures import MEASURES
from rollout.figures.progress import progress
from rollout.figures.trend import trend
from rollout.models import Alert
from rollout.notices.alerts import raise_alerts
from rollout.programme.obstacles import obstacles
from tests.factories import DocumentFactory, recorder, user_with

SESSION, EVE, DAY, AFTER = (
    date(2025, 5, 21),
    date(2025, 6, 30),
    date(2025, 7, 1),
    date(2025, 7, 2),
)
BECAUSE = "Sắp xếp đơn vị hành chính, hợp nhất tỉnh"
LEAVES, STAYS = "bg-ttyt-yenthe", "bg-ttyt-tanyen"
TITLES = re.compile(r"^Trung tâm Y tế (huyện|thị xã|thành phố) ")


def reorganise() -> None:
    """As the Department writes the decisions down."""
    paper = DocumentFactory(number="12/QĐ-UBND", title="Quyết định sắp xếp các trung tâm y tế")
    decision = {"on": DAY, "because": BECAUSE, "by": recorder(), "document": paper}
    province = Area.objects.get(code="bac-ninh")
    for number, area in enumerate(Area.objects.filter(level=Area.Level.DISTRICT)):
        # The names of the former districts are in the folder; their wards are new.
        ward = open_area(
            code=f"ward-{number}",
            level=Area.Level.COMMUNE,
            name_vi=f"Phường {number}",
            parent=province,
            **decision,
        )
        for facility in AsOf(EVE).on(EVE):
            if facility.area_id == area.pk and facility.is_public:
                place = Facility.objects.get(pk=facility.id)
                move_to_area(facility=place, area=ward, **decision)
                if TITLES.match(facility.name_vi):
                    rename(
                        facility=place,
                        name_vi=TITLES.sub("Trung tâm Y tế ", facility.name_vi),
                        **decision,
                    )
    yen = open_area(code="yen-the-moi", level=Area.Level.COMMUNE, name_vi="Xã Y", **decision)
    rename_area(area=yen, name_vi="Xã Yên Thế", **(decision | {"on": AFTER}))
    move_area(area=yen, parent=province, **decision)
    for code in ("bg-ungbuou", "bg-noitiet", "bg-phcn"):
        place = Facility.objects.get(code=code)
        name = next(f.name_vi for f in AsOf(EVE).on(EVE) if f.code == code)
        rename(facility=place, name_vi=name.replace("tỉnh Bắc Giang", "Bắc Ninh số 1"), **decision)
    leaves, stays = (Facility.objects.get(code=code) for code in (LEAVES, STAYS))
    merge(predecessors=[leaves, stays], successor=stays, **decision)


def headline(found) -> list[tuple]:
    return [
        (m.code, m.done, m.counted, m.total, m.unknown, m.evidence, m.newest_on)
        for m in found.measures
    ]


def whole(found) -> tuple:
    facilities = [
        (f.name, f.stage, f.next_step, f.measures, f.milestones, f.days_late, str(f.late_for))
        for f in found.facilities
    ]
    return headline(found), found.figures, facilities, found.overall, found.public


class TheFirstOfJuly(TestCase):
    @classmethod
    def setUpTestData(cls):
        call_command("load_bacgiang", verbosity=0)
        cls.was = {
            (on, compare): whole(progress(on, compare=compare))
            for on, compare in ((SESSION, None), (EVE, SESSION))
        }
        cls.by_fact = {on: progress(on) for on in (DAY, AFTER)}
        cls.curves = {m.code: trend(m, SESSION, EVE) for m in MEASURES}
        cls.department = user_with(Role.DEPARTMENT, language="en")
        reorganise()

    def setUp(self):
        self.client.force_login(self.department)
        self.client.post("/i18n/setlang/", {"language": "en"})

    def api(self, path="progress", status=200, **query):
        answer = self.client.get(
            f"/api/v1/{path}/", query | {"on": str(query["on"])}, headers={"accept-language": "en"}
        )
        assert answer.status_code == status, answer.content
        return answer.json()

    def text(self, path, on, **query):
        answer = self.client.get(path, {"on": on} | query, headers={"accept-language": "en"})
        assert answer.status_code == 200, (path, answer.status_code)
        body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.content.decode(), flags=re.S)
        words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())
        return words.replace(" /", "/")

    # --- each day by its own map -------------------------------------------------------------

    def test_figures_of_every_day_before_are_as_they_were(self):
        for (on, compare), before in self.was.items():
            assert whole(progress(on, compare=compare)) == before
        for measure in MEASURES:
            assert trend(measure, SESSION, EVE) == self.curves[measure.code]

    def test_the_seventeen_stay_seventeen_under_their_old_names(self):
        found = self.api(on=SESSION)
        assert (found["map"], found["scope"]["facilities"]) == ("day", 17)
        assert found["scope"]["name"] == "Bac Giang"
        servers = next(m for m in found["measures"] if m["code"] == "servers")
        assert (servers["done"], servers["total"]) == (11, 17)
        names = {f["code"]: f["name"] for f in found["facilities"]}
        assert names[LEAVES] == "Yen The District Medical Centre"
        assert "11/17" in self.text("/", SESSION)

    def test_from_the_first_of_july_there_are_sixteen(self):
        assert progress(EVE).public == 17
        for day in (DAY, AFTER):
            found = progress(day)
            by_code = {f.code: f for f in found.facilities}
            assert len(by_code) == found.public == 16
            assert LEAVES not in by_code
            assert by_code[STAYS].name == "Trung tâm Y tế Tân Yên"
            assert by_code[STAYS].facility.area.startswith("Phường")
            assert by_code["bg-ungbuou"].name == "Bệnh viện Ung bướu Bắc Ninh số 1"
            was = self.by_fact[day]
            for code in ("signatures_registered", "signatures_issued", "signatures_authenticated"):
                assert found.measure(code).done == was.measure(code).done
                assert found.measure(code).total == was.measure(code).total
            assert found.measure("official").done == 5
            assert (found.measure("servers").done, found.measure("servers").total) == (11, 16)
            devices = {f.key: f.value for f in found.figures_of("device")}
            assert devices == {f.key: f.value for f in was.figures_of("device")}

    def test_the_successor_has_the_devices_and_signatures_of_both(self):
        eve, day = progress(EVE), progress(DAY)
        both = [eve.facility(code).measures["signatures_registered"] for code in (LEAVES, STAYS)]
        now = day.facility(STAYS).measures["signatures_registered"]
        assert (now.done, now.total) == (sum(c.done for c in both), sum(c.total for c in both))
        assert (now.done, now.total) == (386, 402)
        # What only one facility can be, it is as it was.
        assert day.facility(STAYS).stage == eve.facility(STAYS).stage
        milestones = zip(
            day.facility(STAYS).milestones, eve.facility(STAYS).milestones, strict=True
        )
        assert all(now.actual == then.actual for now, then in milestones)

    def test_the_curve_goes_on_across_the_day(self):
        first = EVE - timedelta(days=2)
        every_day = (first + timedelta(days=n) for n in range((AFTER - first).days + 1))
        found = {on: progress(on) for on in every_day}
        for measure in MEASURES:
            for point in trend(measure, first, AFTER):
                result = found[point.on].measure(measure.code)
                assert (point.done, point.total) == (result.done, result.total)

    def test_what_the_predecessor_owed_its_successor_owes(self):
        file = Procurement.objects.get(code="BG-2025-07")
        assert file.facility.code == LEAVES
        page = self.text(f"/facilities/{STAYS}/", AFTER)
        assert "BG-2025-07" in page
        assert "BG-2025-07" not in self.text(f"/facilities/{STAYS}/", EVE)
        late = progress(AFTER).facility(STAYS)
        assert late.days_late == self.by_fact[AFTER].facility(LEAVES).days_late
        told = self.api(f"facilities/{STAYS}/progress", on=DAY)
        assert "BG-2025-07" in [file["code"] for file in told["procurements"]]

    def test_alerts_move_to_the_successor(self):
        raise_alerts(EVE)
        assert Alert.objects.filter(facility__code=LEAVES, cleared_on=None).exists()
        raise_alerts(DAY)
        standing = Alert.objects.filter(cleared_on=None)
        assert not standing.filter(facility__code=LEAVES).exists()
        moved = standing.filter(facility__code=STAYS, rule="procurement_stage")
        assert moved.exists()
        assert all(f"/facilities/{STAYS}/" in alert.url for alert in moved)

    def test_an_obstacle_holds_the_merged_facility_once(self):
        leaves, stays = (Facility.objects.get(code=code).pk for code in (LEAVES, STAYS))
        found = obstacles(AsOf(AFTER))
        for obstacle in found:
            held = [(h.facility_id, h.milestone) for h in obstacle.holds if h.until is None]
            assert len(held) == len(set(held)), obstacle.code
            assert leaves not in obstacle.facility_ids
        # Its launch was held by the estimates; the centre it merged into has launched long since.
        estimates = next(o for o in found if o.code == "du-toan")
        assert [h.until for h in estimates.holds if h.facility_id == stays] == [DAY]
        assert leaves in next(o for o in obstacles(AsOf(EVE)) if o.code == "du-toan").facility_ids

    # --- by today's map ----------------------------------------------------------------------

    def test_by_todays_map_the_session_shows_sixteen_of_today(self):
        found = self.api(on=SESSION, map="today")
        assert (found["map"], found["scope"]["facilities"]) == ("today", 16)
        names = {f["code"]: f["name"] for f in found["facilities"]}
        assert LEAVES not in names
        assert names[STAYS] == "Trung tâm Y tế Tân Yên"
        assert all("map=today" in f["url"] for f in found["facilities"])
        registered = next(m for m in found["measures"] if m["code"] == "signatures_registered")
        assert (registered["done"], registered["total"]) == (4187, 4312)
        official = next(m for m in found["measures"] if m["code"] == "official")
        assert (official["done"], official["total"]) == (5, 16)
        page = self.text("/", SESSION, map="today")
        assert "5 of 16" in page
        assert "Uses today's list of facilities." in page

    def test_curve_and_figure_agree_by_todays_map_too(self):
        today = date(2026, 1, 1)
        found = {on: progress(on, map_on=today) for on in (EVE, DAY, AFTER)}
        for measure in MEASURES:
            for point in trend(measure, EVE, AFTER, map_on=today):
                result = found[point.on].measure(measure.code)
                assert (point.done, point.total) == (result.done, result.total)
        answer = self.client.get(
            "/api/v1/progress/trend/",
            {"measure": "official", "from": "2025-05-21", "to": "2025-05-21", "map": "today"},
        ).json()
        assert (answer["map"], answer["points"][0]["total"]) == ("today", 16)

    def test_once_merged_both_maps_give_the_same_figures(self):
        assert headline(progress(AFTER)) == headline(progress(AFTER, map_on=AFTER))

    def test_the_choice_is_offered_where_it_makes_a_difference(self):
        page = self.text("/", SESSION)
        assert "by the list of that day" in page
        assert "by today's list" in page
        assert "by today's list" not in self.text("/", date(2026, 1, 1))
        assert self.client.get("/?map=tomorrow").status_code == 400

    # --- old codes ---------------------------------------------------------------------------

    def test_an_old_code_answers_with_its_successor(self):
        gone = self.api(f"facilities/{LEAVES}/progress", status=410, on=DAY)
        assert gone["on"] == "2025-07-01"
        assert [(s["code"], s["name"]) for s in gone["successors"]] == [
            (STAYS, "Trung tâm Y tế Tân Yên")
        ]
        assert self.client.get(gone["successors"][0]["url"]).status_code == 200
        assert self.api(f"facilities/{LEAVES}/progress", on=EVE)["code"] == LEAVES
        assert self.api(f"facilities/{LEAVES}/progress", status=410, on=SESSION, map="today")

    def test_the_page_of_an_old_code_says_where_it_went(self):
        page = self.text(f"/facilities/{LEAVES}/", DAY)
        for words in ("merged into", "Trung tâm Y tế Tân Yên", BECAUSE, "12/QĐ-UBND", "30 Jun"):
            assert words in page, words
        assert "merged into" not in self.text(f"/facilities/{LEAVES}/", EVE)
        assert "it carries on for Yen The District Medical Centre" in self.text(
            f"/facilities/{STAYS}/", DAY
        )

    def test_every_page_opens_on_each_of_the_days(self):
        paths = [
            "/councils/",
            "/obstacles/",
            "/deadlines/",
            "/alerts/",
            "/measures/servers/",
            "/measures/progress/",
            "/figures/device/tablet/",
            f"/facilities/{STAYS}/certificates/",
        ]
        for on in (SESSION, EVE, DAY, AFTER):
            # From the day on, the map of the day is that of today.
            for chosen in ("day", "today") if on < DAY else ("day",):
                for path in paths:
                    self.text(path, on, map=chosen)

    def test_a_merger_costs_no_query_per_facility(self):
        def queries(on, **options):
            cache.clear()
            with CaptureQueriesContext(connection) as captured:
                progress(on, **options)
            return len(captured)

        assert queries(EVE) == queries(AFTER)
        assert queries(SESSION) == queries(SESSION, map_on=AFTER)
