"""Alerts and deadlines in the API: those of the pages, in pieces, for those whom the pages are for."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext, override

from facilities.as_of import AsOf
from facilities.models import ApiToken, Facility, Role
from facilities.services import withdraw
from rollout.api.parameters import DEADLINE_RULES
from rollout.models import Alert, Milestone
from rollout.notices.alerts import raise_alerts
from rollout.programme.deadlines import late_and_coming
from rollout.programme.late import thing_of
from rollout.programme.services import record_milestone
from tests import factories
from tests.factories import UserFactory, user_with

ALERTS, DEADLINES = "/api/v1/alerts/", "/api/v1/deadlines/"
ON = date(2025, 5, 21)


@pytest.fixture(scope="module")
def seeded(bac_giang_of_the_module, django_db_blocker):
    """With the alerts of two days."""
    with django_db_blocker.unblock(), transaction.atomic():
        for day in (ON - timedelta(days=1), ON):
            raise_alerts(day)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def bacgiang(seeded, db):
    pass


@pytest.fixture
def reader(client, bacgiang):
    client.force_login(user_with(Role.LEADER, language="en"))
    return client


def ask(reader, url, **query) -> dict:
    answer = reader.get(url, {"on": "2025-05-21"} | query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def read_on(reader, url: str, of: str) -> list[dict]:
    found = []
    while url:
        answer = reader.get(url)
        assert answer.status_code == 200, answer.content
        found += answer.json()[of]
        url = answer.json()["next"]
    return found


class TestAlerts:
    def test_the_alerts_of_21_may_are_those_of_the_page(self, reader):
        found = ask(reader, ALERTS)
        assert found["totals"] == {"notice": 4, "warning": 4, "late": 1}
        assert (found["count"], found["next"], found["on"]) == (9, None, "2025-05-21")
        page = reader.get(reverse("rollout:alert-list"), {"on": "2025-05-21"})
        listed = [thing_of(row["alert"].subject) for row in page.context["rows"]]
        assert set(listed) == {thing_of(one["subject"]) for one in found["alerts"]}
        assert [one["due_on"] for one in found["alerts"]] == sorted(
            one["due_on"] for one in found["alerts"]
        )
        assert found["alerts"][0] | {"subject": ""} == {
            "rule": "must_request",
            "rule_label": "Latest day to ask for signatures",
            "subject": "",
            "level": 1,
            "severity": "warning",
            "severity_label": "Warning",
            "due_on": "2025-05-06",
            "days_late": 0,
            "facility": "bg-ttyt-lucnam",
            "facility_name": "Luc Nam District Medical Centre",
            "what": "Luc Nam District Medical Centre: Latest day to ask for 3 digital signatures "
            "still missing",
            "raised_on": "2025-05-21",
            "url": "/facilities/bg-ttyt-lucnam/#funnel",
        }

    def test_what_is_not_late_has_no_days_late(self, reader):
        for one in ask(reader, ALERTS)["alerts"]:
            is_late = one["level"] == 1 and not one["rule"].startswith("must_")
            assert (one["days_late"] > 0) == is_late == (one["severity"] == "late")

    def test_it_is_said_in_the_language_asked_for(self, reader):
        answer = reader.get(ALERTS, {"on": "2025-05-21"}, headers={"accept-language": "vi"})
        first = answer.json()["alerts"][0]
        assert first["what"].startswith("Trung tâm Y tế huyện Lục Nam: ")
        assert first["severity_label"] == "Sắp đến hạn"

    def test_the_day_before_has_those_that_stood_then(self, reader):
        before = ask(reader, ALERTS, on="2025-05-20")
        assert (before["count"], before["totals"]["late"]) == (6, 1)
        assert {one["raised_on"] for one in before["alerts"]} == {"2025-05-20"}
        assert ask(reader, ALERTS, on="2025-05-19")["alerts"] == []

    def test_an_alert_stands_until_the_day_it_is_cleared(self, reader):
        alert = Alert.objects.get(rule="procurement_stage", level=1)
        Alert.objects.filter(pk=alert.pk).update(cleared_on=ON)
        assert ask(reader, ALERTS)["count"] == 8
        assert ask(reader, ALERTS, on="2025-05-20")["count"] == 6

    def test_filters_choose_together_and_totals_ignore_severity(self, reader):
        late = ask(reader, ALERTS, severity="late")
        assert (late["count"], len(late["alerts"])) == (1, 1)
        assert late["totals"] == {"notice": 4, "warning": 4, "late": 1}
        rule = ask(reader, ALERTS, rule="must_request")
        assert {one["rule"] for one in rule["alerts"]} == {"must_request"}
        assert rule["count"] == sum(rule["totals"].values()) < 9
        both = ask(reader, ALERTS, rule="must_request", facility="bg-ttyt-lucnam")
        assert [one["facility"] for one in both["alerts"]] == ["bg-ttyt-lucnam"]
        assert ask(reader, ALERTS, rule="gateway")["count"] == 0

    @pytest.mark.parametrize("limit", [1, 4, 9])
    def test_pieces_lose_and_repeat_nothing(self, reader, limit):
        whole = ask(reader, ALERTS)["alerts"]
        assert read_on(reader, f"{ALERTS}?on=2025-05-21&limit={limit}", "alerts") == whole

    def test_the_tag_stays_until_an_alert_changes_or_a_facility_is_renamed(self, reader):
        first = reader.get(ALERTS, {"on": "2025-05-21"})
        tag = first.headers["ETag"]
        cache.clear()
        again = reader.get(ALERTS, {"on": "2025-05-21"}, headers={"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")
        Alert.objects.filter(level=1).update(severity="warning")  # moves no ledger
        changed = reader.get(ALERTS, {"on": "2025-05-21"}, headers={"if-none-match": tag})
        assert changed.status_code == 200
        assert changed.headers["ETag"] != tag


class TestDeadlines:
    def test_what_is_late_and_coming_is_what_the_page_lists(self, reader):
        found = ask(reader, DEADLINES)
        computed = late_and_coming(AsOf(ON))
        assert found["count"] == len(computed) == 49
        assert found["totals"] == {"late": 1, "coming": 48}
        assert found["until"] == "2025-08-19"
        listed = []
        for page in (1, 2, 3):
            asked = {"on": "2025-05-21", "page": page}
            lines = reader.get(reverse("rollout:deadline-list"), asked).context["lines"]
            listed += [one["line"].thing for one in lines]
        assert set(listed) == {thing_of(one["subject"]) for one in found["deadlines"]}
        assert found["deadlines"][0] | {"subject": ""} == {
            "rule": "procurement_stage",
            "rule_label": "Procurement stage",
            "subject": "",
            "state": "late",
            "due_on": "2025-05-16",
            "days_late": 3,
            "facility": "bg-ttyt-yenthe",
            "facility_name": "Yen The District Medical Centre",
            "what": "Estimate approved: BG-2025-07",
        }

    def test_each_stands_at_one_place_of_the_list(self, reader):
        found = ask(reader, DEADLINES)["deadlines"]
        assert {one["rule"] for one in found} <= set(DEADLINE_RULES)
        places = [(one["due_on"], one["rule"], one["subject"]) for one in found]
        assert places == sorted(set(places))

    @pytest.mark.parametrize("limit", [7, 48, 49])
    def test_pieces_lose_and_repeat_nothing(self, reader, limit):
        whole = ask(reader, DEADLINES)["deadlines"]
        assert read_on(reader, f"{DEADLINES}?on=2025-05-21&limit={limit}", "deadlines") == whole

    def test_on_its_day_it_is_coming_and_on_the_next_working_day_late(self, reader):
        asked = {"rule": "procurement_stage", "facility": "bg-ttyt-yenthe"}
        friday = ask(reader, DEADLINES, on="2025-05-16", **asked)["deadlines"][0]
        sunday = ask(reader, DEADLINES, on="2025-05-18", **asked)["deadlines"][0]
        monday = ask(reader, DEADLINES, on="2025-05-19", **asked)["deadlines"][0]
        told = [(one["state"], one["days_late"]) for one in (friday, sunday, monday)]
        assert told == [("coming", 0), ("coming", 0), ("late", 1)]

    def test_filters_choose_together(self, reader):
        assert len(ask(reader, DEADLINES, state="late")["deadlines"]) == 1
        council = ask(reader, DEADLINES, rule="council", facility="bg-ttyt-lucnam")
        assert [one["due_on"] for one in council["deadlines"]] == ["2025-05-23"]
        assert council["totals"] == {"late": 0, "coming": 1}

    def test_what_is_done_leaves_and_returns_when_it_is_withdrawn(self, reader):
        place = Facility.objects.get(code="bg-bvdk")
        asked = {"rule": "milestone", "facility": place.code}
        before = reader.get(DEADLINES, {"on": "2025-05-21"} | asked)
        assert before.json()["count"] > 0
        event = record_milestone(
            facility=place, milestone=Milestone.OFFICIAL, happened_on=ON, by=factories.recorder()
        )
        after = reader.get(DEADLINES, {"on": "2025-05-21"} | asked)
        assert after.json()["count"] < before.json()["count"]
        assert after.headers["ETag"] != before.headers["ETag"]
        day_before = {"on": "2025-05-20", **asked}
        assert reader.get(DEADLINES, day_before).json()["count"] == before.json()["count"]
        withdraw(fact=event, because="x", by=factories.recorder())
        again = reader.get(
            DEADLINES,
            {"on": "2025-05-21"} | asked,
            headers={"if-none-match": before.headers["ETag"]},
        )
        assert again.status_code == 304

    def test_before_anything_was_known_nothing_is_due(self, reader):
        assert ask(reader, DEADLINES, known_at="2024-01-01")["count"] == 0


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("url", "query", "named"),
    [
        (ALERTS, "on=2025-02-30&severity=bad&rule=x", ["on", "rule", "severity"]),
        (ALERTS, "facility=nowhere&limit=x&after=2025-05-21", ["after", "facility", "limit"]),
        (ALERTS, "after=2025-05-21.99999999999999999999", ["after"]),
        (ALERTS, "after=2025-02-30.1&known_at=2025-05-21", ["after", "known_at"]),
        (ALERTS, "severity=late&severity=late", ["severity"]),
        (DEADLINES, "state=done&rule=must_start&map=x", ["map", "rule", "state"]),
        (DEADLINES, "known_at=soon&severity=late&after=x", ["after", "known_at", "severity"]),
    ],
)
def test_a_mistake_is_refused_and_every_parameter_at_fault_is_named(
    reader, language, url, query, named
):
    answer = reader.get(f"{url}?{query}", headers={"accept-language": language})
    assert answer.status_code == 400
    assert sorted(answer.json()["errors"]) == named
    if "after" in named:
        with override(language):
            expected = gettext("Take this from “next” of the answer before.")
        assert answer.json()["errors"]["after"] == [expected]


@pytest.mark.parametrize(
    ("url", "page"), [(ALERTS, "rollout:alert-list"), (DEADLINES, "rollout:deadline-list")]
)
class TestReaders:
    @pytest.mark.parametrize(
        ("role", "status"),
        [(Role.DEPARTMENT, 200), (Role.LEADER, 200), (Role.ADMINISTRATOR, 403)],
    )
    def test_whom_the_page_is_for(self, client, bacgiang, url, page, role, status):
        client.force_login(user_with(role))
        assert client.get(url).status_code == client.get(reverse(page)).status_code == status

    def test_who_has_no_role_or_speaks_for_one_facility_is_refused(
        self, client, bacgiang, url, page
    ):
        assert client.get(url).status_code == 401
        own = Facility.objects.get(code="bg-bvdk")
        for user in (UserFactory(), user_with(Role.OFFICER, facility=own)):
            client.force_login(user)
            assert client.get(url, {"facility": own.code}).status_code == 403

    def test_a_key_needs_the_scope_of_the_programme(self, client, bacgiang, url, page):
        user = user_with(Role.CLIENT)
        found = {}
        for scope in ApiToken.Scope.values:
            _token, key = ApiToken.make(
                user=user, label="x", scope=scope, expires_on=date(2100, 1, 1)
            )
            answer = client.get(url, headers={"authorization": f"Bearer {key}"})
            found[scope] = answer.status_code
        assert found == dict.fromkeys(ApiToken.Scope, 403) | {
            "programme:read": 200,
            "programme:write": 200,
        }
