"""Who reads on the pages why a facility stands where it stands, and who only how far it is."""

from dataclasses import dataclass
from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from equipment.models import Procurement
from facilities.as_of import AsOf
from facilities.models import Facility, Role
from facilities.services import record
from rollout.models import Obstacle, ObstacleHold
from rollout.programme.milestone_line import targets
from rollout.programme.services import set_milestone_target
from tests.factories import AgencyFactory, recorder, user_with

ON = date(2025, 5, 21)
OWN, ELSEWHERE = "bg-ttyt-lucnam", "bg-ttyt-tanyen"
OBSTACLE, REASON = "Chưa bố trí được kinh phí máy chủ", "chờ phê duyệt dự toán bổ sung"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_bac_giang")]


@pytest.fixture(scope="module")
def _bac_giang(bac_giang_of_the_module, django_db_blocker):
    """Luc Nam has an obstacle of its own and a plan that was moved."""
    with django_db_blocker.unblock(), transaction.atomic():
        place, by = Facility.objects.get(code=OWN), recorder()
        obstacle = record(
            Obstacle(
                code="VM-THU",
                kind="budget",
                name_vi=OBSTACLE,
                raised_on=date(2025, 4, 1),
                raised_by="A",
                agency=AgencyFactory(),
            ),
            by=by,
        )
        record(
            ObstacleHold(
                obstacle=obstacle,
                facility=place,
                milestone="official",
                happened_on=date(2025, 4, 1),
            ),
            by=by,
        )
        for due_on, set_on, because in (
            (date(2025, 7, 1), date(2025, 4, 1), ""),
            (date(2025, 8, 1), date(2025, 5, 2), REASON),
        ):
            set_milestone_target(
                facility=place,
                milestone="portal",
                due_on=due_on,
                set_on=set_on,
                because=because,
                by=by,
            )
        yield
        transaction.set_rollback(True)


@dataclass
class Causes:
    """Words that say why: codes of files, names of obstacles, reasons of moved plans."""

    codes: set[str]
    obstacles: set[str]
    reasons: set[str]

    def found_in(self, text: str) -> set[str]:
        return {word for word in self.codes | self.obstacles | self.reasons if word in text}


@pytest.fixture
def causes() -> Causes:
    reasons = {
        target.because.rstrip(".")
        for of_facility in targets(AsOf(ON)).values()
        for target in of_facility.values()
        if target.because
    }
    return Causes(
        codes=set(Procurement.objects.values_list("code", flat=True)),
        obstacles=set(Obstacle.objects.values_list("name_vi", flat=True)),
        reasons=reasons,
    )


def words(client, user, name: str, *args, **query) -> str:
    client.force_login(user)
    answer = client.get(reverse(name, args=args), {"on": ON.isoformat(), **query})
    assert answer.status_code == 200
    return answer.content.decode()


WITHOUT = {
    "officer elsewhere": lambda: user_with(
        Role.OFFICER, facility=Facility.objects.get(code=ELSEWHERE)
    ),
    "agency": lambda: user_with(Role.AGENCY, agency=AgencyFactory()),
    "administrator": lambda: user_with(Role.ADMINISTRATOR),
    "client": lambda: user_with(Role.CLIENT),
}
PAGES = [("rollout:leader",), ("rollout:facility", OWN), ("rollout:overall",)]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", WITHOUT)
def test_causes_are_kept_from_whoever_may_not_see_the_rows(client, causes, who, page):
    # The page that names causes is drawn first: it must not be served to somebody else.
    words(client, user_with(Role.LEADER), *page)
    assert causes.found_in(words(client, WITHOUT[who](), *page)) == set()


@pytest.mark.parametrize("role", [Role.LEADER, Role.DEPARTMENT])
def test_causes_are_shown_to_whoever_sees_all_rows(client, causes, role):
    for page in PAGES[:2]:
        found = causes.found_in(words(client, user_with(role), *page))
        assert {OBSTACLE, REASON} <= found, page
        assert found & causes.codes, page


def test_an_officer_reads_the_causes_of_the_own_facility_alone(client, causes):
    officer = user_with(Role.OFFICER, facility=Facility.objects.get(code=OWN))
    assert {OBSTACLE, REASON} <= causes.found_in(words(client, officer, "rollout:facility", OWN))
    for page in (("rollout:leader",), ("rollout:facility", ELSEWHERE)):
        assert causes.found_in(words(client, officer, *page)) == set(), page


def test_an_obstacle_is_a_link_for_whoever_may_open_it(client):
    link = reverse("rollout:obstacle", args=["VM-THU"])
    officer = user_with(Role.OFFICER, facility=Facility.objects.get(code=OWN))
    assert link in words(client, user_with(Role.LEADER), "rollout:facility", OWN)
    assert link not in words(client, officer, "rollout:facility", OWN)


@pytest.mark.parametrize("page", [*PAGES[2:], ("rollout:obstacle-list",)])
def test_a_browser_asks_again_for_every_page(client, page):
    client.force_login(user_with(Role.DEPARTMENT))
    answer = client.get(reverse(page[0], args=page[1:]))
    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("page", [("certificate-list", OWN), ("facility", OWN), ("leader",)])
def test_a_page_with_names_of_people_is_stored_nowhere(client, page):
    """On the summary too it says whom to call."""
    client.force_login(user_with(Role.DEPARTMENT))
    answer = client.get(reverse(f"rollout:{page[0]}", args=page[1:]))
    assert answer["Cache-Control"] == "private, no-store"


def test_links_keep_the_day_also_when_it_is_as_known_at_another_moment(client):
    leader = user_with(Role.LEADER)
    assert "known_at=" not in words(client, leader, "rollout:facility", OWN)
    later = words(client, leader, "rollout:facility", OWN, known_at="2099-01-01T00:00")
    assert "known_at=2099-01-01" in later


def test_a_day_before_the_rollout_shows_a_sentence_and_no_tiles(client):
    page = words(client, user_with(Role.LEADER), "rollout:leader", on="2001-01-01")
    assert 'class="tile"' not in page
    assert 'class="matrix"' not in page
