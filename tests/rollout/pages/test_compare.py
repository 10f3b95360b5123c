"""Groups side by side: each by its own denominators, what is not known as such, every figure with its rows."""

import csv
import re
from datetime import date
from io import StringIO

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from facilities.models import Area, Role
from rollout.figures.groups import BY, groups_by
from rollout.figures.measures import MEASURES
from rollout.figures.progress import progress
from rollout.models import SavedView, WorkingSession
from tests.factories import user_with

ON = "2025-05-21"
ON_DAY = date(2025, 5, 21)


@pytest.fixture
def department(bac_giang, client):
    client.force_login(user_with(Role.DEPARTMENT))
    return client


def shown(client, **asked) -> str:
    answer = client.get("/compare/", {"on": ON} | asked)
    assert answer.status_code == 200
    return answer.content.decode()


def rows_of(client, **asked) -> list[list[str]]:
    answer = client.get("/compare.csv", {"on": ON} | asked)
    text = b"".join(answer).decode("utf-8-sig")
    return list(csv.reader(StringIO(text), delimiter=";"))


@pytest.mark.parametrize("by", BY)
def test_the_groups_add_up_to_the_whole_of_bac_giang(bac_giang, by):
    whole, groups = progress(ON_DAY), groups_by(by, ON_DAY)
    assert len(groups) > 1
    for measure in MEASURES:
        results = [group.progress.measure(measure.code) for group in groups]
        of_all = whole.measure(measure.code)
        assert sum(one.done for one in results) == of_all.done
        assert sum(one.total or 0 for one in results) == (of_all.total or 0)
        assert sum(one.unknown for one in results) == of_all.unknown


@pytest.mark.parametrize("on", ["2025-02-18", ON])
def test_the_areas_of_bac_giang_are_those_of_their_own_pages(bac_giang, on):
    day = date.fromisoformat(on)
    for group in groups_by("area", day):
        alone = progress(day, area=group.key)
        assert [f.code for f in alone.facilities] == [f.code for f in group.progress.facilities]
        assert alone.measures == group.progress.measures


def test_every_figure_of_an_area_opens_a_page_that_states_it(department):
    page = shown(department)
    found = set(re.findall(r'href="(/measures/servers/\?[^"]*area=[^"]+)"', page))
    assert len(found) >= 9
    for address in found:
        answer = department.get(address.replace("&amp;", "&"))
        stated = re.search(r'<data id="done" value="(\d+)">', answer.content.decode())
        counted = answer.content.decode().count('data-counts="facilities"')
        assert stated, address
        assert counted >= int(stated[1])


def test_a_group_that_is_no_area_opens_its_own_rows(department):
    answer = department.get("/measures/servers/", {"on": ON, "group": "ownership:public"})
    assert answer.status_code == 200
    assert department.get("/measures/servers/", {"group": "kind:none-such"}).status_code == 404


def test_one_tap_deeper_are_the_facilities_of_an_area(department):
    page = shown(department, area="bg-lucnam", by="facility")
    assert "/facilities/bg-ttyt-lucnam/" in page
    assert "/facilities/bg-bvdk/" not in page


def test_what_is_not_known_is_an_empty_cell_and_never_zero(department):
    head, *rows = rows_of(department, by="facility")
    private = next(row for row in rows if row[0].startswith("Phòng khám"))
    assert private[2:6] == [""] * 4
    assert len(head) == len(private)


@pytest.mark.parametrize("sort", ["facilities", "-facilities"])
def test_the_table_is_sorted_as_asked(department, sort):
    counts = [int(row[1]) for row in rows_of(department, sort=sort)[1:]]
    assert counts == sorted(counts, reverse=sort.startswith("-"))
    assert len(set(counts)) > 1


def test_queries_do_not_grow_with_areas(bac_giang):
    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            groups_by("area", ON_DAY)
        return len(found)

    before = queries()
    for number in range(20):
        Area.objects.create(code=f"xa-{number}", level=Area.Level.COMMUNE)
    assert queries() == before


def test_an_area_that_was_not_there_is_refused_by_the_name_of_its_field(department):
    answer = department.get("/", {"on": "2025-06-30", "area": "bac-ninh"})
    assert answer.status_code == 400
    assert "Địa bàn" in answer.content.decode()
    found = department.get("/api/v1/progress/", {"on": "2025-06-30", "area": "bac-ninh"})
    assert (found.status_code, list(found.json()["errors"])) == (400, ["area"])
    assert department.get("/", {"on": "2025-07-01", "area": "bac-ninh"}).status_code == 200


def test_the_page_says_which_area_it_speaks_of_and_leads_back(department):
    page = department.get("/", {"on": ON, "area": "bg-lucnam"}).content.decode()
    assert "<strong>Huyện Lục Nam</strong>" in page
    assert re.search(r'<a class="screen-only" href="\?on=2025-05-21" data-other-area>', page)
    whole = department.get("/", {"on": ON}).content.decode()
    assert "data-other-area" not in whole


def test_whoever_is_sent_on_stays_in_the_area(department):
    user = user_with(Role.DEPARTMENT)
    view = SavedView.objects.create(owner=user, register="devices", name="x", query="size=50")
    department.force_login(user)
    answer = department.post(f"/desk/devices/views/{view.pk}/drop/?area=bg-lucnam")
    assert (answer.status_code, answer["Location"]) == (302, "/desk/devices/?area=bg-lucnam")


def test_the_brief_of_an_area_names_it_and_cannot_be_published(department):
    session = WorkingSession.objects.order_by("held_on").last()
    page = department.get(f"/sessions/{session.pk}/brief/", {"on": ON, "area": "bg-lucnam"})
    text = page.content.decode()
    assert re.search(r"Huyện Lục Nam</a>\s*có", text)
    assert "Công bố</button>" not in text
    whole = department.get(f"/sessions/{session.pk}/brief/", {"on": ON}).content.decode()
    assert not re.search(r"Huyện Lục Nam</a>\s*có", whole)
    assert "Công bố</button>" in whole
