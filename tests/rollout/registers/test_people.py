"""People by a sheet: roles at places, new accounts with a link that opens once, and taking back."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from facilities.models import Edit, Role, RoleAssignment, User
from facilities.registers.entering import undo
from rollout.models import Message
from rollout.notices.outbox import send_waiting
from rollout.notices.welcome import link_of, welcomed
from rollout.registers.catalogue import TAKING_FILES
from tests import factories
from tests.rollout.registers.importing.tables import ON, counts, received, stored, texts

pytestmark = pytest.mark.django_db

HEAD = ("Email", "Họ tên", "Vai trò", "Đơn vị", "Từ ngày", "Đến ngày")
EMAIL = "an@benhvien.vn"


@pytest.fixture(autouse=True)
def english():
    factories.programme()
    with translation.override("en"):
        yield


@pytest.fixture
def place():
    return factories.facility()


def row(place="", email=EMAIL, name="Nguyễn Văn An", role="officer", since="", until=""):
    return (email, name, role, getattr(place, "code", place), since, until)


def test_a_new_person_gets_an_account_that_no_password_opens_and_the_role(place):
    kept = stored("people", factories.recorder(), HEAD, row(place))
    user = User.objects.get(username=EMAIL)
    assert (user.full_name, user.email) == ("Nguyễn Văn An", EMAIL)
    assert not user.has_usable_password()
    given = user.assignments.get()
    assert (given.role, given.facility, given.valid_from) == (Role.OFFICER, place, ON)
    edit = Edit.objects.get(change_set=kept.change_set)
    assert edit.new == f"{EMAIL} · officer · {place.code}"
    again = received("people", factories.recorder(), HEAD, row(place))
    assert counts(again) == {"unchanged": 1}


def test_a_place_is_named_as_people_name_it_and_two_rows_make_one_person(place):
    agency = factories.AgencyFactory()
    name = place.facilityname_set.get().name_vi
    rows = (row(name), row(agency.name_vi, role="Agency officer", name=""))
    assert counts(stored("people", factories.recorder(), HEAD, *rows)) == {"new": 2}
    user = User.objects.get(username=EMAIL)
    assert {one.facility or one.agency for one in user.assignments.all()} == {place, agency}


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"email": "an"}, "no e-mail address"),
        ({"email": "AN@x.vn"}, "lower-case letters"),
        ({"name": ""}, "Give the full name"),
        ({"place": ""}, "Give the facility"),
        ({"role": "agency"}, "Give the agency"),
        ({"since": "21/05/2025", "until": "21/05/2025"}, "after the first day"),
        ({"role": "department"}, "is unknown"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(place, cells, says):
    told = row(**({"place": place} | cells))
    kept = received("people", factories.recorder(), HEAD, told)
    assert counts(kept) == {"wrong": 1}
    assert says in " ".join(texts(kept))


def test_the_administrator_gives_every_role_and_none_of_the_province_has_a_place(place):
    by = factories.user_with(Role.ADMINISTRATOR)
    assert counts(received("all-people", by, HEAD, row(role="department"))) == {"new": 1}
    assert counts(received("all-people", by, HEAD, row(place, role="leader"))) == {"wrong": 1}


def test_a_role_is_ended_by_a_file_and_nothing_else_of_it_changes(place):
    by = factories.recorder()
    stored("people", by, HEAD, row(place))
    kept = stored("people", by, HEAD, row(place, until="01/06/2025"))
    assert RoleAssignment.objects.get(facility=place).valid_until == date(2025, 6, 1)
    assert [edit.column for edit in Edit.objects.filter(change_set=kept.change_set)] == ["until"]
    renamed = received("people", by, HEAD, row(place, name="Tên Khác"))
    assert counts(renamed) == {"wrong": 1}


def test_taking_back_removes_the_roles_and_closes_accounts_nobody_opened(place):
    by = factories.recorder()
    known = factories.user_with(Role.HEAD, facility=place, username="cu@x.vn")
    kept = stored("people", by, HEAD, row(place), row(place, email="cu@x.vn"))
    undo(change_set=kept.change_set, registers=TAKING_FILES, by=by, because="Nhầm", on=ON)
    assert [one.role for one in RoleAssignment.objects.all()] == [Role.HEAD]
    assert not User.objects.get(username=EMAIL).is_active
    known.refresh_from_db()
    assert known.is_active
    stored("people", by, HEAD, row(place))
    assert User.objects.get(username=EMAIL).is_active


# --- The link ---------------------------------------------------------------------------------


def path_of(user) -> str:
    return re.sub(r"^https?://[^/]+", "", link_of(user))


def test_the_link_opens_once_and_the_password_then_signs_in(client, place):
    stored("people", factories.recorder(), HEAD, row(place))
    user = User.objects.get(username=EMAIL)
    path = path_of(user)
    assert client.get(path).status_code == 200
    short = {"new_password1": "123", "new_password2": "123"}
    assert client.post(path, short).status_code == 400
    chosen = "một câu dài để nhớ"
    both = {"new_password1": chosen, "new_password2": chosen}
    assert client.post(path, both).status_code == 302
    assert client.get(path).status_code == 410
    answer = client.post(reverse("login"), {"username": EMAIL, "password": chosen})
    assert answer.status_code == 302


def test_the_link_is_good_for_seven_days(place, monkeypatch):
    from rollout.notices import welcome

    stored("people", factories.recorder(), HEAD, row(place))
    user = User.objects.get(username=EMAIL)
    uid, token = link_of(user).rstrip("/").split("/")[-2:]
    made = welcome.tokens._now()
    for days, seconds, opens in ((7, 0, True), (7, 1, False)):
        later = made + timedelta(days=days, seconds=seconds)
        monkeypatch.setattr(welcome.tokens, "_now", lambda later=later: later)
        assert (welcomed(uid, token) == user) is opens


@pytest.mark.parametrize("change", ["token", "uid", "inactive", "has-password"])
def test_no_other_link_opens_anything(client, place, change):
    stored("people", factories.recorder(), HEAD, row(place))
    user = User.objects.get(username=EMAIL)
    uid, token = link_of(user).rstrip("/").split("/")[-2:]
    if change == "inactive":
        User.objects.filter(pk=user.pk).update(is_active=False)
    elif change == "has-password":
        user.set_password("x" * 20)
        user.save()
    uid = "bnVsbA" if change == "uid" else uid
    token = f"{token}0" if change == "token" else token
    assert client.get(reverse("welcome", args=[uid, token])).status_code == 410


def test_whoever_brought_the_file_sees_the_links_and_nobody_else(client, place):
    by = factories.user_with(Role.DEPARTMENT)
    kept = stored("people", by, HEAD, row(place))
    address = reverse("rollout:import", args=[kept.pk])
    client.force_login(by)
    answer = client.get(address)
    assert "/welcome/" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    client.force_login(factories.user_with(Role.DEPARTMENT))
    assert "/welcome/" not in client.get(address).content.decode()
    client.force_login(factories.user_with(Role.OFFICER, facility=place))
    assert client.get(address).status_code == 404


def test_who_may_bring_whom(client, place):
    opened = {}
    for role in (Role.DEPARTMENT, Role.ADMINISTRATOR, Role.LEADER):
        client.force_login(factories.user_with(role))
        opened[role] = [
            client.get(reverse("rollout:import-new", args=[code])).status_code
            for code in ("people", "all-people", "milestones")
        ]
    assert opened == {
        Role.DEPARTMENT: [200, 404, 200],
        Role.ADMINISTRATOR: [404, 200, 404],
        Role.LEADER: [403, 403, 403],
    }


def test_with_mail_the_link_goes_out_once_and_is_stored_nowhere(client, place, settings):
    settings.MAILS = True
    by = factories.user_with(Role.DEPARTMENT)
    with CaptureQueriesContext(connection) as asked:
        kept = stored("people", by, HEAD, row(place))
        message = Message.objects.get()
        assert send_waiting(message.made_at) == 1
        assert send_waiting(message.made_at) == 0
    (sent,) = mail.outbox
    link = re.search(r"https?://\S+/welcome/\S+", sent.body).group()
    assert not any("/welcome/" in query["sql"] for query in asked)
    message.refresh_from_db()
    assert (message.to, message.text) == (EMAIL, "")
    client.force_login(by)
    page = client.get(reverse("rollout:import", args=[kept.pk])).content.decode()
    assert "/welcome/" not in page
    client.logout()
    assert client.get(re.sub(r"^https?://[^/]+", "", link)).status_code == 200
