"""A new officer in one step: account, role, place, and a link that opens once."""

import re
import uuid

import pytest
from django.urls import reverse

from facilities.models import ChangeSet, Role, RoleAssignment, User
from tests import factories

pytestmark = pytest.mark.django_db

EMAIL = "moi@lucnam.example"


@pytest.fixture
def place():
    factories.programme()
    return factories.facility("luc-nam", name_vi="Trung tâm Y tế Lục Nam")


def send(client, **changes):
    said = {"name": "Trần Văn Mới", "email": EMAIL, "role": "officer", "place": "luc-nam"}
    data = {"change_set": str(uuid.uuid4())} | said | changes
    return client.post(reverse("rollout:person-new"), data, follow=True)


def link_on(page) -> str:
    found = re.search(r'class="secret">https?://[^/]+([^<]+)<', page.content.decode())
    return found[1] if found else ""


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DEPARTMENT])
def test_the_officer_opens_the_link_and_reports_for_the_place(client, place, role):
    client.force_login(factories.user_with(role))
    change_set = str(uuid.uuid4())
    page = send(client, change_set=change_set)
    assert page.status_code == 200
    assignment = RoleAssignment.objects.get(user__username=EMAIL)
    assert (assignment.role, assignment.facility) == (Role.OFFICER, place)
    assert not assignment.user.has_usable_password()
    path = link_on(page)
    send(client, change_set=change_set)  # the same form twice is one person with one role
    assert RoleAssignment.objects.filter(user__username=EMAIL).count() == 1
    client.logout()
    both = dict.fromkeys(("new_password1", "new_password2"), "một câu dài để nhớ")
    assert client.post(path, both).status_code == 302
    assert client.get(path).status_code == 410
    signs_in = {"username": EMAIL, "password": both["new_password1"]}
    assert client.post(reverse("login"), signs_in).url == reverse("rollout:my")
    assert client.get(reverse("rollout:my")).context["me"].facility == place


def test_nobody_else_reads_the_link_and_once_a_password_is_chosen_nobody_does(client, place):
    client.force_login(factories.user_with(Role.ADMINISTRATOR))
    page = send(client)
    address = page.redirect_chain[-1][0]
    assert link_on(client.get(address))
    own = page.wsgi_request.user
    client.force_login(factories.user_with(Role.ADMINISTRATOR, username="khac"))
    assert not link_on(client.get(address))
    client.force_login(own)
    person = User.objects.get(username=EMAIL)
    person.set_password("một câu dài để nhớ")
    person.save()
    assert not link_on(client.get(address))
    assert not link_on(client.get(f"{reverse('rollout:person-new')}?made=nonsense"))


def test_where_mail_goes_out_it_brings_the_link(client, place, settings):
    settings.MAILS = True
    client.force_login(factories.user_with(Role.ADMINISTRATOR))
    page = send(client)
    assert not link_on(page)
    assert EMAIL in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "khong phai thu"}, "email"),
        ({"email": ""}, "email"),
        ({"name": ""}, "name"),
        ({"place": ""}, "place"),
        ({"role": "poet"}, "role"),
        ({"role": "administrator"}, "place"),  # bound to no place
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(client, place, changes, field):
    client.force_login(factories.user_with(Role.ADMINISTRATOR))
    page = send(client, **changes)
    assert page.status_code == 400
    assert page.context["form"].errors.keys() == {field}
    assert not User.objects.filter(username=EMAIL).exists()
    assert not ChangeSet.objects.exists()


def test_the_department_gives_no_role_of_its_own_and_officers_none_at_all(client, place):
    client.force_login(factories.user_with(Role.DEPARTMENT))
    for role in ("administrator", "department", "leader"):
        assert send(client, role=role, place="").context["form"].errors["role"]
    client.force_login(factories.user_with(Role.OFFICER, facility=place))
    assert send(client).status_code == 403
    assert not User.objects.filter(username=EMAIL).exists()
