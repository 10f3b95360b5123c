"""Who gets in, from where and with what, and what each may change about the own account.

Guessing passwords is stopped, for the pair of name and address only.
"""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from rest_framework.settings import api_settings
from rest_framework.throttling import AnonRateThrottle

from facilities.models import ApiToken, Role
from rollout.site.demo import API_KEY, DEMO_USERS
from tests import factories

pytestmark = pytest.mark.django_db

PASSWORD = "right-password-of-the-test"


@pytest.fixture(autouse=True)
def _accounts():
    for username in ("lan", "minh"):
        get_user_model().objects.create_user(username=username, password=PASSWORD)


def sign_in(client, username, password, address="10.0.0.1"):
    return client.post(
        reverse("login"),
        {"username": username, "password": password},
        REMOTE_ADDR=address,
    )


def test_the_right_password_opens(client):
    assert sign_in(client, "lan", PASSWORD).status_code == 302


def test_after_some_wrong_passwords_even_the_right_one_waits(client):
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert sign_in(client, "lan", "wrong").status_code == 200
    assert sign_in(client, "lan", "wrong").status_code == 429
    refused = sign_in(client, "lan", PASSWORD)
    assert refused.status_code == 429
    assert "429.html" in [template.name for template in refused.templates]


def test_colleagues_at_the_same_address_and_the_owner_elsewhere_still_get_in(client):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, "lan", "wrong")
    assert sign_in(client, "minh", PASSWORD).status_code == 302
    assert sign_in(client, "lan", PASSWORD, address="10.0.0.2").status_code == 302


@pytest.mark.parametrize("demo", [True, False])
def test_a_printed_password_opens_only_in_a_demo(client, settings, demo):
    settings.DEMO = demo
    printed = DEMO_USERS[0]
    get_user_model().objects.create_user(username=printed.username, password=printed.password)
    sign_in(client, printed.username, printed.password)
    assert ("_auth_user_id" in client.session) == demo


def test_whoever_bears_a_demo_name_gets_in_with_a_password_of_the_own(client):
    get_user_model().objects.create_user(username=DEMO_USERS[0].username, password=PASSWORD)
    assert sign_in(client, DEMO_USERS[0].username, PASSWORD).status_code == 302


@pytest.mark.parametrize(("demo", "status"), [(True, 200), (False, 401)])
def test_the_printed_key_opens_only_in_a_demo(client, settings, demo, status):
    settings.DEMO = demo
    factories.programme()
    ApiToken.objects.create(
        user=factories.user_with(Role.CLIENT),
        label="printed",
        digest=ApiToken.digest_of(API_KEY),
        expires_on=timezone.localdate() + timedelta(days=1),
    )
    asked = client.get("/api/v1/progress/", headers={"authorization": f"Bearer {API_KEY}"})
    assert asked.status_code == status


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "address"),
    [
        (True, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (True, "2001:db8::9", "2001:db8::9"),
        (True, "6.6.6.6, nonsense", "10.0.0.1"),
        (True, None, "10.0.0.1"),
        (False, "203.0.113.9", "10.0.0.1"),
    ],
)
def test_the_address_is_the_one_that_the_proxy_tells(
    client, settings, behind_proxy, forwarded, address
):
    settings.BEHIND_PROXY = behind_proxy
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    client.post(
        reverse("login"),
        {"username": "lan", "password": "wrong"},
        REMOTE_ADDR="10.0.0.1",
        headers=headers,
    )
    assert AccessAttempt.objects.get().ip_address == address


@pytest.mark.parametrize(("proxies", "address"), [(1, "203.0.113.9"), (0, "10.0.0.1")])
def test_the_api_counts_requests_by_the_same_address(rf, monkeypatch, proxies, address):
    assert api_settings.NUM_PROXIES == 0
    monkeypatch.setattr(api_settings, "NUM_PROXIES", proxies)
    asked = rf.get("/", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"}, REMOTE_ADDR="10.0.0.1")
    assert AnonRateThrottle().get_ident(asked) == address


def test_everybody_changes_the_own_password_and_stays_signed_in(client):
    assert client.get(reverse("password_change")).status_code == 302
    sign_in(client, "lan", PASSWORD)
    page = reverse("password_change")
    assert client.get(page).status_code == 200
    new = {"new_password1": "bong lau trang 2025", "new_password2": "bong lau trang 2025"}
    wrong = client.post(page, new | {"old_password": "wrong"})
    assert "old_password" in wrong.context["form"].errors
    changed = client.post(page, new | {"old_password": PASSWORD}, follow=True)
    assert changed.redirect_chain == [(reverse("password_change_done"), 302)]
    assert changed.status_code == 200
    assert reverse("rollout:account") in changed.content.decode()
    assert get_user_model().objects.get(username="lan").check_password("bong lau trang 2025")


def test_the_first_page_comes_in_the_persons_language_and_the_switch_goes_on(client):
    get_user_model().objects.filter(username="lan").update(language="en")
    assert sign_in(client, "lan", PASSWORD).status_code == 302
    page = reverse("password_change")
    assert client.get(page)["Content-Language"] == "en"
    client.post(reverse("set_language"), {"language": "vi"})
    assert client.get(page)["Content-Language"] == "vi"
