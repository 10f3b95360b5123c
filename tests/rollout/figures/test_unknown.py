"""What is not known is never zero: properties of every figure, and a province with half its registers."""

from collections import Counter
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from equipment.services import record_movement
from facilities.as_of import AsOf
from facilities.models import Area, AreaParent, Role
from facilities.services import withdraw
from rollout.figures.contradictions import contradictions
from rollout.figures.measures import BY_CODE, MEASURES
from rollout.figures.progress import progress
from rollout.figures.sums import summed
from rollout.figures.trend import trend
from rollout.forecasting import forecast_of
from rollout.models import Absence, MeasureCode, Milestone, Tracking
from rollout.programme.services import (
    declare_not_needed,
    record_absence,
    record_milestone,
    track,
)
from rollout.publishing.brief.document import brief
from rollout.publishing.brief.rendering import text
from rollout.registers.loading import load_province
from tests import factories
from tests.rollout import half_known_province
from tests.rollout.figures.test_measures import state

ON = date(2025, 5, 21)
COUNTED = ("done", "counted", "total", "known", "unknown", "begun")


def figures(found) -> dict[str, tuple]:
    return {m.code: tuple(getattr(m, name) for name in COUNTED) for m in found.measures}


# --- properties: pure ---------------------------------------------------------------------

amounts = st.one_of(st.just(None), st.integers(0, 3))
COMPONENTS = (
    "servers",
    "server_files",
    "norm__tablet",
    "device__tablet",
    "certificates_needed",
    "certificates_requested",
    "certificates_authenticated",
    "milestone__launch",
    "milestone__official",
    "evaluated",
    "account",
    "connected",
    "none__servers",
)
facility_states = st.fixed_dictionaries(dict.fromkeys(COMPONENTS, amounts))
places = st.lists(st.tuples(facility_states, st.booleans()), max_size=6)


def cells(code: str, found: list) -> dict:
    return {
        pk: {
            code: BY_CODE[code].read(
                state(**{name: n for name, n in parts.items() if n is not None}),
                lambda _measure, is_tracked=is_tracked: is_tracked,
            )
        }
        for pk, (parts, is_tracked) in enumerate(found)
    }


@given(code=st.sampled_from(sorted(BY_CODE)), found=places)
def test_known_and_unknown_are_all_and_no_share_exceeds_what_is_known(code, found):
    total = summed(BY_CODE[code], cells(code, found))
    assert total.known + total.unknown == len(found)
    if found:
        assert (total.total is None) == (not total.known)
    assert total.counted <= total.done


@given(code=st.sampled_from(sorted(BY_CODE)), found=places, more=facility_states)
def test_a_facility_that_is_not_known_changes_nobody_elses_figures(code, found, more):
    everybody = [*found, (dict.fromkeys(more), False)]
    before, after = (summed(BY_CODE[code], cells(code, some)) for some in (found, everybody))
    assert after.unknown == before.unknown + 1
    if found:
        for name in ("done", "counted", "total", "known", "begun", "evidence", "newest_on"):
            assert getattr(after, name) == getattr(before, name)


@given(code=st.sampled_from(sorted(BY_CODE)), parts=facility_states)
def test_a_record_that_there_is_none_turns_unknown_into_no_and_nothing_else(code, parts):
    told = {name: n for name, n in parts.items() if n is not None}
    before = BY_CODE[code].read(state(**told), lambda _measure: False)
    after = BY_CODE[code].read(state(**told | {f"none__{code}": 1}), lambda _measure: False)
    if before.is_known:
        assert after == before
    else:
        assert (after.done, after.evidence) == (before.done, before.evidence)
        assert after.state in ("not_begun", "under_way", "unknown")


# --- dated: what is tracked -----------------------------------------------------------------


@pytest.fixture
def place(db):
    factories.programme()
    return factories.facility("place", tracked=False)


def known_on(day: date, code: str = "servers", **asked) -> bool:
    [result] = progress(day, **asked).facilities
    return result.measures[code].is_known


def tracks(since: date, *, is_tracked: bool = True, **of) -> Tracking:
    [row] = track(
        measures=["servers"],
        since=since,
        is_tracked=is_tracked,
        source="Công văn 12",
        by=factories.recorder(),
        **of,
    )
    return row


