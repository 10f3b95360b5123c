"""The commands beside the API."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from facilities.models import ApiToken, Role
from tests import factories
from tests.rollout.small_province import small_province

pytestmark = pytest.mark.django_db


def run(*arguments) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def without_moment(body: str) -> str:
    facts, _sep, _moment = body.rpartition(',"generated_at":')
    return facts


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_prints_the_very_document_of_the_api(client, language):
    small_province()
    client.force_login(factories.user_with(Role.LEADER))
    asked = {"on": "2025-05-21", "known_at": "2030-01-01", "compare": "2025-02-18"}
    told = client.get("/api/v1/progress/", asked, headers={"accept-language": language})
    printed = run(
        "progress",
        *("--on", asked["on"], "--known-at", asked["known_at"], "--compare", asked["compare"]),
        *("--json", "--lang", language),
    )
    assert without_moment(printed) == without_moment(told.content.decode())
    assert without_moment(printed)


def test_people_get_a_table():
    small_province()
    lines = run(
        "progress", "--on", "2025-05-21", "--compare", "2025-02-18", "--lang", "en"
    ).splitlines()
    assert lines[0] == "EMR rollout: Test Province, as of 21 May 2025"
    (servers,) = (line for line in lines if line.startswith("Equipped with EMR servers"))
    assert servers.split()[-5:] == ["1/2", "(0)", "50%", "1", "documented"]
    (late,) = (line for line in lines if line.startswith("Centre B"))
    assert late.endswith("14 working days overdue")
    assert any("132 days left" in line for line in lines)


def test_the_table_is_vietnamese_by_default():
    small_province()
    table = run("progress", "--on", "2025-05-21")
    assert "Tỉnh Thử Nghiệm" in table
    assert "21/05/2025" in table


def test_an_empty_database_gives_an_empty_document():
    assert run("progress", "--on", "2025-05-21")
    assert '"facilities":[]' in run("progress", "--on", "2025-05-21", "--json")


@pytest.mark.parametrize(
    "arguments", [("--on", "2025-02-30"), ("--known-at", "soon"), ("--compare", "0")]
)
def test_an_impossible_day_is_refused(arguments):
    with pytest.raises(CommandError, match=arguments[1]):
        run("progress", *arguments)


def test_a_key_is_printed_once_and_opens_the_api(client):
    small_province()
    user = factories.user_with(Role.CLIENT, username="program")
    key = run(
        "create_api_token", "program", "--label", "Bảng điều hành", "--expires-on", "2099-01-01"
    ).strip()
    token = ApiToken.objects.get()
    assert (token.user, token.scope, token.expires_on) == (user, "progress:read", date(2099, 1, 1))
    assert key not in str(vars(token))
    answer = client.get("/api/v1/progress/", headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("username", "expires_on", "complaint"),
    [("nobody", "2099-01-01", "no account"), ("program", "2020-01-01", "expire")],
)
def test_a_key_that_could_not_be_used_is_not_made(username, expires_on, complaint):
    factories.user_with(Role.CLIENT, username="program")
    with pytest.raises(CommandError, match=complaint):
        run("create_api_token", username, "--label", "x", "--expires-on", expires_on)
    assert not ApiToken.objects.exists()
