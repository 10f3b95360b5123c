"""The pages of working sessions: plan, hold, conclude; who may, and what a wrong form says."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from facilities.models import Role
from rollout.models import Directive, SessionConclusion, WorkingSession
from tests import factories
from tests.factories import user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def department():
    factories.programme()
    return signed_in(Role.DEPARTMENT)


def signed_in(role, **options) -> Client:
    client = Client()
    client.force_login(user_with(role, **options))
    client.cookies["django_language"] = "en"
    return client


def plan(client, **fields):
    given = {
        "change_set": uuid.uuid4(),
        "held_on": timezone.localdate().isoformat(),
        "name_vi": "Làm việc",
        "name_en": "Working session on progress",
        "chair": "Phó Chủ tịch",
        "chair_en": "Vice-chairman",
    }
    return client.post(reverse("rollout:session-new"), given | fields)


def page() -> str:
    return reverse("rollout:session", args=[WorkingSession.objects.latest("pk").pk])


def sent(client, do, **fields):
    return client.post(page(), {"change_set": uuid.uuid4(), "do": do} | fields)


def test_planned_it_stands_in_the_list_with_its_agenda_and_waits_for_its_day(department):
    next_week = timezone.localdate() + timedelta(days=7)
    assert plan(department, held_on=next_week.isoformat()).status_code == 302
    listed = department.get(reverse("rollout:session-list")).text
    assert "Planned" in listed
    assert "Working session on progress" in listed
    shown = department.get(page()).text
    assert "planned" in shown
    assert "Record the conclusion" not in shown
    assert sent(department, "conclude", text_vi="x").status_code == 403
    assert sent(department, "item", name_vi="Kinh phí").status_code == 302
    assert "Kinh phí" in department.get(page()).text


def test_held_it_is_concluded_and_gives_directives_one_after_another(department):
    plan(department)
    agency = factories.AgencyFactory()
    assert sent(department, "conclude", text_vi="Đẩy nhanh", text_en="Faster").status_code == 302
    for words in ("First", "Second"):
        given = {"text_vi": words, "text_en": words, "lead": agency.pk}
        assert sent(department, "order", **given).status_code == 302
    shown = department.get(page()).text
    assert all(words in shown for words in ("Faster", "First", "Second", "concluded"))
    assert Directive.objects.count() == 2
    [row] = SessionConclusion.objects.all()
    taken = {"row": row.pk, "because": "wrong text"}
    assert sent(department, "withdraw-conclusion", **taken).status_code == 302
    assert "No conclusion is on record" in department.get(page()).text


def test_a_wrong_form_says_which_field_and_keeps_what_was_typed(department):
    wrong = plan(department, held_on="32/05/2025")
    assert wrong.status_code == 400
    assert "Working session on progress" in wrong.text
    plan(department)
    refused = sent(department, "order", text_vi="Only words")
    assert refused.status_code == 400
    assert "Only words" in refused.text
    assert not Directive.objects.exists()


def test_the_leader_reads_and_gives_directives_but_keeps_no_register(department):
    plan(department)
    leader = signed_in(Role.LEADER)
    assert leader.get(reverse("rollout:session-new")).status_code == 403
    shown = leader.get(page()).text
    assert "Give a directive on the spot" in shown
    assert "Record the conclusion" not in shown
    given = {"text_vi": "x", "lead": factories.AgencyFactory().pk}
    assert sent(leader, "order", **given).status_code == 302
    assert sent(leader, "conclude", text_vi="x").status_code == 403


@pytest.mark.parametrize("role", [Role.OFFICER, Role.HEAD, Role.AGENCY, Role.CLIENT])
def test_others_do_not_see_it(department, role):
    plan(department)
    place = factories.facility() if role in (Role.OFFICER, Role.HEAD) else None
    agency = factories.AgencyFactory() if role == Role.AGENCY else None
    assert signed_in(role, facility=place, agency=agency).get(page()).status_code == 403


def test_withdrawn_it_is_gone(department):
    plan(department)
    gone = page()
    assert sent(department, "withdraw", because="called off").status_code == 302
    assert department.get(gone).status_code == 404
