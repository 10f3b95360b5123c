"""Production refuses public passwords."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from facilities.models import ApiToken
from rollout.site import checks, demo

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo_account(settings, monkeypatch):
    settings.PRODUCTION = True
    account = SimpleNamespace(username="demo.office", password="printed-in-public")
    monkeypatch.setattr(checks, "DEMO_USERS", [account])
    return get_user_model().objects.create_user(
        username=account.username, password=account.password
    )


def found(databases=("default",)) -> list[str]:
    return [
        message.id for message in checks.no_demo_passwords(app_configs=None, databases=databases)
    ]


def test_an_account_with_its_public_password_is_refused(demo_account):
    assert found() == ["rollout.C001"]


def test_another_password_is_fine(demo_account):
    demo_account.set_password("nobody was told")
    demo_account.save()
    assert found() == []


def test_a_closed_account_is_fine(demo_account):
    demo_account.is_active = False
    demo_account.save()
    assert found() == []


def test_the_public_key_of_the_api_is_refused_until_it_is_revoked(demo_account):
    demo_account.is_active = False
    demo_account.save()
    key = ApiToken.objects.create(
        user=demo_account,
        digest=ApiToken.digest_of(demo.API_KEY),
        label="Demo",
        scope=ApiToken.Scope.REGISTERS,
        expires_on=date(2100, 1, 1),
    )
    assert found() == ["rollout.C001"]
    key.revoked_at = timezone.now()
    key.save()
    assert found() == []


def test_only_production_with_a_database_is_asked(demo_account, settings):
    assert found(databases=None) == []
    settings.PRODUCTION = False
    assert found() == []


GOOD = {
    "PRODUCTION": True,
    "ALLOWED_HOSTS": ["hsba.example.vn"],
    "SECRET_KEY": "q8Zr-3hT" * 7,
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
    "MAIL_URL": "smtp+tls://mail.example.vn:587",
    "SITE_URL": "https://hsba.example.vn",
    "SECOND_FACTOR": True,
}


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("SECRET_KEY", GOOD["SECRET_KEY"], None),
        ("MAIL_URL", "", None),
        ("ALLOWED_HOSTS", ["hsba.example.vn", "*"], 2),
        ("SECRET_KEY", "change-me-" * 6, 3),
        ("DATABASES", {"default": {"ENGINE": "django.db.backends.sqlite3"}}, 4),
        ("MAIL_URL", "smtp://mail.example.vn:25", 5),
        ("SITE_URL", "https://localhost:8000", 6),
        ("SITE_URL", "http://hsba.example.vn", 7),
        ("SECOND_FACTOR", False, 8),
    ],
)
def test_production_refuses_what_was_put_there_for_a_trial(settings, name, value, number):
    # The settings of this run's own database stay as they are: only what is looked at changes.
    seen = SimpleNamespace(**(GOOD | {name: value}))
    told = [one.id for one in checks.left_from_a_trial(seen)]
    assert told == ([f"rollout.C{number:03}"] if number else [])
