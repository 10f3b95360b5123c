"""Every figure of the report of 21 May 2025 stands in the brief, computed, in both languages."""

from datetime import date, timedelta

from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone

from facilities.models import Agency, Role
from facilities.services import withdraw
from rollout.models import MilestoneEvent, PublishedBrief, WorkingSession
from rollout.publishing.brief.document import brief, compared_with
from rollout.publishing.brief.publishing import publish, recompute
from rollout.publishing.brief.rendering import as_text, drawn
from tests.factories import recorder, user_with

DAY = date(2025, 5, 21)

# What the report says, by language.
FIGURES = {
    "en": (
        ("opening", ("21 May 2025", "Permanent Vice Chairman", "Mai Son", "related departments")),
        ("opening", ("Bach Mai Hospital", "17 public")),
        ("equipment", ("11 out of 17", "other 6", "June 2025", "17 out of 17")),
        ("equipment", ("Tablet (iPad)", "Printer", "Injection trolley", "QR code generator")),
        ("equipment", ("Information look-up screen", "Automatic registration screen")),
        ("signatures", ("4,187",)),
        ("use", ("17 out of 17", "5 out of 17", "Luc Nam", "23 May 2025", "Tan Yen")),
        ("use", ("24 May 2025", "June 2025", "August 2025")),
        ("connection", ("Bach Mai Hospital", "100%", "17 out of 17", "42 out of 42")),
        ("solutions", ("Some solutions to remove the mentioned obstacles", "the participants")),
        ("difficulties", ("budget estimates", "centralized authentication", "health insurance")),
        ("conclusion", ("efforts and determination", "Mai Son")),
        ("difficulties", ("by representatives of several healthcare facilities, 3 obstacles",)),
        (
            "orders",
            ("Together: ", "Public Security", "Department of Health", "Social Security Region 11"),
        ),
        ("orders", ("Ministry of Health", "norms for IT equipment")),
    ),
    "vi": (
        ("opening", ("21/05/2025", "Phó Chủ tịch Thường trực", "Mai Sơn", "sở, ngành liên quan")),
        ("equipment", ("11", "17", "6", "06/2025", "Máy tính bảng (iPad)", "Máy in", "Xe tiêm")),
        ("signatures", ("4.187",)),
        ("use", ("17", "5", "Lục Nam", "23/05/2025", "Tân Yên", "24/05/2025")),
        ("use", ("06/2025", "08/2025")),
        ("connection", ("Bạch Mai", "100%", "17", "42")),
        ("solutions", ("Một số giải pháp tháo gỡ các vướng mắc đã nêu", "các đại biểu")),
        ("difficulties", ("dự toán", "Ban Cơ yếu Chính phủ", "bảo hiểm y tế")),
        ("conclusion", ("nỗ lực, quyết tâm", "Mai Sơn")),
        ("difficulties", ("đại diện một số cơ sở y tế đã nêu 3 khó khăn, vướng mắc",)),
        (
            "orders",
            (
                "Cùng thực hiện: ",
                "Công an tỉnh",
                "Sở Y tế",
                "Bảo hiểm xã hội khu vực XI",
                "Bộ Y tế",
            ),
        ),
    ),
}


