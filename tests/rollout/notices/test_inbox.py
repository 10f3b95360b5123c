"""What stands in an inbox: each thing once, the worst first, and what was solved apart."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from facilities.models import Role
from facilities.working_days import WEEKENDS_ONLY
from rollout.models import Notice
from rollout.notices.alerts import raise_alerts
from rollout.notices.inbox import by_rule, of_the_same_thing, solved, standing
from rollout.notices.notices import notify
from rollout.notices.outbox import MOST_LINES, _text, lines_of
from rollout.programme.services import record_milestone, set_milestone_target
from tests import factories
from tests.factories import user_with
from tests.rollout.pages.my.sending import also_officer_of

pytestmark = pytest.mark.django_db

DUE = date(2025, 6, 20)  # a Friday


@pytest.fixture
def officer():
    place = factories.facility("place", name_en="Place Hospital")
    for milestone, shift in (("launch", 0), ("pilot", -7), ("decision", 14)):
        set_milestone_target(
            facility=place,
            milestone=milestone,
            due_on=DUE + timedelta(days=shift),
            set_on=date(2025, 1, 2),
            by=factories.recorder(),
        )
    person = user_with(Role.OFFICER, facility=place)
    other = factories.facility("other", name_en="Other Hospital")
    set_milestone_target(
        facility=other,
        milestone="launch",
        due_on=DUE,
        set_on=date(2025, 1, 2),
        by=factories.recorder(),
    )
    also_officer_of(person, other)
    return person


def nights(first: date, last: date) -> None:
    while first <= last:
        raise_alerts(first)
        notify(first)
        first += timedelta(days=1)


def names(person, on) -> list[tuple[str, int]]:
    return [
        (one.alert.subject.rpartition(":")[2], one.late)
        for one in standing(person, on, WEEKENDS_ONLY)
    ]


def test_each_thing_stands_once_the_latest_told_and_the_worst_first(officer):
    on = DUE + timedelta(days=4)  # a Tuesday
    nights(DUE - timedelta(days=20), on)
    assert Notice.objects.filter(person=officer).count() > 5
    # The milestones of one facility are one thing: its nearest step, and two more.
    assert names(officer, on) == [("pilot", 7), ("launch", 2)]
    found = standing(officer, on, WEEKENDS_ONLY)
    assert [one.notice.offset for one in found] == [1, 1]
    assert [one.more for one in found] == [2, 0]
    assert by_rule(found) == [("milestone", 2)]
    assert {a.subject.rpartition(":")[2] for a in of_the_same_thing(found[0].alert, officer)} == {
        "pilot",
        "launch",
        "decision",
    }


def test_what_is_done_leaves_at_once_and_is_solved_once(officer):
    nights(DUE - timedelta(days=20), DUE + timedelta(days=3))
    place = officer.assignments.get(facility__code="place").facility
    record_milestone(facility=place, milestone="launch", happened_on=DUE, by=factories.recorder())
    on = DUE + timedelta(days=4)
    raise_alerts(on)  # before anybody was told that it is clear
    assert names(officer, on) == [
        ("launch", 2),
        ("decision", 0),
    ]  # of the other one; what comes next
    notify(on)
    over = [one.alert.subject for one in solved(officer)]
    assert len(over) == len(set(over))
    assert any(subject.endswith("launch") for subject in over)


def test_the_page_shows_one_rule_when_asked_and_says_how_late(officer, client):
    on = DUE + timedelta(days=4)
    nights(DUE - timedelta(days=20), on)
    client.force_login(officer)
    client.cookies["django_language"] = "en"
    with time_machine.travel(on, tick=False):
        address = reverse("rollout:inbox")
        page = client.get(address, {"show": "milestone"}).text
        assert "2 working days overdue, was due on 20 Jun 2025" in page
        assert page.index("Place Hospital: Pilot") < page.index("Other Hospital: Launch")
        assert client.get(address, {"show": "nonsense"}).status_code == 200


def test_a_message_names_each_thing_once_in_the_order_of_the_list_and_fifteen_at_most(officer):
    on = DUE + timedelta(days=4)
    for number in range(20):
        place = factories.facility(f"more-{number}")
        also_officer_of(officer, place)
        set_milestone_target(
            facility=place,
            milestone="launch",
            due_on=DUE - timedelta(days=number),
            set_on=date(2025, 1, 2),
            by=factories.recorder(),
        )
    nights(on, on)
    notices = list(Notice.objects.filter(person=officer).select_related("alert"))
    found = lines_of(notices)
    assert len(found) == 22  # of which one has two steps more that are late or near
    assert [one.notice.alert.pk for one in found] == [
        one.alert.pk for one in standing(officer, on, WEEKENDS_ONLY)
    ]
    officer.email = "officer@example.vn"
    text = _text(officer, notices)
    named = [one.notice.alert.what in text for one in found]
    assert named == [True] * MOST_LINES + [False] * 7
    assert "Còn 7 việc khác" in text
