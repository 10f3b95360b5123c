"""The second factor, sessions, links for forgotten passwords, and guessing that is slowed."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP

from facilities import second_factor
from facilities.models import ApiToken, LogEntry, Role, SecondFactor, SignedInSession, User
from rollout.models import Message
from rollout.notices import reset
from rollout.site import guessing, passwords
from tests import factories
from tests.factories import user_with

pytestmark = pytest.mark.django_db
PASSWORD = "right-password-of-the-test"
SIGN_IN, CODE, ACCOUNT = "/sign-in/", "/sign-in/code/", "/account/"
Kind = LogEntry.Kind


def person(role: str = Role.LEADER, **fields: object) -> User:
    user = user_with(role, **fields)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(user: User, client: Client | None = None, address: str = "10.0.0.1", **data: str):
    client = client or Client(REMOTE_ADDR=address)
    answer = client.post(
        SIGN_IN, {"username": user.username, "password": PASSWORD} | data, REMOTE_ADDR=address
    )
    return client, answer


def shown(user: User) -> str:
    """What the authenticator of this person shows now."""
    clock = TOTP(bytes.fromhex(SecondFactor.objects.get(user=user).secret))
    clock.time = timezone.now().timestamp()
    return f"{clock.token():06}"


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("seconds", "token"),
    [(59, 287082), (1111111109, 81804), (1234567890, 5924), (2000000000, 279037)],
)
def test_codes_are_those_of_the_standard(seconds, token):
    """RFC 6238, appendix B, its last six digits; the secret is “12345678901234567890”."""
    user = factories.UserFactory()
    secret = b"12345678901234567890".hex()
    SecondFactor.objects.create(user=user, secret=secret, confirmed_at=timezone.now())
    with time_machine.travel(seconds, tick=False):
        assert second_factor.opens(user, f"{token:06}")
        assert not second_factor.opens(user, f"{token:06}")  # once


def test_it_is_demanded_set_up_and_asked_for_before_anything_opens(settings):
    settings.SECOND_FACTOR = True
    user = person(Role.DEPARTMENT)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client, answer = sign_in(user)
        assert (answer.url, is_in(client)) == (CODE, False)
        assert client.get("/desk/").status_code == 302
        assert client.get(CODE).context["secret"]
        assert client.post(CODE, {"code": "000000"}).status_code == 400
        answer = client.post(CODE, {"code": shown(user)})
        codes = answer.context["codes"]
        assert (is_in(client), len(codes)) == (True, 10)
        assert client.get("/admin/").status_code == 200

        clock.shift(60)
        other, _answer = sign_in(user)
        assert "secret" not in other.get(CODE).context
        assert other.post(CODE, {"code": shown(user)}).status_code == 302
        assert is_in(other)
        for status in (302, 400):  # a recovery code opens once
            again, _answer = sign_in(user)
            assert again.post(CODE, {"code": codes[0].upper()}).status_code == status
    assert client.post(ACCOUNT, {"act": "remove", "code": codes[1]}).status_code == 403
    assert LogEntry.objects.filter(kind__in=[Kind.FACTOR_ON, Kind.RECOVERY]).count() == 2


def test_the_sample_and_officers_open_with_the_password_alone(settings):
    assert not settings.SECOND_FACTOR
    assert is_in(sign_in(person(Role.DEPARTMENT))[0])
    settings.SECOND_FACTOR = True
    place = factories.facility("here")
    assert is_in(sign_in(person(Role.OFFICER, facility=place))[0])


def test_many_wrong_codes_wait_and_an_old_session_without_it_is_over(settings):
    settings.SECOND_FACTOR = False
    user = person()
    before = sign_in(user)[0]
    assert before.get("/access-log/").status_code == 403
    settings.SECOND_FACTOR = True
    assert before.get("/").url.startswith(SIGN_IN)
    assert not is_in(before)
    client, _answer = sign_in(user)
    client.post(CODE, {"code": shown(user) if second_factor.offered(user) else ""})
    again, _answer = sign_in(user)
    for _time in range(second_factor.WRONG):
        again.post(CODE, {"code": "12"})
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert again.post(CODE, {"code": shown(user)}).status_code == 400
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        again, _answer = sign_in(user)
        assert again.post(CODE, {"code": shown(user)}).status_code == 302


def test_sessions_are_listed_ended_and_over_with_a_new_password_or_idle(settings):
    user, stranger = person(), person()
    here, there, elsewhere = (sign_in(user)[0] for _ in range(3))
    foreign = sign_in(stranger)[0]
    rows = here.get(ACCOUNT).context["sessions"]
    assert {row.key for row in rows} == {
        client.session.session_key for client in (here, there, elsewhere)
    }
    of = {row.key: row.pk for row in SignedInSession.objects.all()}
    alien = {"act": "end", "session": of[foreign.session.session_key]}
    assert here.post(ACCOUNT, alien).status_code == 404
    here.post(ACCOUNT, {"act": "end", "session": of[there.session.session_key]})
    assert [is_in(client) for client in (here, there, elsewhere, foreign)] == [
        True,
        False,
        True,
        True,
    ]
    new = {
        "old_password": PASSWORD,
        "new_password1": "hoa sim tím 7 đồi",
        "new_password2": "hoa sim tím 7 đồi",
    }
    assert here.post(reverse("password_change"), new).status_code == 302
    assert [is_in(client) for client in (here, elsewhere)] == [True, False]
    assert len(here.get(ACCOUNT).context["sessions"]) == 1

    settings.IDLE_MINUTES = 30
    with time_machine.travel(timezone.now() + timedelta(minutes=29)):
        assert here.get(ACCOUNT).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=58)):
        assert here.get(ACCOUNT).status_code == 200  # it was used meanwhile
    with time_machine.travel(timezone.now() + timedelta(minutes=89)):
        assert here.get(ACCOUNT).status_code == 302


def test_a_link_for_a_forgotten_password_works_once_and_for_an_hour(settings, client):
    settings.MAILS = True
    user = person(email="lan@example.vn")
    asked = [
        client.post("/password/forgotten/", {"username": name}) for name in (user.username, "?")
    ]
    assert [answer.context["is_asked"] for answer in asked] == [True, True]
    client.post("/password/forgotten/", {"username": user.username})
    assert Message.objects.get().person == user
    path = reset.link_of(user).partition("8000")[2]
    with time_machine.travel(timezone.localtime() + timedelta(minutes=61)):
        assert client.get(path).status_code == 410
    common = {"new_password1": "Matkhau@2026", "new_password2": "Matkhau@2026"}
    assert client.post(path, common).status_code == 400
    good = {"new_password1": "hoa sim tím 7 đồi", "new_password2": "hoa sim tím 7 đồi"}
    assert client.post(path, good).status_code == 302
    assert client.post(path, good).status_code == 410
    user.refresh_from_db()
    assert user.check_password("hoa sim tím 7 đồi")

    link = reverse("rollout:reset-link")
    client.force_login(person(Role.DEPARTMENT))
    assert client.post(link, {"username": user.username}).status_code == 403
    client.force_login(person(Role.ADMINISTRATOR))
    assert "/reset/" in client.post(link, {"username": user.username}).context["link"]


def test_guesses_from_one_address_or_at_one_name_wait_but_not_those_known_there():
    colleague, newcomer = person(), person()
    sign_in(colleague)
    for _time in range(guessing.FROM_ADDRESS):
        LogEntry.objects.create(kind=Kind.REFUSED, address="10.0.0.1")
    assert sign_in(newcomer)[1].status_code == 429
    assert sign_in(newcomer, address="10.0.0.2")[1].status_code == 302
    assert is_in(sign_in(colleague)[0])

    for number in range(guessing.OF_NAME):
        LogEntry.objects.create(kind=Kind.REFUSED, about=colleague, address=f"10.9.0.{number}")
    assert sign_in(colleague, address="10.9.9.9")[1].status_code == 429
    assert is_in(sign_in(colleague)[0])
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert is_in(sign_in(colleague, address="10.9.9.9")[0])


def test_wrong_old_passwords_end_the_session_and_wrong_keys_are_counted(client):
    user = person(Role.CLIENT)
    factories.programme()
    client.force_login(user)
    wrong = {
        "old_password": "x",
        "new_password1": "hoa sim tím 7",
        "new_password2": "hoa sim tím 7",
    }
    told = [client.post(reverse("password_change"), wrong).status_code for _ in range(5)]
    assert told == [200, 200, 200, 200, 429]
    assert not is_in(client)

    _token, key = ApiToken.make(
        user=user, label="x", expires_on=timezone.now().date() + timedelta(9)
    )
    path = reverse("api:progress")
    told = [
        client.get(path, headers={"Authorization": f"Bearer emr_{n}"}).status_code
        for n in range(guessing.FROM_ADDRESS + 1)
    ]
    assert told == [401] * guessing.FROM_ADDRESS + [429]
    assert client.get(path, headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert LogEntry.objects.filter(kind=Kind.KEY_REFUSED).count() == guessing.FROM_ADDRESS


@pytest.mark.parametrize(
    "common",
    [
        "matkhau123",
        "MậtKhẩu@2026",
        "Anhyeuem1314",
        "123456anhyeuem",
        "m@tkh4u2025",
        "BenhVien@123",
        "vietnam1975!",
        "Admin@123456",
    ],
)
def test_passwords_that_everybody_chooses_are_refused(common):
    with pytest.raises(ValidationError):
        passwords.CommonInVietNam().validate(common)
    passwords.CommonInVietNam().validate(f"{common} dưới giàn trầu")
