"""The report of the working session of 21 May 2025, sentence by sentence, through the public interface.

What the report says is in the comments; what the product answers on that day is asserted. Nothing
here reads a table: only the API and the pages, as a leader of the province opens them.
"""

import html
import re

from django.core.management import call_command
from django.test import TestCase

from facilities.models import Role
from tests.factories import user_with

SESSION, BASELINE = "2025-05-21", "2025-02-18"


class TheReport(TestCase):
    @classmethod
    def setUpTestData(cls):
        call_command("load_bacgiang", verbosity=0)
        cls.leader = user_with(Role.LEADER, language="en")

    def setUp(self):
        self.client.force_login(self.leader)
        self.client.post("/i18n/setlang/", {"language": "en"})

    # --- the reader's two ways in ------------------------------------------------------------

    def get(self, path, **query):
        answer = self.client.get(path, query, headers={"accept-language": "en"})
        assert answer.status_code == 200, (path, answer.status_code)
        return answer

    def progress(self, on=SESSION, **query):
        return self.get("/api/v1/progress/", on=on, **query).json()

    def measure(self, code, on=SESSION, **query):
        return next(m for m in self.progress(on, **query)["measures"] if m["code"] == code)

    def figure(self, code, on=BASELINE):
        return next(f for f in self.progress(on)["figures"] if f["code"] == code)

    def facility(self, code, on=SESSION):
        return self.get(f"/api/v1/facilities/{code}/progress/", on=on).json()

    def text(self, path, on=SESSION, **query):
        """The words of a page."""
        page = self.get(path, on=on, **query).content.decode()
        body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page, flags=re.S)
        words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())
        return words.replace(" / ", "/").replace(" /", "/")

    # --- the sentences -----------------------------------------------------------------------

    def test_permanent_vice_chairman_had_a_working_session_on_may_21(self):
        # "Permanent Vice Chairman of the provincial People's Committee Mai Son on May 21 had a
        # working session with related departments and public medical facilities"
        page = self.text("/sessions/")
        assert "Mai Son" in page or "Mai Sơn" in page
        assert "21 May 2025" in page
        assert "21 May 2025" not in self.text("/sessions/", on="2025-05-20")

    def test_11_of_17_public_facilities_have_servers(self):
        # "11 out of 17 public medical facilities in the province have been equipped servers"
        servers = self.measure("servers")
        assert (servers["done"], servers["total"]) == (11, 17)
        assert round(servers["share"] * 100, 1) == 64.7
        scope = self.progress()["scope"]
        assert (scope["facilities"], scope["ownership"]) == (17, "public")

    def test_the_others_will_finish_bidding_in_june_2025(self):
        # "while the others will finish bidding process to supplement servers in June 2025"
        found = self.progress()
        without = [f for f in found["facilities"] if not f["measures"]["servers"]["done"]]
        assert len(without) == 6
        for facility in without:
            files = self.facility(facility["code"])["procurements"]
            awards = [
                stage["target"]
                for file in files
                for stage in file["stages"]
                if stage["code"] == "award" and not stage["actual"]
            ]
            assert awards, facility["code"]
            assert all("2025-06-01" <= award <= "2025-06-30" for award in awards)
        assert self.measure("servers")["expected_by"].startswith("2025-06")

    def test_all_of_them_are_provided_device_systems(self):
        # "All of them are provided device systems, ipad, printers, injection trolleys, QR code
        # generators, information lookup and automatic doctor registration screens."
        devices = self.measure("devices")
        assert (devices["done"], devices["total"]) == (17, 17)
        for kind in (
            "tablet",
            "printer",
            "injection-trolley",
            "qr-generator",
            "lookup-screen",
            "registration-screen",
        ):
            figure = self.figure(f"device:{kind}", on=SESSION)
            assert figure["facilities"] == 17, kind

    def test_nearly_4200_signatures_bought_and_registered(self):
        # "The province has bought and registered with the Government Cipher Committee to provide
        # nearly 4,200 digital signatures for medical staff."
        registered = self.measure("signatures_registered")
        assert registered["done"] == 4187
        assert registered["unit"] == "certificates"
        # Registered proves neither issue nor use: the product tells them apart.
        issued, tested = self.measure("signatures_issued"), self.measure("signatures_authenticated")
        assert registered["done"] > issued["done"] > tested["done"] > 0
        assert issued["total"] == tested["total"] == 4187

    def test_all_17_have_launched_or_piloted(self):
        # "all of the 17 public healthcare facilities have launched or piloted e-medical records"
        launched = self.measure("launched")
        assert (launched["done"], launched["total"], launched["share"]) == (17, 17, 1.0)

    def test_5_have_been_evaluated_and_are_official(self):
        # "5 of which have been evaluated and officially implemented the system"
        official = self.measure("official")
        assert (official["done"], official["total"]) == (5, 17)
        assert round(official["share"] * 100, 1) == 29.4
        stages = [f["stage"] for f in self.progress()["facilities"]]
        assert sum(stage in ("official", "announced") for stage in stages) == 5

    def test_councils_of_luc_nam_and_tan_yen_are_scheduled_on_may_23_and_24(self):
        # "The medical centers of Luc Nam and Tan Yen districts are scheduled to host meetings of
        # the evaluation council ... on May 23 and 24."
        for code, day in (("bg-ttyt-lucnam", "2025-05-23"), ("bg-ttyt-tanyen", "2025-05-24")):
            facility = self.facility(code)
            assert facility["stage"] == "council_scheduled"
            assert facility["council_on"] == day
            assert not facility["measures"]["official"]["done"]
        page = self.text("/councils/")
        assert "23 May 2025" in page
        assert "24 May 2025" in page

    def test_other_centers_will_complete_and_launch_from_june_to_august(self):
        # "Other centers will complete and launch the system from June to August 2025."
        waiting = [
            f
            for f in self.progress()["facilities"]
            if f["stage"] not in ("official", "announced", "council_scheduled")
        ]
        assert len(waiting) == 10
        for facility in waiting:
            launch = facility["milestones"]["launch"]
            assert launch["actual"] is None
            assert "2025-06-01" <= launch["target"] <= "2025-08-31", facility["code"]

    def test_accounts_and_connection_with_bach_mai_are_complete(self):
        # "the Department of Health has completed accounts issuance and established connectivity
        # for 100% of public medical facilities as well as private hospitals and clinics"
        public, private = self.measure("connected_public"), self.measure("connected_private")
        assert (public["done"], public["total"], public["share"]) == (17, 17, 1.0)
        assert private["share"] == 1.0
        assert private["done"] == private["total"] > 0

    def test_the_three_obstacles_mentioned(self):
        # "obstacles in preparing budget estimates for approval by competent authorities, delays in
        # centralized authentication of specialized digital signatures with the server of the
        # Government Cipher Committee and difficulties in health insurance reimbursement for
        # medical services using image storage and transmission systems instead of printed films"
        page = self.text("/obstacles/").lower()
        for words in ("estimate", "authentication", "insurance", "film"):
            assert words in page, words
        assert "insurance" not in self.text("/obstacles/", on="2025-05-20").lower()

    def test_the_agencies_assigned(self):
        # "he assigned the provincial Public Security Department, Department of Health and the
        # Social Security Region 11 to coordinate, study and apply relevant regulations"
        page = self.text("/directives/")
        for agency in ("Public Security", "Department of Health", "Social Security"):
            assert agency in page, agency

    def test_the_letter_to_the_ministry(self):
        # "He also requested the Department of Health to promptly advise the provincial People's
        # Committee to issue an official document proposing the Ministry of Health to address
        # difficulties and obstacles related to standards and norms for IT equipment"
        page = self.text("/directives/").lower()
        assert "ministry of health" in page
        assert "norms" in page
        # No day was set, and the product does not invent one.
        assert "none set" in page

    def test_132_days_remain_until_30_september(self):
        # "in order to ensure implementation of electronic medical records as scheduled"
        deadline = next(d for d in self.progress()["deadlines"] if d["on"] == "2025-09-30")
        assert deadline["days_left"] == 132

    # --- the baseline, and the days after ---------------------------------------------------

    def test_the_baseline_of_18_february(self):
        assert self.figure("device:his-server")["value"] == 25
        assert self.figure("device:computer")["value"] == 2416
        assert self.figure("device:printer")["value"] == 1658
        assert self.figure("hosting:own_room")["value"] == 5
        assert self.figure("hosting:rented_cloud")["value"] == 12
        levels = {level: self.figure(f"his_level:{level}")["value"] for level in (5, 6, 7)}
        assert levels == {5: 3, 6: 4, 7: 1}
        assert self.figure("his_level:unknown")["value"] == 9

    def test_councils_are_not_held_by_themselves(self):
        # Seen from the days after, the meetings are overdue for a ruling, not passed.
        after = self.facility("bg-ttyt-lucnam", on="2025-05-26")
        assert after["stage"] == "council_scheduled"
        assert after["next_step"] == "record_ruling"
        assert self.measure("official", on="2025-05-26")["done"] == 5

    def test_moving_the_day_changes_the_figures(self):
        compared = self.measure("servers", compare=BASELINE)
        assert compared["before"]["done"] == self.measure("servers", on=BASELINE)["done"] < 11
        assert compared["change"] == 11 - compared["before"]["done"]

    def test_the_leader_page_says_it_in_one_look(self):
        page = self.text("/")
        for words in ("5 of 17", "29.4", "132 days", "11/17", "17/17", "4,187", "23 May", "24 May"):
            assert words in page, words

    def test_every_measure_opens_to_its_rows(self):
        for measure in self.progress()["measures"]:
            page = self.client.get(measure["url"])
            assert page.status_code == 200, measure["url"]
