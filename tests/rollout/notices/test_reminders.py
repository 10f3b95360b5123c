"""Early, once, to the right person, louder when ignored, silent when solved; and mail that goes out once."""

import smtplib
import uuid
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from facilities.models import Role
from facilities.services import withdraw
from facilities.working_days import WEEKENDS_ONLY
from rollout.models import Alert, AlertResponse, Directive, Message, Notice, PostBox
from rollout.notices import outbox, responses
from rollout.notices.alerts import raise_alerts
from rollout.notices.escalation import RULES, USUAL, Step, escalation_steps, set_steps
from rollout.notices.notices import due_notices, notify
from rollout.programme.services import record_milestone
from tests import factories
from tests.factories import user_with
from tests.rollout.notices import postman
from tests.rollout.notices.worlds import DUE, SET, World, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _postman(settings):
    settings.MAILS = True
    settings.EMAIL_BACKEND = "tests.rollout.notices.postman.Postman"
    settings.SITE_URL = "https://emr.example.vn"
    postman.DELIVERED.clear()
    postman.TROUBLE.clear()


def after(number: int) -> date:
    return WEEKENDS_ONLY.add(DUE, number)


@pytest.fixture
def world():
    found = World()
    found.plan()
    return found


def night(day: date) -> int:
    raise_alerts(day)
    return notify(day)


def told(person) -> list[tuple]:
    rows = Notice.objects.filter(person=person).order_by("pk")
    return list(rows.values_list("kind", "offset", "on"))


def test_every_rule_has_steps_and_each_grows_louder():
    assert USUAL.keys() == RULES.keys()
    for steps in USUAL.values():
        assert list(steps) == sorted(steps, key=lambda step: step.offset)


def test_up_the_ladder_night_by_night(world):
    day = after(-12)
    while day <= after(12):
        night(day)
        night(day)  # doubled
        day += timedelta(days=1)
    assert told(world.officer) == [
        ("due", -10, after(-10)),
        ("due", -1, after(-1)),
        ("due", 0, DUE),
        ("due", 1, after(1)),
    ]
    assert told(world.head) == [("due", 3, after(3))]
    assert told(world.department) == [("due", 5, after(5))]
    assert told(world.leader) == [("due", 10, after(10))]
    assert Notice.objects.count() == 7  # the officer elsewhere was told nothing


@pytest.mark.parametrize(("offset", "last"), [(-10, None), (-9, -10), (-1, -1), (1, 1), (2, 1)])
def test_a_missed_night_is_made_up_for_with_the_latest_step_only(world, offset, last):
    night(after(offset - 1) if offset < 0 else after(-15))
    Notice.objects.all().delete()
    night(after(offset))
    expected = [] if last is None else [last]
    if offset == -10:
        expected = [-10]
    assert [row[1] for row in told(world.officer)] == expected


def test_solved_is_told_once_to_those_who_had_been_told(world):
    night(after(3))
    world.reach(after(3))
    night(after(4))
    night(after(5))
    assert [row[0] for row in told(world.officer)] == ["due", "clear"]
    assert [row[0] for row in told(world.head)] == ["due", "clear"]
    assert told(world.department) == []


def test_becoming_late_is_no_all_clear(world):
    night(after(-1))
    night(after(1))
    assert [row[:2] for row in told(world.officer)] == [("due", -1), ("due", 1)]


def test_whoever_sees_to_it_is_not_told_again_but_the_ladder_goes_on(world):
    night(after(1))
    with time_machine.travel(at(after(1)), tick=False):
        responses.acknowledge(alert=Alert.objects.get(level=1), by=world.officer)
        set_steps(
            rule="milestone",
            steps=[Step(2, "officer", "warning"), Step(2, "head", "warning")],
            because="test",
            by=world.department,
        )
    night(after(2))
    assert [row[1] for row in told(world.officer)] == [1]
    assert [row[1] for row in told(world.head)] == [2]


