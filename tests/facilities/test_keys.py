"""Keys of programs: read-only by default, bound to days and addresses, replaced with an overlap."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from rest_framework.exceptions import AuthenticationFailed

from facilities import keys
from facilities.models import ApiToken, LogEntry, Role
from facilities.permissions import access_of
from facilities.tokens import TokenAuthentication
from facilities.whence import asked_from
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2026, 5, 1)
NOON = "2026-05-01T12:00:00+07:00"
Scope = ApiToken.Scope


@pytest.fixture
def holder():
    return factories.user_with(Role.DEPARTMENT)


def make(user, **told):
    given = {"label": "Cổng", "scopes": [Scope.PROGRESS], "expires_on": DAY + timedelta(days=365)}
    with time_machine.travel(NOON, tick=False):
        return keys.make(user=user, by=None, today=DAY, **given | told)


def opens(rf, key, on=DAY, address="10.1.2.3") -> bool:
    asked = rf.get("/", headers={"authorization": f"Bearer {key}"})
    with time_machine.travel(f"{on}T12:00:00+07:00", tick=False), asked_from(address):
        try:
            return TokenAuthentication().authenticate(asked) is not None
        except AuthenticationFailed:
            return False


def test_a_key_opens_from_its_first_day_to_its_last_and_from_its_addresses(rf, holder):
    first, after = DAY + timedelta(days=10), DAY + timedelta(days=20)
    _token, key = make(
        holder, valid_from=first, expires_on=after, addresses="10.1.2.0/24\n2001:db8::7"
    )
    day = timedelta(days=1)
    assert [opens(rf, key, on) for on in (first - day, first, after - day, after)] == [
        False,
        True,
        True,
        False,
    ]
    found = {
        told: opens(rf, key, first, told)
        for told in ("10.1.2.255", "10.1.3.0", "2001:db8::7", "2001:db8::8", "", "nowhere")
    }
    assert [told for told, is_open in found.items() if is_open] == ["10.1.2.255", "2001:db8::7"]


def test_what_cannot_be_is_named_by_field_and_nothing_is_made(holder):
    for told, field in [
        ({"scopes": []}, "scope"),
        ({"scopes": ["everything"]}, "scope"),
        ({"expires_on": DAY}, "expires_on"),
        ({"valid_from": DAY + timedelta(days=400)}, "expires_on"),
        ({"addresses": "10.1.2.0/24 hospital"}, "addresses"),
    ]:
        with pytest.raises(ValidationError) as refused:
            make(holder, **told)
        assert set(refused.value.message_dict) == {field}
    assert not ApiToken.objects.exists()


def test_a_scope_opens_what_it_builds_on_and_nothing_else(holder):
    found = {}
    for scope in Scope:
        access = access_of(holder, DAY, make(holder, scopes=[scope])[0])
        found[scope] = (
            access.sees_summary,
            access.readable is None,
            access.reads_programme,
            access.writing is not None,
        )
        assert access.kept == frozenset()
    assert found == {
        Scope.PROGRESS: (True, False, False, False),
        Scope.REGISTERS: (True, True, False, False),
        Scope.PROGRAMME: (True, True, True, False),
        Scope.WRITE: (True, True, False, True),
        Scope.HEARTBEAT: (False, False, False, False),
        Scope.PROGRAMME_WRITE: (True, True, True, False),
    }
    both = make(holder, scopes=[Scope.HEARTBEAT, Scope.PROGRESS])[0]
    assert both.scope == "progress:read heartbeat"


def test_a_replaced_key_goes_on_for_the_overlap_and_never_longer_than_before(rf, holder):
    token, old = make(holder, scopes=[Scope.REGISTERS], addresses="10.1.2.3")
    with time_machine.travel(NOON, tick=False):
        made, new = keys.replace(
            token,
            by=holder,
            today=DAY,
            expires_on=DAY + timedelta(days=700),
            overlap=timedelta(days=7),
        )
    assert (made.scope, made.addresses, made.label) == (token.scope, token.addresses, token.label)
    assert made.replaces == token
    days = [DAY, DAY + timedelta(days=6), DAY + timedelta(days=7)]
    assert [(opens(rf, old, on), opens(rf, new, on)) for on in days] == [
        (True, True),
        (True, True),
        (False, True),
    ]
    with time_machine.travel(NOON, tick=False):
        short, key = make(holder, expires_on=DAY + timedelta(days=2))
        keys.replace(short, by=None, today=DAY, expires_on=DAY + timedelta(days=9))
        with pytest.raises(ValidationError):
            keys.replace(made, by=None, today=DAY, expires_on=DAY, overlap=timedelta(days=7))
    assert not opens(rf, key, DAY + timedelta(days=2))
    with time_machine.travel(NOON, tick=False):
        keys.replace(
            made, by=None, today=DAY, expires_on=DAY + timedelta(days=9), overlap=timedelta(0)
        )
    assert not opens(rf, new)


def test_every_act_bears_how_the_key_begins_and_no_more_of_it(holder):
    token, key = make(holder)
    with time_machine.travel(NOON, tick=False):
        made, _new = keys.replace(token, by=holder, today=DAY, expires_on=DAY + timedelta(days=9))
    assert keys.revoke([token, made], by=holder) == 2
    assert keys.revoke([token, made], by=holder) == 0
    told = list(LogEntry.objects.filter(subject__startswith="emr_").order_by("pk"))
    assert [(entry.kind, entry.subject) for entry in told] == [
        ("key_made", token.prefix),
        ("key_made", made.prefix),
        ("key_revoked", token.prefix),
        ("key_revoked", made.prefix),
    ]
    assert key.startswith(token.prefix)
    assert len(token.prefix) == 12


def test_last_use_is_kept_and_a_refused_key_is_found_by_how_it_begins(client, holder):
    token, key = make(holder, expires_on=date(2100, 1, 1))
    asked = {"authorization": f"Bearer {key}"}
    assert client.get("/api/v1/progress/", headers=asked, REMOTE_ADDR="10.9.9.9").status_code == 200
    token.refresh_from_db()
    assert (token.last_used_from, token.last_used_at is None) == ("10.9.9.9", False)
    keys.revoke([token], by=None)
    assert client.get("/api/v1/progress/", headers=asked).status_code == 401
    refused = LogEntry.objects.get(kind=LogEntry.Kind.KEY_REFUSED)
    assert refused.subject == token.prefix


def test_the_commands_make_replace_and_revoke(capsys, holder):
    call_command(
        "create_api_token",
        holder.username,
        label="Cổng",
        expires_on=date(2100, 1, 1),
        scope=["registers:read", "heartbeat"],
        address=["10.0.0.0/8"],
    )
    first = capsys.readouterr().out.strip()
    token = ApiToken.objects.get()
    assert (token.scope, token.addresses) == ("registers:read heartbeat", "10.0.0.0/8")
    call_command(
        "create_api_token", holder.username, expires_on=date(2100, 1, 1), replaces=first[:12]
    )
    second = capsys.readouterr().out.strip()
    assert ApiToken.objects.get(digest=ApiToken.digest_of(second)).replaces == token
    call_command("revoke_api_token", second)
    assert not ApiToken.objects.filter(prefix=second[:12], revoked_at=None).exists()
    for wrong in (second, "emr_"):
        with pytest.raises(CommandError):
            call_command("revoke_api_token", wrong)
