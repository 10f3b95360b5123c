"""What must not be true of a production system; run by `manage.py check --deploy`."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.core.checks import CheckMessage, Critical, Tags, register

from facilities.models import ApiToken
from rollout.site.demo import API_KEY, DEMO_USERS


@register(Tags.database, deploy=True)
def no_demo_passwords(
    *, app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: object
) -> list[CheckMessage]:
    """Refuse production while a password or key that is printed in public still opens a door.

    Needs the database, so it runs with `check --deploy --database default`.
    """
    if not (settings.PRODUCTION and databases):
        return []
    public = {demo.username: demo.password for demo in DEMO_USERS}
    accounts = get_user_model().objects.filter(username__in=public, is_active=True)
    found = [
        f"The demo account {username} still has its public password."
        for username, password in accounts.values_list("username", "password")
        if check_password(public[username], password)
    ]
    if ApiToken.objects.filter(digest=ApiToken.digest_of(API_KEY), revoked_at=None).exists():
        found.append("The public demo key of the REST API is still accepted.")
    return [
        Critical(
            message,
            hint="Deactivate the account or give it another password; revoke the key.",
            id="rollout.C001",
        )
        for message in found
    ]


PLACEHOLDERS = ("change", "secret", "placeholder", "example", "insecure", "password", "xxxx")


@register(Tags.security, deploy=True)
def nothing_left_from_a_trial(
    *, app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Refuse production with what was put there for a trial."""
    return left_from_a_trial(settings)


def left_from_a_trial(settings: Any) -> list[CheckMessage]:
    """The same of any settings."""
    if not settings.PRODUCTION:
        return []
    key, engine = settings.SECRET_KEY.lower(), settings.DATABASES["default"]["ENGINE"]
    host = urlsplit(settings.SITE_URL).hostname or ""
    faults = [
        (
            any(name.strip() in ("*", "") for name in settings.ALLOWED_HOSTS),
            "EMR_ALLOWED_HOSTS admits every host name.",
            "Name the host names of the site.",
        ),
        (
            any(word in key for word in PLACEHOLDERS),
            "SECRET_KEY looks like the placeholder of an example.",
            "Make one: python -c 'import secrets; print(secrets.token_urlsafe(50))'",
        ),
        (
            engine.endswith("sqlite3"),
            "DATABASE_URL is SQLite, which serves one machine and one writer.",
            "Give the address of a PostgreSQL.",
        ),
        (
            settings.MAIL_URL.startswith("smtp://"),
            "EMR_MAIL_URL sends mail, and the password of the server, in the clear.",
            "Use smtp+tls:// or smtp+ssl://.",
        ),
        (
            host in ("", "localhost") or host.startswith("127.") or host == "::1",
            "EMR_SITE_URL leads readers of mail to their own machine.",
            "Give the address under which people open the site.",
        ),
        (
            not settings.SITE_URL.startswith("https://"),
            "EMR_SITE_URL is not https://.",
            "Links in mail carry what opens an account once.",
        ),
        (
            not settings.SECOND_FACTOR,
            "EMR_SECOND_FACTOR is off: a password alone opens the accounts of administrators.",
            "Leave it out, or set it to true.",
        ),
    ]
    return [
        Critical(message, hint=hint, id=f"rollout.C{number:03}")
        for number, (is_so, message, hint) in enumerate(faults, start=2)
        if is_so
    ]