@pytest.mark.parametrize(("days", "allowed"), [(0, False), (1, True), (10, True), (11, False)])
def test_putting_off_is_bounded(world, days, allowed):
    night(after(1))
    alert = Alert.objects.get(level=1)
    with time_machine.travel(at(after(1)), tick=False):
        until = WEEKENDS_ONLY.add(after(1), days) if days else after(1)
        if not allowed:
            with pytest.raises(ValidationError) as refused:
                responses.put_off(alert=alert, until=until, because="waiting", by=world.officer)
            assert refused.value.message_dict.keys() == {"until"}
            return
        responses.put_off(alert=alert, until=until, because="waiting", by=world.officer)


def test_whoever_puts_it_off_is_not_told_until_then_and_keeps_it_from_nobody(world):
    with time_machine.travel(at(after(1)), tick=False):
        set_steps(
            rule="milestone",
            steps=[
                Step(1, "officer", "warning"),
                Step(2, "officer", "warning"),
                Step(3, "head", "late"),
            ],
            because="test",
            by=world.department,
        )
        night(after(1))
        alert = Alert.objects.get(level=1)
        responses.put_off(alert=alert, until=after(4), because="waiting", by=world.officer)
    for offset in (2, 3):
        night(after(offset))
    assert [row[1] for row in told(world.officer)] == [1]
    assert [row[1] for row in told(world.head)] == [3]
    night(after(4))
    assert [row[1] for row in told(world.officer)] == [1, 2]


def test_putting_off_again_does_not_move_the_last_day(world):
    night(after(1))
    alert = Alert.objects.get(level=1)
    last = WEEKENDS_ONLY.add(after(1), 10)
    with time_machine.travel(at(after(1)), tick=False):
        responses.put_off(alert=alert, until=after(3), because="waiting", by=world.officer)
    with time_machine.travel(at(after(3)), tick=False):
        with pytest.raises(ValidationError, match=last.strftime("%d/%m/%Y")):
            responses.put_off(
                alert=alert, until=last + timedelta(days=1), because="more", by=world.officer
            )
        responses.put_off(alert=alert, until=last, because="more", by=world.officer)
        # Somebody else's time begins when they first put it off.
        responses.put_off(
            alert=alert, until=last + timedelta(days=1), because="else", by=world.head
        )
    with (
        time_machine.travel(at(last), tick=False),
        pytest.raises(ValidationError, match=after(1).strftime("%d/%m/%Y")),
    ):
        responses.put_off(
            alert=alert, until=last + timedelta(days=1), because="x", by=world.officer
        )


def test_a_directive_is_told_to_its_agencies(world):
    agency, other = factories.AgencyFactory(), factories.AgencyFactory()
    directive = factories.DirectiveFactory(lead=agency, issued_on=SET, due_on=DUE)
    directive.coordinating.add(other)
    people = [user_with(Role.AGENCY, agency=one) for one in (agency, other)]
    stranger = user_with(Role.AGENCY, agency=factories.AgencyFactory())
    night(after(1))
    assert [told(person)[0][1] for person in people] == [1, 1]
    assert told(stranger) == []
    assert Directive.objects.count() == 1


def test_a_directive_that_nobody_leads_is_told_to_each_of_its_agencies(world):
    agencies = [factories.AgencyFactory() for _ in range(2)]
    directive = factories.DirectiveFactory(lead=None, issued_on=SET, due_on=DUE)
    directive.coordinating.set(agencies)
    people = [user_with(Role.AGENCY, agency=one) for one in agencies]
    night(after(1))
    assert [told(person)[0][1] for person in people] == [1, 1]


def test_previewing_stores_nothing(world):
    raise_alerts(after(1))
    everybody = [Step(1, who, "warning") for who in ("officer", "head", "department", "leader")]
    found = due_notices(after(1), escalation_steps() | {"milestone": tuple(everybody)})
    assert len({notice.person_id for notice in found}) == 4
    assert not Notice.objects.exists()


# --- Mail -----------------------------------------------------------------------------------


def mailed() -> list[str]:
    return [mail.to[0] for mail in postman.DELIVERED]


def post(moment: datetime) -> None:
    outbox.compose(moment)
    outbox.send_waiting(moment)