class TheBriefOfTheSession(TestCase):
    @classmethod
    def setUpTestData(cls):
        call_command("load_bacgiang", verbosity=0)
        cls.session = WorkingSession.objects.get(held_on=DAY)

    def made(self, on=DAY, known_at=None):
        compare, compare_known_at = compared_with(self.session, known_at)
        return brief(
            self.session,
            on=on,
            known_at=known_at,
            compare=compare,
            compare_known_at=compare_known_at,
        )

    def words(self, language="en", **asked):
        sections = drawn(self.made(**asked).sections, language)
        return {section["code"]: as_text([section]) for section in sections}

    def test_every_figure_of_the_report_in_both_languages(self):
        for language, expected in FIGURES.items():
            words = self.words(language)
            for section, said in expected:
                for one in said:
                    with self.subTest(language=language, section=section, said=one):
                        assert one in words[section]

    def test_what_rests_on_assumed_rows_says_so(self):
        for language, said in (("en", "[{} assumed]"), ("vi", "[giả định:\N{NO-BREAK SPACE}{}]")):
            words = self.words(language)
            for section, counts in (
                ("equipment", ("11", "17")),
                ("use", ("5", "10")),
                ("connection", ("42",)),
                ("late", ("1",)),
            ):
                for count in counts:
                    with self.subTest(language=language, section=section, count=count):
                        assert said.format(count) in words[section]
            assert said.format("4,187" if language == "en" else "4.187") in words["signatures"]
        both = [line for line in self.words()["use"].splitlines() if "Luc Nam" in line]
        assert both
        assert not any("assumed" in line for line in both)

    def test_every_number_has_rows_that_open(self):
        self.client.force_login(user_with(Role.LEADER))
        hrefs = {
            href.split("#")[0]
            for section in drawn(self.made().sections, "en")
            for sentence in section["sentences"]
            for words, href in sentence
            if href
        }
        assert all("on=20" in href for href in hrefs)
        for href in sorted(hrefs):
            with self.subTest(href=href):
                assert self.client.get(href).status_code == 200

    def test_it_changes_with_the_day(self):
        assert "had a working session" in self.words(on=DAY)["opening"]
        assert "will have a working session" in self.words(on=DAY - timedelta(days=1))["opening"]
        assert "132 days left" in self.words(on=DAY)["law"]
        assert "133 days left" in self.words(on=DAY - timedelta(days=1))["law"]
        after = self.words(on=date(2025, 6, 30))
        assert "Luc Nam District Medical Centre (23 May 2025)" in after["use"]
        assert "no conclusion is on record" in after["use"]

    def test_a_year_later_nothing_past_is_told_as_if_it_were_to_come(self):
        later = date(2026, 3, 1)
        found = {
            language: "".join(self.words(language, on=later).values()) for language in ("vi", "en")
        }
        assert "bidding for servers was to end by 27 Jun 2025" in found["en"]
        assert "were to have launched the system by 25 Aug 2025" in found["en"]
        assert "newest entry: 14 May 2025, nothing since" in found["en"]
        assert "dữ liệu mới nhất: 14/05/2025, từ đó chưa có thêm" in found["vi"]
        for to_come in (
            "are to finish bidding",
            "are to complete",
            "is scheduled",
            "are scheduled",
        ):
            assert to_come not in found["en"]
        assert "nothing since" not in "".join(self.words().values())
        self.client.force_login(user_with(Role.LEADER, language="en"))
        self.client.cookies["django_language"] = "en"
        page = self.client.get(f"/?on={later}").content.decode()
        assert "6 were to end bidding by 27 Jun 2025" in page
        assert "to finish bidding by" not in page
        assert "newest entry: 14 May 2025, nothing since" in page
        assert "Council day passed, no conclusion on record" in page
        assert "Council scheduled" not in page
        page = self.client.get(f"/measures/servers/?on={later}").content.decode()
        assert "14 May 2025, nothing since" in page

    def test_since_the_session_before(self):
        assert "EMR servers: from 4 on 18 Feb 2025 to 11" in self.words()["changes"]

    def test_a_fact_changes_and_so_does_the_sentence(self):
        fact = MilestoneEvent.objects.known().filter(milestone="official", happened_on__lte=DAY)[0]
        withdraw(fact=fact, because="misread", by=recorder())
        assert "4 out of 17" in self.words()["use"]

    def test_the_digest_survives_later_facts(self):
        at = timezone.now()
        published = publish(session=self.session, on=DAY, by=recorder(), at=at, override="test")
        assert recompute(published) == (True, [])
        for fact in MilestoneEvent.objects.known().filter(milestone="official"):
            withdraw(fact=fact, because="misread", by=recorder(), at=at + timedelta(days=365))
        assert "None of the 17" in self.words()["use"]
        published.refresh_from_db()
        assert recompute(published) == (True, [])

    def test_what_was_changed_behind_the_clocks_is_shown(self):
        published = publish(
            session=self.session, on=DAY, by=recorder(), at=timezone.now(), override="test"
        )
        # Not through any verb: as if somebody had touched the table.
        MilestoneEvent.objects.filter(milestone="official").delete()
        same, differences = recompute(published)
        assert not same
        assert ("use.official_some.done", 5, None) in differences
        self.client.force_login(user_with(Role.LEADER, language="en"))
        page = self.client.get(f"/briefs/{published.pk}/")
        self.assertContains(page, "use.official_some.done")

    def test_pages(self):
        self.client.force_login(user_with(Role.DEPARTMENT, language="en"))
        path = f"/sessions/{self.session.pk}/brief/?on=2025-05-21"
        page = self.client.get(path + "&words=en")
        self.assertContains(page, "11</a> out of <a")
        form = page.context["form"]
        sent = {"change_set": form["change_set"].value(), "override": "ordered by the chair"}
        answer = self.client.post(path, sent)
        assert answer.status_code == 302, answer.content
        assert self.client.post(path, sent).status_code == 302
        published = PublishedBrief.objects.get()
        assert answer.url == f"/briefs/{published.pk}/?on=2025-05-21"
        page = self.client.get(answer.url + "&words=vi")
        self.assertContains(page, published.digest)
        self.assertContains(page, "4.187")
        self.assertContains(self.client.get(answer.url + "&words=en"), "4,187")

    def test_a_leader_reads_but_does_not_publish(self):
        self.client.force_login(user_with(Role.LEADER))
        path = f"/sessions/{self.session.pk}/brief/?on=2025-05-21"
        assert self.client.get(path).context["form"] is None
        assert self.client.post(path, {"change_set": "x"}).status_code == 403
        self.client.force_login(user_with(Role.AGENCY, agency=Agency.objects.earliest("pk")))
        assert self.client.get(path).status_code == 403