class TestTracking:
    def test_silence_means_no_from_the_day_on_and_not_a_day_before(self, place):
        tracks(ON)
        assert not known_on(ON - timedelta(days=1))
        assert known_on(ON)
        assert not known_on(ON, "launched")

    def test_ended_silence_says_nothing_again_and_earlier_days_stay(self, place):
        tracks(ON)
        tracks(ON + timedelta(days=10), is_tracked=False)
        assert known_on(ON + timedelta(days=9))
        assert not known_on(ON + timedelta(days=10))

    def test_as_it_was_known_then(self, place):
        row = tracks(ON)
        before = row.recorded_at - timedelta(seconds=1)
        row_of = [f.facility.code for f in progress(ON).facilities]
        assert row_of == ["place"]
        withdraw(fact=row, because="nhầm", by=factories.recorder())
        assert not known_on(ON)
        assert not progress(ON, known_at=before).facilities  # nothing had been recorded yet

    def test_of_a_kind_and_of_no_other(self, place):
        factories.facility("hospital", kind=factories.Kind.GENERAL_HOSPITAL, tracked=False)
        tracks(ON, kind=factories.Kind.GENERAL_HOSPITAL)
        known = {r.code: r.measures["servers"].is_known for r in progress(ON).facilities}
        assert known == {"place": False, "hospital": True}

    def test_of_an_area_and_all_that_lies_in_it(self, place):
        province = factories.AreaFactory(code="tinh-cu")
        district = factories.AreaFactory(code="huyen", level=Area.Level.DISTRICT)
        AreaParent.objects.create(
            area=district,
            parent=province,
            effective_from=factories.START,
            recorded_by=factories.recorder(),
        )
        factories.facility("inside", area=district, tracked=False)
        tracks(ON, area=province)
        known = {r.code: r.measures["servers"].is_known for r in progress(ON).facilities}
        assert known == {"place": False, "inside": True}
        tracks(ON, area=district, is_tracked=False)  # the nearest area has the word
        assert not any(r.measures["servers"].is_known for r in progress(ON).facilities)

    def test_the_curve_says_the_same_as_each_day(self, place):
        tracks(ON)
        record_absence(
            facility=place,
            measure="launched",
            happened_on=ON + timedelta(days=2),
            by=factories.recorder(),
        )
        for code in ("servers", "launched"):
            first, last = ON - timedelta(days=2), ON + timedelta(days=4)
            for point in trend(BY_CODE[code], first, last):
                day = progress(point.on).measure(code)
                assert (point.done, point.total) == (day.done, day.total), (code, point.on)


class TestNone:
    def test_unknown_becomes_no_from_the_day_it_was_said_for(self, place):
        record_absence(facility=place, measure="servers", happened_on=ON, by=factories.recorder())
        assert not known_on(ON - timedelta(days=1))
        assert known_on(ON)
        [changed] = {
            code for code, cell in progress(ON).facilities[0].measures.items() if cell.is_known
        }
        assert changed == "servers"

    def test_taken_back_it_is_unknown_again(self, place):
        row = record_absence(
            facility=place, measure="servers", happened_on=ON, by=factories.recorder()
        )
        withdraw(fact=row, because="có rồi", by=factories.recorder())
        assert not known_on(ON)


def test_nothing_known_is_said_and_not_printed_as_nought(place):
    found = progress(ON)
    for result in found.measures:
        if result.facilities:
            assert (result.told, result.total, result.share, result.state) == (
                None,
                None,
                None,
                "unknown",
            )
    [facility] = found.facilities
    assert (facility.stage, facility.next_step, facility.progress) == ("unknown", "record", None)
    assert {m.state for m in facility.milestones} == {"unknown"}
    assert found.overall is None


# --- a province of 60 facilities with half of its registers empty ----------------------------


@pytest.fixture
def half_known(db, tmp_path):
    half_known_province.write(tmp_path)
    load_province(tmp_path)


def test_each_step_passed_over_is_told_once(half_known):
    found = contradictions(AsOf(ON))
    assert {one.key for one in found} == half_known_province.PASSED_OVER
    assert len(found) == len(half_known_province.PASSED_OVER) == 10