def test_one_summary_a_day_in_the_persons_language_from_their_hour_on(world):
    world.officer.language = "en"
    world.officer.save()
    night(after(1))
    post(at(after(1), 6, 59))
    assert mailed() == []
    for minute in range(0, 60, 10):
        post(at(after(1), 7, minute))
    assert mailed() == [world.officer.email]
    (mail,) = postman.DELIVERED
    assert mail.subject == "EMR rollout: 1 reminder"
    assert "Bệnh viện place: Launch" in mail.body
    assert "https://emr.example.vn/facilities/place/" in mail.body
    assert "1 working day after" in mail.body


def test_quiet_hours_hold_over_midnight():
    box = PostBox(quiet_from=20, quiet_until=6)
    assert [hour for hour in range(24) if outbox.is_quiet(box, hour)] == [*range(6), *range(20, 24)]
    assert not any(outbox.is_quiet(PostBox(quiet_from=0, quiet_until=0), h) for h in range(24))


@pytest.mark.parametrize(("hour", "goes"), [(5, False), (6, True), (22, False)])
def test_a_summary_hour_that_is_quiet_waits_for_the_end_of_the_quiet_hours(world, hour, goes):
    PostBox.objects.create(person=world.officer, digest_hour=22, quiet_from=20, quiet_until=6)
    night(after(1))
    post(at(after(1), hour))
    assert (world.officer.email in mailed()) is goes


def test_the_gravest_goes_out_at_once_but_not_in_quiet_hours_nor_above_the_ceiling(world):
    night(after(10))
    PostBox.objects.create(person=world.leader, digest_hour=18, ceiling=2)
    post(at(after(10), 5, 59))
    assert world.leader.email not in mailed()
    post(at(after(10), 6))
    assert mailed().count(world.leader.email) == 1
    other = World("second")
    other.plan(DUE - timedelta(days=7))
    night(after(11))
    Message.objects.filter(person=world.leader).update(on=after(11))
    post(at(after(11), 9))
    assert mailed().count(world.leader.email) == 1  # the last place of the day is the summary's
    post(at(after(11), 18))
    assert mailed().count(world.leader.email) == 2


def test_nobody_is_mailed_without_an_address_or_against_their_will(world):
    PostBox.objects.create(person=world.officer, by_mail=False)
    night(after(3))
    post(at(after(3)))
    assert mailed() == [world.head.email]


def test_what_is_solved_before_it_goes_out_does_not_go_out(world):
    night(after(1))
    postman.TROUBLE["open"] = ConnectionRefusedError("away")
    post(at(after(1)))
    world.reach(after(1))
    night(after(2))
    postman.TROUBLE.clear()
    post(at(after(2)))
    assert mailed() == []
    assert Message.objects.get().cancelled_at is not None


def test_an_all_clear_that_waited_is_not_sent_once_it_is_open_again(world):
    night(after(1))
    post(at(after(1)))
    reached = record_milestone(
        facility=world.place, milestone="launch", happened_on=after(1), by=factories.recorder()
    )
    night(after(2))
    postman.TROUBLE["open"] = ConnectionRefusedError("away")
    post(at(after(2)))
    withdraw(fact=reached, because="another facility", by=factories.recorder())
    raise_alerts(after(2))
    postman.TROUBLE.clear()
    post(at(after(2), 9))
    assert mailed() == [world.officer.email]
    assert Message.objects.filter(cancelled_at__isnull=False).count() == 1


def test_a_server_that_is_away_loses_nothing_and_doubles_nothing(world):
    night(after(1))
    postman.TROUBLE["open"] = ConnectionRefusedError("away")
    for hour in range(7, 20):
        post(at(after(1), hour))
    message = Message.objects.get()
    assert (message.sent_at, message.attempts > 1) == (None, True)
    assert "ConnectionRefusedError" in message.error
    postman.TROUBLE.clear()
    for hour in range(7, 20):
        outbox.send_waiting(at(after(2), hour))
    assert mailed() == [world.officer.email]


