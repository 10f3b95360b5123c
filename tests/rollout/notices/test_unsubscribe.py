"""Mail says that a machine wrote it, and brings the address that ends it (RFC 3834, RFC 8058)."""

import pytest
from django.test import Client
from django.urls import reverse

from rollout.models import Message, PostBox
from rollout.notices import outbox
from rollout.notices.alerts import raise_alerts
from rollout.notices.notices import notify
from rollout.notices.unsubscribe import address_of
from tests.factories import UserFactory
from tests.rollout.notices import postman
from tests.rollout.notices.worlds import DUE, World, at

pytestmark = pytest.mark.django_db

SITE = "https://emr.example.vn"


@pytest.fixture(autouse=True)
def _postman(settings):
    settings.MAILS = True
    settings.EMAIL_BACKEND = "tests.rollout.notices.postman.Postman"
    settings.SITE_URL = SITE
    postman.DELIVERED.clear()
    postman.TROUBLE.clear()


@pytest.fixture
def mail():
    """The summary of the officer's, as it arrived."""
    world = World()
    world.plan()
    raise_alerts(DUE)
    notify(DUE)
    outbox.compose(at(DUE))
    assert outbox.send_waiting(at(DUE)) == 1
    return postman.DELIVERED[0].message()


def path(person) -> str:
    return address_of(person).removeprefix(SITE)


def test_a_mail_says_that_a_machine_wrote_it_and_how_to_end_it(mail):
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith(f"<{SITE}/unsubscribe/")


def test_a_mail_program_ends_it_with_one_post_and_nothing_else(mail):
    address = mail["List-Unsubscribe"].strip("<>").removeprefix(SITE)
    person = Message.objects.get().person
    stranger = Client(enforce_csrf_checks=True)  # no cookie, no sign-in
    assert stranger.get(address).status_code == 200
    assert not PostBox.objects.filter(by_mail=False).exists()
    assert stranger.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert PostBox.objects.get().person == person
    assert PostBox.objects.get().by_mail is False


def test_what_waits_for_the_server_does_not_go_out_either(client):
    world = World()
    world.plan()
    raise_alerts(DUE)
    notify(DUE)
    outbox.compose(at(DUE))
    client.post(path(world.officer))
    assert outbox.send_waiting(at(DUE)) == 0
    assert Message.objects.get().cancelled_at == at(DUE)
    # A test is what a person asks for.
    outbox.trial_message(person=world.officer, now=at(DUE))
    assert outbox.send_waiting(at(DUE)) == 1


def test_the_other_wishes_of_a_person_stay(client):
    person = UserFactory()
    PostBox.objects.create(person=person, digest_hour=9, ceiling=3)
    client.post(path(person))
    box = PostBox.objects.get()
    assert (box.by_mail, box.digest_hour, box.ceiling) == (False, 9, 3)


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "Send me no more mail", "no more mail"),
        ("vi", "Không gửi thư cho tôi", "ngừng nhận thư"),
    ],
)
def test_the_page_speaks_the_language_of_its_person(client, language, before, after):
    person = UserFactory(language=language)
    asked = client.get(path(person))
    assert before in asked.text
    assert asked["Content-Language"] == language
    assert "no-store" in asked["Cache-Control"]
    done = client.post(path(person))
    assert after in done.text
    assert '<button class="primary">' not in done.text


def test_an_address_that_was_not_signed_here_opens_nothing(client):
    person, other = UserFactory(), UserFactory()
    forged = path(person).replace(f"/{person.pk}:", f"/{other.pk}:")
    for wrong in (forged, reverse("unsubscribe", args=["nobody"]), path(person)[:-1]):
        assert client.post(wrong).status_code == 404
    assert not PostBox.objects.exists()
