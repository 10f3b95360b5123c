"""What is typed and not sent: kept for its author only, small, few, and dropped on a word."""

import json

import pytest

from facilities.models import Draft, Role
from rollout.registers import drafts
from tests import factories
from tests.rollout.pages.my.sending import days, sent

pytestmark = pytest.mark.django_db
KEEP, DROP = "/drafts/", "/drafts/drop/"
NAME = "my:connections:7:account"


def kept(client, name=NAME, **fields):
    texts = {field: [text] for field, text in fields.items()}
    return client.post(KEEP, {"draft": name, "fields": json.dumps(texts)})


def test_the_latest_word_is_kept(client, officer):
    assert kept(client, account="2025-05-02").status_code == 204
    assert kept(client, account="2025-05-03").status_code == 204
    draft = Draft.objects.get()
    assert (draft.user, draft.form, draft.fields) == (officer, NAME, {"account": ["2025-05-03"]})


def test_neither_token_nor_number_of_the_form(client, officer):
    kept(client, change_set="x", csrfmiddlewaretoken="x", choose="theirs", account="2025-05-02")
    assert set(Draft.objects.get().fields) == {"account"}


def test_vietnamese_letters(client, officer):
    kept(client, because="Gõ nhầm ngày bàn giao")
    assert Draft.objects.get().fields == {"because": ["Gõ nhầm ngày bàn giao"]}


@pytest.mark.parametrize(
    "fields",
    [
        "",
        "{",
        "[]",
        '{"a": "b"}',
        '{"a": [1]}',
        '{"a": ["\\u0000"]}',
        '{"a": ["\\ud800"]}',
        "[" * 100_000,
        json.dumps({"a": ["x" * drafts.MOST_BYTES]}),
    ],
    ids=[
        "nothing",
        "no JSON",
        "no names",
        "no list",
        "no text",
        "a null",
        "half a letter",
        "a tower",
        "too much",
    ],
)
def test_what_is_no_draft_is_refused(client, officer, fields):
    assert client.post(KEEP, {"draft": NAME, "fields": fields}).status_code == 400
    assert not Draft.objects.exists()


@pytest.mark.parametrize("name", ["", "x" * 121, "a\x00b"])
def test_a_draft_needs_a_name(client, officer, name):
    assert kept(client, name, account="x").status_code == 400


def test_just_as_much_as_is_allowed(client, officer):
    text = "x" * (drafts.MOST_BYTES - len(json.dumps({"a": [""]})))
    assert kept(client, a=text).status_code == 204
    assert kept(client, a=text + "x").status_code == 400


def test_the_oldest_make_room(client, officer, monkeypatch):
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 3)
    for number in range(5):
        kept(client, f"my:connections:{number}:", account="x")
    assert {draft.form[-2] for draft in Draft.objects.all()} == {"2", "3", "4"}


def test_those_of_others_are_neither_overwritten_nor_dropped(client, officer, place):
    colleague = factories.user_with(Role.OFFICER, facility=place)
    theirs = Draft.objects.create(user=colleague, form=NAME, fields={"account": ["x"]})
    kept(client, account="2025-05-02")
    client.post(DROP, {"draft": NAME})
    assert list(Draft.objects.all()) == [theirs]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("/my/connections/7/?cells=account", "/my/connections/7/?cells=account"),
        ("https://elsewhere.example/", "/"),
        ("", "/"),
    ],
)
def test_dropped_it_leads_back_to_the_form(client, officer, asked, expected):
    kept(client, account="x")
    answer = client.post(DROP, {"draft": NAME, "next": asked})
    assert answer.url == expected
    assert not Draft.objects.exists()


@pytest.mark.parametrize("role", [Role.LEADER, Role.ADMINISTRATOR])
def test_whoever_writes_nothing_keeps_nothing(client, officer, role):
    client.force_login(factories.user_with(role))
    assert kept(client, account="x").status_code == 403
    assert client.post(DROP, {"draft": NAME}).status_code == 403


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client):
    assert kept(client, account="x").status_code == 302
    assert client.get(KEEP).status_code == 405


class TestAtTheDesk:
    """The same for the Department's form of a row."""

    @pytest.fixture
    def clerk(self, client, place):
        user = factories.user_with(Role.DEPARTMENT)
        client.force_login(user)
        return user

    def test_it_is_offered_and_goes_when_the_form_is_stored(self, client, clerk, place):
        path = f"/desk/connections/{place.pk}/edit/"
        name = client.get(path).context["draft_name"]
        kept(client, name, account="2025-05-02")
        assert client.get(path).context["draft"].form == name
        assert client.get(f"{path}?draft=yes").context["form"]["account"].value() == "2025-05-02"
        assert sent(client, f"{path}?draft=yes").status_code == 302
        assert days(place) == {"account": "2025-05-02"}
        assert not Draft.objects.exists()

    def test_one_of_a_new_row(self, client, clerk, place):
        kept(client, "desk:certificates:new", unit="Khoa Nội")
        page = client.get("/desk/certificates/new/?unit=x&draft=yes")
        assert page.context["form"]["unit"].value() == "Khoa Nội"