@pytest.mark.parametrize("moment", ["open", "send"])
def test_a_worker_killed_before_it_was_taken_leaves_it_in_doubt_and_a_person_decides(world, moment):
    night(after(1))
    outbox.compose(at(after(1)))
    postman.TROUBLE[moment] = postman.Killed()
    with pytest.raises(postman.Killed):
        outbox.send_waiting(at(after(1)))
    postman.TROUBLE.clear()
    later = at(after(1), 9)
    outbox.send_waiting(later)
    assert mailed() == []
    message = Message.objects.in_doubt(later).get()
    outbox.send_again(message=message, now=later)
    outbox.send_waiting(later)
    assert mailed() == [world.officer.email]
    with pytest.raises(ValidationError):
        outbox.send_again(message=message, now=later)


def test_a_worker_killed_after_it_was_taken_never_doubles_it(world):
    night(after(1))
    outbox.compose(at(after(1)))
    postman.TROUBLE["sent"] = postman.Killed()
    with pytest.raises(postman.Killed):
        outbox.send_waiting(at(after(1)))
    postman.TROUBLE.clear()
    for hour in range(9, 20):
        post(at(after(1), hour))
    assert mailed() == [world.officer.email]
    assert Message.objects.in_doubt(at(after(1), 20)).count() == 1


def test_a_server_that_breaks_off_leaves_one_in_doubt_and_one_that_refuses_is_asked_again(world):
    night(after(3))
    outbox.compose(at(after(3)))
    postman.TROUBLE["send"] = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
    outbox.send_waiting(at(after(3)))
    doubtful = Message.objects.in_doubt(at(after(3), 9))
    assert doubtful.count() == 2
    assert "SMTPServerDisconnected" in doubtful[0].error
    outbox.send_again(message=doubtful[0], now=at(after(3), 9))
    postman.TROUBLE["send"] = smtplib.SMTPDataError(451, b"later")
    outbox.send_waiting(at(after(3), 9))
    assert doubtful.count() == 1
    postman.TROUBLE.clear()
    outbox.send_waiting(at(after(3), 10))
    assert len(mailed()) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        smtplib.SMTPRecipientsRefused({"officer": (550, b"5.1.1 no such user")}),
        smtplib.SMTPDataError(554, b"5.7.1 not wanted"),
    ],
)
def test_what_the_server_refuses_for_good_is_given_up_and_shown_at_once(world, client, refusal):
    night(after(1))
    outbox.compose(at(after(1)))
    postman.TROUBLE["send"] = refusal
    outbox.send_waiting(at(after(1)))
    message = Message.objects.get()
    assert (message.given_up_at, message.attempts) == (at(after(1)), 1)
    postman.TROUBLE.clear()
    assert outbox.send_waiting(at(after(2))) == 0
    client.force_login(world.department)
    client.cookies["django_language"] = "en"
    with time_machine.travel(at(after(1)), tick=False):
        page = client.get(reverse("rollout:outbox")).text
    assert type(refusal).__name__ in page
    outbox.send_again(message=message, now=at(after(2)))
    assert outbox.send_waiting(at(after(2))) == 1


@pytest.mark.parametrize(
    ("moment", "refusal"),
    [
        ("open", smtplib.SMTPAuthenticationError(535, b"5.7.8 wrong password")),
        ("send", smtplib.SMTPSenderRefused(550, b"5.7.1 who are you", "emr@localhost")),
        ("send", smtplib.SMTPRecipientsRefused({"officer": (450, b"4.2.0 come back later")})),
    ],
)
def test_what_no_mail_can_help_and_what_is_busy_is_tried_again(world, moment, refusal):
    night(after(1))
    outbox.compose(at(after(1)))
    postman.TROUBLE[moment] = refusal
    outbox.send_waiting(at(after(1)))
    assert Message.objects.get().given_up_at is None
    postman.TROUBLE.clear()
    assert outbox.send_waiting(at(after(1), 9)) == 1


def test_a_mail_that_cannot_be_written_keeps_none_of_the_others(world, monkeypatch):
    night(after(3))
    outbox.compose(at(after(3)))
    write = outbox._mail

    def written(message):
        if message.person == world.officer:
            raise UnicodeError("no such letter")
        return write(message)

    monkeypatch.setattr(outbox, "_mail", written)
    assert outbox.send_waiting(at(after(3))) == 1
    assert mailed() == [world.head.email]
    assert "UnicodeError" in Message.objects.get(person=world.officer).error


