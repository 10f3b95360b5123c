"""The first administrator of an installation."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from facilities.models import User
from facilities.permissions import access_of

ASK = "facilities.management.commands.create_administrator.getpass"

pytestmark = pytest.mark.django_db


def create(monkeypatch, *passwords, username="quantri"):
    answers = iter(passwords)
    monkeypatch.setattr(ASK, lambda _prompt: next(answers))
    call_command("create_administrator", username, stdout=StringIO())


def test_may_administer_from_that_day_on(monkeypatch):
    create(monkeypatch, "a long pass phrase", "a long pass phrase")
    user = User.objects.get(username="quantri")
    today: date = timezone.localdate()
    assert user.check_password("a long pass phrase")
    assert access_of(user, today).manages_users
    assert not access_of(user, today - timedelta(days=1)).manages_users
    assert not access_of(user, today).manages_reference
    assert not user.is_superuser


@pytest.mark.parametrize(
    "passwords", [("a long pass phrase", "another one here"), ("short", "short")]
)
def test_wrong_passwords_create_nobody(monkeypatch, passwords):
    with pytest.raises(CommandError):
        create(monkeypatch, *passwords)
    assert not User.objects.exists()


def test_a_name_that_is_taken_is_refused(monkeypatch):
    User.objects.create(username="quantri")
    with pytest.raises(CommandError):
        create(monkeypatch, "a long pass phrase", "a long pass phrase")
