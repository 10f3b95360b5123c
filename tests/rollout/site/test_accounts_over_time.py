"""Accounts that nobody uses, passwords that are too old, and the review of rights."""

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from facilities import accounts, clock
from facilities.models import ApiToken, LogEntry, PastPassword, Role, User
from rollout.models import Message
from rollout.notices import quiet
from tests.factories import UserFactory, user_with

pytestmark = pytest.mark.django_db
Kind = LogEntry.Kind
NOW = timezone.now()
PASSWORD = "right-password-of-the-test"


def seen(user: User, days: float) -> User:
    """As if the account had been made, and used last, so many days ago."""
    at = NOW - timedelta(days=days)
    User.objects.filter(pk=user.pk).update(date_joined=at, last_login=at)
    return user


def open_ones() -> set[str]:
    return set(User.objects.filter(is_active=True).values_list("username", flat=True))


def test_an_account_closes_after_45_days_and_is_told_a_week_ahead(settings):
    settings.UNUSED_DAYS, settings.MAILS = 45, True
    seen(user_with(Role.ADMINISTRATOR, username="admin"), 1)
    for name, days in (("d37", 37.9), ("d38", 38.1), ("d44", 44.9), ("d45", 45.1)):
        seen(user_with(Role.LEADER, username=name, email=f"{name}@example.vn"), days)
    seen(user_with(Role.CLIENT, username="program"), 90)
    ApiToken.make(user=User.objects.get(username="program"), label="x", expires_on=NOW.date())
    ApiToken.objects.update(last_used_at=NOW - timedelta(days=3))
    assert quiet.keep(NOW) == 1
    assert open_ones() == {"admin", "d37", "d38", "d44", "program"}
    told = Message.objects.filter(key__startswith="unused:")
    assert {message.person.username for message in told} == {"d38", "d44"}
    assert quiet.keep(NOW) == 0  # twice is once
    assert told.count() == 2
    line = LogEntry.objects.get(kind=Kind.ACCOUNT_OFF)
    assert (line.about.username, line.by, line.subject) == ("d45", None, accounts.UNUSED)


def test_the_administrator_seen_last_stays_and_opens_the_others_again(settings, client):
    settings.UNUSED_DAYS = 45
    first = seen(user_with(Role.ADMINISTRATOR, username="first"), 80)
    last = seen(user_with(Role.ADMINISTRATOR, username="last"), 60)
    assert [user.pk for user in accounts.close_unused(NOW, 45, clock.today())] == [first.pk]
    client.force_login(last)
    page = client.get(reverse("rollout:rights") + "?show=closed")
    assert [line["user"].username for line in page.context["lines"]] == ["first"]
    client.post(reverse("rollout:rights"), {"open": first.pk})
    client.post(reverse("rollout:rights"), {"open": last.pk})  # is open
    assert list(LogEntry.objects.filter(kind=Kind.ACCOUNT_ON).values_list("by", "about")) == [
        (last.pk, first.pk)
    ]
    # Opened again counts as used: it does not close the same night.
    assert accounts.close_unused(timezone.now(), 45, clock.today()) == []
    assert User.objects.get(pk=first.pk).is_active


def test_nothing_closes_where_it_is_not_asked_for(settings):
    settings.UNUSED_DAYS = 0
    seen(user_with(Role.LEADER), 500)
    seen(user_with(Role.ADMINISTRATOR), 1)
    assert quiet.keep(NOW) == 0


def test_the_review_confirms_what_was_seen_and_is_asked_for_after_half_a_year(settings, client):
    settings.MAILS, settings.UNUSED_DAYS = True, 45
    administrator = user_with(Role.ADMINISTRATOR, email="a@example.vn")
    client.force_login(administrator)
    page = client.get(reverse("rollout:rights"))
    assert page.context["is_due"]
    state = page.context["state"]
    newcomer = user_with(Role.LEADER)  # meanwhile
    refused = client.post(reverse("rollout:rights"), {"state": state, "because": "…"})
    assert refused.status_code == 409
    assert quiet.last_review() is None
    sent = {"state": refused.context["state"], "because": "đã rà soát"}
    assert client.post(reverse("rollout:rights"), sent).status_code == 302
    line = LogEntry.objects.get(kind=Kind.REVIEWED)
    assert (line.by, line.count, line.because) == (administrator, 2, "đã rà soát")
    assert not client.get(reverse("rollout:rights")).context["is_due"]
    settings.UNUSED_DAYS = 0
    quiet.keep(line.at + timedelta(days=182))
    asked = Message.objects.filter(key__startswith="review:")
    assert not asked.exists()
    due = (line.at + timedelta(days=215)).replace(day=10)
    quiet.keep(due)
    quiet.keep(due + timedelta(hours=1))
    assert [message.person for message in asked] == [administrator]
    client.force_login(newcomer)
    assert client.get(reverse("rollout:rights")).status_code == 403


def test_a_password_that_is_too_old_or_anothers_opens_its_own_form_alone(settings):
    settings.PASSWORD_DAYS, settings.PASSWORD_DAYS_ADMINISTRATOR = 180, 60
    leader = user_with(Role.LEADER, password=PASSWORD)
    administrator = user_with(Role.ADMINISTRATOR, password=PASSWORD)
    typed = user_with(Role.LEADER, password=PASSWORD)
    for user in (leader, administrator):
        accounts.password_set(user)
    PastPassword.objects.update(at=NOW - timedelta(days=100))
    accounts.password_set(typed, by_another=True)
    for user, is_due in ((leader, False), (administrator, True), (typed, True)):
        client = Client()
        client.force_login(user)
        page = client.get("/account/")
        assert (page.status_code, page.headers.get("Location")) == (
            (302, "/password/") if is_due else (200, None)
        )
        if is_due:
            words = "Ba-con-trau-trang-1975"
            sent = {"old_password": PASSWORD, "new_password1": words, "new_password2": words}
            assert client.post("/password/", sent).status_code == 302
            assert client.get("/account/").status_code == 200


def test_none_of_the_last_ten_passwords_holds_again():
    user = UserFactory()
    words = [f"duong-ve-que-{number}-Xa" for number in range(11)]
    for word in words:
        user.set_password(word)
        user.save()
    assert PastPassword.objects.filter(user=user).count() == 10
    for word in words[1:]:
        with pytest.raises(ValidationError):
            validate_password(word, user)
    validate_password(words[0], user)


def test_without_a_second_step_a_password_is_long_and_of_four_kinds(settings):
    from rollout.site.passwords import LongAlone

    settings.SECOND_FACTOR = True
    rule, officer, leader = LongAlone(14), UserFactory(), user_with(Role.LEADER)
    rule.validate("Duong-Ve-Que-9", officer)
    rule.validate("duongveque", leader)  # asked for a code besides
    for wrong in (
        "Duong-Ve-Que9",
        "duong-ve-que-9",
        "DUONG-VE-QUE-9",
        "Duong-Ve-Queee",
        "DuongVeQue9999",
    ):
        with pytest.raises(ValidationError):
            rule.validate(wrong, officer)
