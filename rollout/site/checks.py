"""What must not be true of a production system; run by `manage.py check --deploy`."""

from collections.abc import Sequence

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
