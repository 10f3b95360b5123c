"""Guessing passwords is stopped, for the pair of name and address only."""

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse

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