def test_who_has_no_address_any_more_is_sent_nothing(world):
    night(after(1))
    outbox.compose(at(after(1)))
    world.officer.email = ""
    world.officer.save()
    assert outbox.send_waiting(at(after(1))) == 0
    message = Message.objects.get()
    assert (message.sent_at, message.cancelled_at) == (None, at(after(1)))


def test_an_all_clear_is_not_mailed_to_whom_the_server_refused(world):
    night(after(1))
    postman.TROUBLE["send"] = smtplib.SMTPDataError(554, b"no")
    post(at(after(1)))
    postman.TROUBLE.clear()
    world.reach(after(1))
    night(after(2))
    post(at(after(2)))
    assert mailed() == []


def test_a_worker_killed_before_it_began_did_no_harm(world, monkeypatch):
    night(after(1))
    outbox.compose(at(after(1)))

    def killed(*_args):
        raise postman.Killed

    monkeypatch.setattr(outbox, "_mail", killed)
    with pytest.raises(postman.Killed):
        outbox.send_waiting(at(after(1)))
    monkeypatch.undo()
    outbox.send_waiting(at(after(1), 8, 10))
    assert mailed() == []  # it may still be alive
    outbox.send_waiting(at(after(1), 8, 16))
    assert mailed() == [world.officer.email]


# --- Pages ----------------------------------------------------------------------------------


def send(client, name, **fields):
    return client.post(reverse(name), {"change_set": uuid.uuid4()} | fields)


def test_the_inbox_says_why_and_takes_what_one_does_about_it(world, client):
    night(after(1))
    alert = Alert.objects.get(level=1)
    client.force_login(world.officer)
    client.cookies["django_language"] = "en"
    with time_machine.travel(at(after(1)), tick=False):
        page = client.get(reverse("rollout:inbox")).text
        assert "Bệnh viện place: Launch" in page
        assert "1 working day after" in page
        refused = send(
            client,
            "rollout:inbox",
            **{"do": "put-off", "row": alert.pk, "until": "2025-12-01", "because": "x"},
        )
        assert refused.status_code == 400
        assert "at the latest" in refused.text
        assert 'value="2025-12-01"' in refused.text
        assert 'value="x"' in refused.text
        assert send(client, "rollout:inbox", do="seen", row=alert.pk).status_code == 302
    assert AlertResponse.objects.get().by == world.officer
    client.force_login(world.leader)  # who was not told of it yet
    assert send(client, "rollout:inbox", do="seen", row=alert.pk).status_code == 404


def test_a_post_box_needs_an_address_and_a_test_arrives(world, client):
    client.force_login(world.officer)
    box = {"do": "box", "digest_hour": 9, "quiet_from": 21, "quiet_until": 5, "ceiling": 3}
    quiet = send(client, "rollout:inbox", **box | {"digest_hour": 22}, by_mail="on", email="a@b.vn")
    assert quiet.status_code == 400
    refused = send(client, "rollout:inbox", **box, by_mail="on", email="")
    assert refused.status_code == 400
    assert not PostBox.objects.exists()
    assert send(client, "rollout:inbox", **box, by_mail="on", email="a@b.vn").status_code == 302
    world.officer.refresh_from_db()
    assert (world.officer.email, PostBox.objects.get().digest_hour) == ("a@b.vn", 9)
    with time_machine.travel(at(after(1)), tick=False):
        assert send(client, "rollout:inbox", do="test").status_code == 302
        outbox.send_waiting(at(after(1)))
    assert mailed() == ["a@b.vn"]


def rows(*steps) -> dict:
    """The steps as the form sends them: (days, when, who, how loudly)."""
    sent = {"steps-TOTAL_FORMS": len(steps) + 1, "steps-INITIAL_FORMS": 0}
    for number, step in enumerate(steps):
        for name, value in zip(("days", "when", "who", "loud"), step, strict=True):
            sent[f"steps-{number}-{name}"] = value
    return sent