def test_its_figures_are_of_what_is_known(half_known):
    found = progress(ON)
    assert {
        m.code: (m.told, m.total, m.known, m.unknown) for m in found.measures if m.facilities
    } == {
        "servers": (None, None, 0, 60),
        "devices": (None, None, 0, 60),
        "signatures_registered": (0, 1700, 17, 43),
        "signatures_issued": (None, None, 0, 60),
        "signatures_authenticated": (None, None, 0, 60),
        "launched": (28, 28, 28, 32),
        "official": (20, 60, 60, 0),
        "connected_public": (59, 60, 60, 0),
    }
    assert found.measure("official").share == pytest.approx(20 / 60)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_its_brief_says_what_is_not_known(half_known, language):
    made = brief(None, on=ON)
    with translation.override(language):
        words = " ".join(text(s) for section in made.sections for s in section.sentences)
    expected = {
        "en": (
            "How many facilities have been equipped with servers for electronic medical records "
            "is not known.",
            "Of 32 of the 60 facilities this is not known.",
            "20 out of 60 have been evaluated",
        ),
        "vi": (
            "Chưa rõ bao nhiêu cơ sở đã được trang bị máy chủ triển khai bệnh án điện tử.",
            "Chưa rõ số liệu này của 32 trên 60 cơ sở.",
        ),
    }[language]
    for sentence in expected:
        assert sentence in words


def test_the_api_gives_null_and_how_many_are_not_known(half_known, client):
    client.force_login(factories.user_with(Role.DEPARTMENT))
    answer = client.get(reverse("api:progress"), {"on": ON.isoformat()}).json()
    servers = next(m for m in answer["measures"] if m["code"] == "servers")
    assert {name: servers[name] for name in ("done", "total", "share", "missing", "state")} == {
        "done": None,
        "total": None,
        "share": None,
        "missing": None,
        "state": "unknown",
    }
    assert (servers["known"], servers["unknown"], servers["tracked"]) == (0, 60, False)


@pytest.mark.parametrize(
    "page", ["/", "/measures/servers/", "/measures/progress/", "/forecast/", "/timeline/"]
)
def test_its_pages_open(half_known, client, page):
    client.force_login(factories.user_with(Role.DEPARTMENT))
    assert client.get(page, {"on": ON.isoformat()}).status_code == 200


# --- the two answers to a step passed over --------------------------------------------------


@pytest.fixture
def used(db):
    """Used officially with a decision; no council has ruled."""
    factories.programme()
    place = factories.facility("place", tracked=False)
    for milestone, day in (
        (Milestone.PILOT, ON - timedelta(days=60)),
        (Milestone.DECISION, ON - timedelta(days=30)),
        (Milestone.OFFICIAL, ON - timedelta(days=20)),
    ):
        record_milestone(
            facility=place, milestone=milestone, happened_on=day, by=factories.recorder()
        )
    return place


def test_not_needed_closes_the_gap_from_its_day_and_changes_no_figure(used):
    [gap] = contradictions(AsOf(ON))
    before = figures(progress(ON))
    declare_not_needed(
        gap=gap.key,
        facility=used,
        happened_on=ON,
        because="Cơ sở thuộc Bộ Y tế đánh giá",
        by=factories.recorder(),
    )
    assert contradictions(AsOf(ON)) == []
    assert [one.key for one in contradictions(AsOf(ON - timedelta(days=1)))] == [gap.key]
    assert figures(progress(ON)) == before


def test_on_its_page_in_one_go_by_name_and_taken_back(used, client):
    client.force_login(factories.user_with(Role.DEPARTMENT, full_name="Lê Thị Duyệt"))
    page = reverse("rollout:contradictions")
    [gap] = contradictions(AsOf(ON))
    address = f"{reverse('rollout:step-not-needed')}?{urlencode({'gap': gap.key})}"
    assert address in client.get(page).content.decode()
    form = client.get(address).context["action"].form
    sent = {"do": "not-needed", "change_set": form["change_set"].value()}
    refused = client.post(address, sent | {"happened_on": ON.isoformat(), "because": " "})
    assert (refused.status_code, len(contradictions(AsOf(ON)))) == (400, 1)
    done = client.post(address, sent | {"happened_on": ON.isoformat(), "because": "Bộ đánh giá"})
    assert done.status_code == 302
    assert contradictions(AsOf(ON)) == []
    told = client.get(page).content.decode()
    assert "Bộ đánh giá" in told
    assert "Lê Thị Duyệt" in told


