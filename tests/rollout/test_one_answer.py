"""One question, one answer: whatever page, paper, list or endpoint is asked (docs/one-answer.md)."""

import html
import re
import zipfile
from datetime import date
from io import BytesIO
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core.cache import cache
from django.urls import reverse

from facilities.as_of import AsOf
from facilities.models import Agency, Role
from rollout.models import WorkingSession
from rollout.notices.alerts import raise_alerts
from rollout.programme.obstacles import obstacles
from rollout.templatetags.figures import day, number, signed
from tests.factories import user_with

ON = date(
    2025, 12, 1
)  # of Bac Giang: the law's day is past, plans and steps are late, obstacles stand
LAW_PAST = 62
REPORT = "status_report"


@pytest.fixture
def ask(client, bac_giang, settings):
    settings.LANGUAGE_CODE = "en"
    cache.clear()
    client.force_login(user_with(Role.DEPARTMENT, language="en"))
    client.post("/i18n/setlang/", {"language": "en"})

    def get(name, *args, **asked):
        query = {"on": ON.isoformat()} | asked
        answer = client.get(reverse(name, args=args), query, headers={"accept-language": "en"})
        assert answer.status_code == 200, name
        return answer

    return get


def words(answer) -> str:
    """Of a page or of a paper, in one line."""
    if answer["Content-Type"].startswith("text/html"):
        text = answer.content.decode()
        text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", text, flags=re.DOTALL)
    else:
        with zipfile.ZipFile(BytesIO(b"".join(answer))) as packed:
            text = packed.read("word/document.xml").decode()
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return " ".join(text.replace("\xa0", " ").split())


def session() -> WorkingSession:
    return WorkingSession.objects.latest("held_on")


def everything_due(ask) -> list[dict]:
    found, asked = [], {}
    while True:
        answer = ask("api:deadlines", **asked).json()
        found += answer["deadlines"]
        if not answer["next"]:
            return found
        asked = dict(parse_qsl(urlsplit(answer["next"]).query))


def test_facility_days_lost(ask):
    standing = obstacles(AsOf(ON))
    assert len(standing) > 1
    listed = words(ask("rollout:obstacle-list"))
    lost = re.search(r"The province has lost ([\d,]+) facility-days", listed)[1]
    assert number(sum(one.facility_days for one in standing)) != lost  # some are held twice over
    said = f"facility-days lost by the province so far: {lost}"
    assert said in words(ask("rollout:session-brief", session().pk))
    for kind in ("brief", "report"):
        paper = ask("rollout:paper", kind, "docx", about=session().pk, language="en")
        assert said in words(paper)
    for one in standing:
        own = number(one.facility_days)
        assert f"Facility-days lost {own}" in words(ask("rollout:obstacle", one.code))
        assert own in listed
    summary = words(ask("rollout:leader"))
    assert f"{number(standing[0].facility_days)} facility-days lost" in summary


def test_since_when_an_obstacle_holds(ask):
    standing = obstacles(AsOf(ON))
    places = {
        name: words(ask(f"rollout:{name}")) for name in ("leader", "obstacle-list", "waiting")
    }
    agenda = words(ask("rollout:session", session().pk, on="2025-05-21"))
    for one in standing:
        assert one.since < one.raised_on  # held before anybody raised it: the two days differ
        since = day(one.since)
        own = words(ask("rollout:obstacle", one.code))
        assert f"Raised on {day(one.raised_on)} Since {since}" in own
        assert f"{day(one.raised_on)} {since}" in places["obstacle-list"]
        assert re.search(re.escape(one.name) + r" obstacle .*?" + since, places["waiting"])
        assert f"since {since}" in agenda
        if one.agency_id and agency_of(one) != "syt":  # which sends the letters, none to itself
            letter = ask("rollout:paper", "urging", "docx", about=agency_of(one), language="en")
            assert f"{one.name} {since}" in words(letter)
    assert f"since {day(standing[0].since)}" in places["leader"]


def agency_of(obstacle) -> str:
    return Agency.objects.get(pk=obstacle.agency_id).code


def test_how_late_a_facility_is(ask):
    due = everything_due(ask)
    longest: dict[str, int] = {}
    for one in due:
        if one["facility"] and one["rule"] != REPORT:
            longest[one["facility"]] = max(longest.get(one["facility"], 0), one["days_late"])
    late = {code: days for code, days in longest.items() if days}
    facilities = {f["code"]: f for f in ask("api:progress").json()["facilities"]}
    assert late == {code: f["days_late"] for code, f in facilities.items() if f["days_late"]}
    assert len(set(late.values())) > 1
    brief = words(ask("rollout:session-brief", session().pk))
    most = max(late.values())
    assert f"{len(late)} facilities are behind schedule, by up to {most} working days" in brief
    summary = words(ask("rollout:leader"))
    worst = max(late, key=late.__getitem__)
    for code in (worst, min(late, key=late.__getitem__)):
        said = f"{number(late[code])} working days overdue"
        assert said in words(ask("rollout:facility", code))
        assert f"{facilities[code]['name']} {said}" in summary
    assert f"{number(most)} working days overdue" in words(
        ask("rollout:deadline-list", show="late")
    )


def test_how_late_a_thing_is_in_alerts(ask):
    raise_alerts(ON)
    due = {(one["subject"], one["due_on"]): one["days_late"] for one in everything_due(ask)}
    alerts = [
        one for one in ask("api:alerts").json()["alerts"] if (one["subject"], one["due_on"]) in due
    ]
    assert any(one["days_late"] for one in alerts)
    for one in alerts:
        assert one["days_late"] == due[one["subject"], one["due_on"]], one["subject"]


def test_how_far_a_facility_is_from_its_first_plan(ask):
    timeline = ask("rollout:timeline", show="official").content.decode()
    found = re.findall(
        r'/facilities/([\w-]+)/[^"]*#line">.*?<td class="num(?: is-late)?">([^<]*)</td>\s*</tr>',
        timeline,
        re.DOTALL,
    )
    assert any(slip.strip("+0") for _code, slip in found)
    facilities = {f["code"]: f for f in ask("api:progress").json()["facilities"]}
    for code, slip in found:
        days = facilities[code]["milestones"]["official"]["slip_days"]
        assert slip == ("" if days is None else signed(days)), code
    moved, slip = next((code, slip) for code, slip in found if slip.startswith("+"))
    line = ask("rollout:facility", moved).content.decode().split('id="line"')[1]
    row = line.split("Official use")[1].split("</tr>")[0]
    assert re.search(r'data-name="Slip in days">([^<]*)<', row)[1] == slip


def test_how_long_the_day_of_the_law_is_past(ask):
    law = next(d for d in ask("api:progress").json()["deadlines"] if d["days_left"] < 0)
    assert law["days_left"] == -LAW_PAST
    past = f"{LAW_PAST} days past {day(date.fromisoformat(law['on']))}"
    assert past in words(ask("rollout:leader"))
    assert past in words(ask("rollout:session-brief", session().pk))
