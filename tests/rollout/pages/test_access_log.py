"""What goes into the access log from the pages, and who reads it."""

from collections import Counter

import pytest
from django.urls import reverse

from facilities.models import ApiToken, LogEntry, Role
from tests import factories
from tests.factories import START, UserFactory, user_with

pytestmark = pytest.mark.django_db
PASSWORD = "mua-xuan-o-bac-giang"
Kind = LogEntry.Kind


def logged(*fields: str, after: int = 0) -> list[tuple]:
    return list(LogEntry.objects.filter(pk__gt=after).order_by("pk").values_list(*fields))


def test_sign_ins_refused_ones_and_locks_are_on_record_without_what_was_typed(client):
    person = user_with(Role.LEADER, password=PASSWORD)
    sign_in = reverse("login")
    client.post(sign_in, {"username": "nobody-so-called", "password": "x"})
    for _time in range(5):
        client.post(sign_in, {"username": person.username, "password": "wrong"})
    assert Counter(logged("kind", "about", "address")) == {
        ("refused", None, "127.0.0.1"): 1,
        ("refused", person.pk, "127.0.0.1"): 5,
        ("locked", person.pk, "127.0.0.1"): 1,
    }
    held = " ".join(str(row) for row in LogEntry.objects.values_list())
    assert "nobody-so-called" not in held
    other = user_with(Role.LEADER, password=PASSWORD)
    client.post(sign_in, {"username": other.username, "password": PASSWORD})
    assert LogEntry.objects.get(kind=Kind.SIGNED_IN).by == other


def test_what_the_administrator_does_with_accounts_is_on_record(client):
    administrator, person = user_with(Role.ADMINISTRATOR), UserFactory()
    client.force_login(administrator)
    before = LogEntry.objects.latest("pk").pk
    add = reverse("admin:facilities_roleassignment_add")
    role = {"user": person.pk, "role": Role.LEADER, "valid_from": START.strftime("%d/%m/%Y")}
    client.post(add, role)
    given = person.assignments.get()
    change = reverse("admin:facilities_roleassignment_change", args=[given.pk])
    client.post(change, {"valid_until": "31/12/2099"})
    client.post(add, role | {"user": administrator.pk})
    token = {
        "user": person.pk,
        "label": "Cổng",
        "scope": ["progress:read"],
        "expires_on": "31/12/2099",
    }
    client.post(reverse("admin:facilities_apitoken_add"), token)
    begins = ApiToken.objects.get().prefix
    keys = {"_selected_action": ApiToken.objects.get().pk}
    client.post(reverse("admin:facilities_apitoken_changelist"), keys | {"action": "revoke"})
    people = {"_selected_action": person.pk}
    client.post(reverse("admin:facilities_user_changelist"), people | {"action": "deactivate"})
    assert logged("kind", "by", "about", "subject", after=before) == [
        ("role_given", administrator.pk, person.pk, "leader"),
        ("role_ended", administrator.pk, person.pk, "leader"),
        ("role_self", administrator.pk, administrator.pk, "leader"),
        ("key_made", administrator.pk, person.pk, begins),
        ("key_revoked", administrator.pk, person.pk, begins),
        ("account_off", administrator.pk, person.pk, ""),
    ]


def test_the_administrator_reads_all_of_it_and_a_head_what_is_of_the_facility(client):
    place, elsewhere = factories.facility("here"), factories.facility("there")
    head, officer = user_with(Role.HEAD, facility=place), user_with(Role.OFFICER, facility=place)
    stranger = user_with(Role.OFFICER, facility=elsewhere)
    for by, of in ((officer, place), (stranger, elsewhere)):
        LogEntry.objects.create(kind=Kind.PAGE, by=by, facility=of, subject="staff", count=3)
        LogEntry.objects.create(kind=Kind.SIGNED_IN, by=by, about=by)
    LogEntry.objects.create(kind=Kind.REFUSED, about=officer)

    client.force_login(head)
    page = reverse("rollout:names-read", args=["here"])
    rows = client.get(page).context["rows"].object_list
    # The own sign-in of whoever reads is among them.
    assert {(row.kind, row.by, row.about) for row in rows if row.by != head} == {
        ("page", officer, None),
        ("signed_in", officer, officer),
        ("refused", None, officer),
    }
    assert {row.kind for row in client.get(page, {"show": "names"}).context["rows"]} == {"page"}
    whole = reverse("rollout:access-log")
    assert client.get(whole).status_code == 403
    client.force_login(user_with(Role.ADMINISTRATOR))
    assert {row.by for row in client.get(whole, {"show": "names"}).context["rows"]} == {
        officer,
        stranger,
    }
    assert {row.by for row in client.get(whole, {"who": stranger.username}).context["rows"]} == {
        stranger
    }
    for role in (Role.DEPARTMENT, Role.LEADER):
        client.force_login(user_with(role))
        assert client.get(whole).status_code == 403