def test_a_step_of_somebody_elses_making_is_not_found(used, client):
    client.force_login(factories.user_with(Role.DEPARTMENT))
    address = reverse("rollout:step-not-needed")
    for gap in ("", "servers", "official-without-council:nobody"):
        assert client.get(address, {"gap": gap}).status_code == 404


# --- the pages where it is said --------------------------------------------------------------


def test_the_department_begins_to_track_in_one_form(place, client):
    client.force_login(factories.user_with(Role.DEPARTMENT))
    address = reverse("rollout:tracking")
    assert address in client.get("/measures/servers/").content.decode()
    form = client.get(address, {"measure": "servers"}).context["action"].form
    assert form["measures"].value() == ["servers"]
    given = {
        "do": "track",
        "change_set": form["change_set"].value(),
        "measures": ["servers", "launched"],
        "is_tracked": "yes",
        "of": "kind:medical_centre",
        "since": ON.isoformat(),
        "source": "Công văn 12",
    }
    assert client.post(address, given).status_code == 302
    assert known_on(ON)
    assert known_on(ON, "launched")
    assert Tracking.objects.count() == 2
    again = client.get(address).context["action"].form["change_set"].value()
    refused = client.post(address, given | {"change_set": again})
    assert (refused.status_code, Tracking.objects.count()) == (400, 2)


class TestAnOfficer:
    @pytest.fixture
    def officer(self, place, client):
        client.force_login(factories.user_with(Role.OFFICER, facility=place))
        return client

    def test_says_that_there_is_none(self, place, officer):
        address = reverse("rollout:absences", args=["place"])
        assert address in officer.get("/facilities/place/").content.decode()
        form = officer.get(address, {"measure": "servers"}).context["action"].form
        sent = {
            "do": "none",
            "change_set": form["change_set"].value(),
            "measure": "servers",
            "happened_on": ON.isoformat(),
            "note": "",
        }
        assert officer.post(address, sent).status_code == 302
        assert Absence.objects.get().recorded_by != factories.recorder()
        # It is known now, and not offered any more.
        again = officer.get(address).context["action"].form
        assert "servers" not in dict(again.fields["measure"].choices)

    def test_not_for_another_facility(self, officer):
        factories.facility("other", tracked=False)
        assert officer.get(reverse("rollout:absences", args=["other"])).status_code == 403

    def test_not_for_a_day_to_come(self, officer):
        address = reverse("rollout:absences", args=["place"])
        form = officer.get(address).context["action"].form
        sent = {"do": "none", "change_set": form["change_set"].value(), "measure": "servers"}
        answer = officer.post(address, sent | {"happened_on": "2099-01-01"})
        assert answer.status_code == 400
        assert not Absence.objects.exists()


def test_the_codes_are_those_of_the_measures():
    assert [code.value for code in MeasureCode] == [measure.code for measure in MEASURES]


def test_no_forecast_rests_on_what_is_not_known(half_known):
    lacking = Counter(one.lacking for one in forecast_of(AsOf(ON)).facilities)
    # Twenty are there; ten go on, but nobody knows of their servers; of thirty nothing is known.
    assert lacking == {"": 20, "servers_unknown": 10, "unknown": 30}


def test_a_server_that_came_without_a_file_holds_nobody_up(db):
    factories.programme()
    place = factories.facility("place")
    record_milestone(facility=place, milestone="pilot", happened_on=ON, by=factories.recorder())
    [before] = forecast_of(AsOf(ON)).facilities
    record_movement(
        facility=place,
        device_type=factories.server_type(),
        quantity=1,
        reason="donated",
        happened_on=ON,
        by=factories.recorder(),
    )
    [after] = forecast_of(AsOf(ON)).facilities
    assert (before.lacking, after.lacking) == ("no_file", "too_few")