def test_a_rule_is_tried_out_on_whoever_changes_it(world, client):
    raise_alerts(after(1))
    client.force_login(world.department)
    client.cookies["django_language"] = "en"
    world.department.language = "en"
    world.department.save()
    with time_machine.travel(at(after(1)), tick=False):
        tried = send(
            client,
            "rollout:escalation",
            do="test",
            rule="milestone",
            **rows((1, "after", "head", "warning")),
        )
        assert tried.status_code == 302
        outbox.send_waiting(at(after(1)))
    (mail,) = postman.DELIVERED
    assert mail.to == [world.department.email]
    assert "Test of the rule “Milestone”: today it would tell 1 things." in mail.body
    assert "Bệnh viện place: Launch" in mail.body
    assert not Notice.objects.exists()  # nobody else was told, and nothing stands in an inbox
    assert escalation_steps()["milestone"] == USUAL["milestone"]


def test_a_rule_cannot_be_tried_out_without_an_address(world, client):
    world.department.email = ""
    world.department.save()
    client.force_login(world.department)
    client.cookies["django_language"] = "en"
    sent = rows((1, "after", "head", "warning"))
    refused = send(client, "rollout:escalation", do="test", rule="milestone", **sent)
    assert refused.status_code == 400
    assert "no e-mail address" in refused.text
    assert not Message.objects.exists()


def test_the_bell_counts_what_is_unread(world, client):
    night(after(1))
    client.force_login(world.officer)
    client.cookies["django_language"] = "en"
    with time_machine.travel(at(after(1)), tick=False):
        assert '1<span class="hush"> unread' in client.get(reverse("rollout:leader")).text
        send(client, "rollout:inbox", do="read")
        assert "unread" not in client.get(reverse("rollout:leader")).text


def test_the_department_previews_then_changes_a_rule(world, client):
    raise_alerts(after(1))
    client.force_login(world.department)
    client.cookies["django_language"] = "en"
    steps = rows(
        (1, "after", "head", "warning"),
        (1, "after", "leader", "late"),
        ("", "on", "officer", "notice"),
        (2, "before", "officer", "notice"),
        (1, "after", "officer", "warning"),
    )
    steps |= {"steps-3-DELETE": "on"}
    with time_machine.travel(at(after(1)), tick=False):
        shown = send(client, "rollout:escalation", do="preview", rule="milestone", **steps)
        assert "today it would tell 3 things to 3 people" in shown.text
        assert "Bệnh viện place: Launch" in shown.text
        assert escalation_steps()["milestone"] == USUAL["milestone"]
        stored = send(
            client, "rollout:escalation", do="set", rule="milestone", because="too late", **steps
        )
        assert stored.status_code == 302
    assert [step[:2] for step in escalation_steps()["milestone"]] == [
        (0, "officer"),
        (1, "officer"),
        (1, "head"),
        (1, "leader"),
    ]
    assert escalation_steps()["council"] == USUAL["council"]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([], "Leave one step at least."),
        ([("", "after", "head", "warning")], "How many working days?"),
        ([(0, "after", "head", "warning")], "greater than or equal to 1"),
        ([(999, "after", "head", "warning")], "less than or equal to"),
        ([("soon", "after", "head", "warning")], "Enter a whole number."),
        ([(1, "after", "", "warning")], "Choose one."),
        ([(1, "after", "nobody", "warning")], "not one of the available choices"),
        (
            [(1, "after", "head", "warning")] * 2,
            "The same recipients appear twice on one day. Remove one.",
        ),
    ],
)
@pytest.mark.parametrize("do", ["preview", "set"])
def test_wrong_steps_are_refused_where_they_stand(world, client, steps, said, do):
    client.force_login(world.department)
    client.cookies["django_language"] = "en"
    sent = rows(*steps) | {"because": "x"}
    refused = send(client, "rollout:escalation", do=do, rule="milestone", **sent)
    assert refused.status_code == 400
    assert said in refused.text
    assert escalation_steps()["milestone"] == USUAL["milestone"]
