"""A directive to three agencies through three sign-ins; and who is refused what."""

import html
import uuid
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from facilities.models import Role
from rollout.models import Directive, DirectiveEvent
from tests import factories
from tests.factories import user_with
from tests.papers import PDF

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)


@pytest.fixture(autouse=True)
def province():
    factories.programme()


def pdf(name: str) -> SimpleUploadedFile:
    """A paper of its own: the same file from the same person would be the same document."""
    return SimpleUploadedFile(f"{name}.pdf", PDF.replace(b"%%EOF", f"%{name}\n%%EOF".encode()))


def signed_in(role, **options) -> Client:
    client = Client()
    client.force_login(user_with(role, **options))
    client.cookies["django_language"] = "en"
    return client


def page(code="CD-1") -> str:
    return reverse("rollout:directive", args=[code])


def sent(client, do, code="CD-1", **fields):
    return client.post(page(code), {"change_set": uuid.uuid4(), "do": do} | fields)


def issue(client, lead, *others, **fields):
    given = {
        "change_set": uuid.uuid4(),
        "code": "CD-1",
        "issued_on": DAY.isoformat(),
        "text_vi": "Phối hợp tháo gỡ vướng mắc",
        "text_en": "Resolve the problems together",
        "issued_by": "Phó Chủ tịch",
        "lead": lead.pk,
        "coordinating": [agency.pk for agency in others],
        "due_on": (DAY + timedelta(days=20)).isoformat(),
        "document_number": "45/UBND-KGVX",
    }
    return client.post(reverse("rollout:directive-new"), given | fields)


def test_without_a_code_it_gets_the_next_number_of_its_day():
    leader, lead = signed_in(Role.LEADER), factories.AgencyFactory()
    for number in (1, 2):
        code = f"{DAY.isoformat()}-{number}"
        assert issue(leader, lead, code="").url == page(code)
    assert issue(leader, lead).url == page("CD-1")


def test_one_that_nobody_leads_says_together_wherever_it_stands():
    leader = signed_in(Role.LEADER)
    helpers = [factories.AgencyFactory() for _ in range(2)]
    nobody = type("Nobody", (), {"pk": ""})
    assert issue(leader, nobody, helpers[0]).status_code == 400
    assert issue(leader, nobody, *helpers).status_code == 302
    names = "; ".join(agency.name for agency in sorted(helpers, key=lambda one: one.code))
    listed = leader.get(reverse("rollout:directive-list")).content.decode()
    assert f"{names}, together" in html.unescape(listed)
    own = html.unescape(leader.get(page()).content.decode())
    assert "Together, nobody leads" in own
    officer = signed_in(Role.AGENCY, agency=helpers[1])
    assert officer.get(page()).status_code == 200
    keeper = html.unescape(signed_in(Role.DEPARTMENT).get(page()).content.decode())
    for agency in helpers:
        assert f"about={agency.code}" in keeper


def test_three_agencies_answer_through_three_sign_ins_and_the_leader_closes():
    police, health, insurance = (factories.AgencyFactory() for _ in range(3))
    leader = signed_in(Role.LEADER)
    assert issue(leader, police, health, insurance).status_code == 302

    officers = {
        agency.pk: signed_in(Role.AGENCY, agency=agency) for agency in (police, health, insurance)
    }
    for agency_id, officer in officers.items():
        assert "Resolve the problems together" in officer.get(page()).text
        given = {"agency": agency_id, "happened_on": "2025-06-01", "note": f"done {agency_id}"}
        assert sent(officer, "answer", **given).status_code == 400  # no paper
        assert sent(officer, "answer", **given, paper=pdf(f"{agency_id}")).status_code == 302
        assert sent(officer, "close", happened_on="2025-06-02").status_code == 403

    returned = {"agency": insurance.pk, "happened_on": "2025-06-02", "note": "no figures"}
    assert sent(leader, "return", **returned).status_code == 302
    again = {"agency": insurance.pk, "happened_on": "2025-06-03", "note": "with figures"}
    assert "no figures" in officers[insurance.pk].get(page()).text
    assert sent(officers[insurance.pk], "answer", **again, paper=pdf("again")).status_code == 302

    assert sent(leader, "close", happened_on="2025-06-04", note="well done").status_code == 302
    shown = leader.get(page()).text
    assert "closed on 4 Jun 2025" in shown
    assert "on time" in shown
    closing = DirectiveEvent.objects.get(kind="closed")
    assert closing.document is not None
    assert closing.answer_by.assignments.get().agency == insurance
    assert (
        sent(officers[police.pk], "answer", **again).status_code == 403
    )  # nothing is asked any more


def test_an_agency_speaks_only_for_itself_and_sees_only_its_own():
    police, health = factories.AgencyFactory(), factories.AgencyFactory()
    assert issue(signed_in(Role.LEADER), police, health).status_code == 302
    officer = signed_in(Role.AGENCY, agency=health)
    foreign = {"agency": police.pk, "happened_on": "2025-06-01", "note": "x", "paper": pdf("x")}
    assert sent(officer, "answer", **foreign).status_code == 400
    stranger = signed_in(Role.AGENCY, agency=factories.AgencyFactory())
    assert stranger.get(page()).status_code == 403
    assert sent(stranger, "answer", **foreign).status_code == 403
    assert "CD-1" not in stranger.get(reverse("rollout:directive-list")).text
    assert not DirectiveEvent.objects.exists()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.HEAD, Role.ADMINISTRATOR, Role.CLIENT])
def test_others_issue_nothing(role):
    place = factories.facility() if role in (Role.OFFICER, Role.HEAD) else None
    answer = issue(signed_in(role, facility=place), factories.AgencyFactory())
    assert answer.status_code == 403
    assert not Directive.objects.exists()


def test_whoever_speaks_for_an_agency_does_not_close_what_they_answered():
    health = factories.AgencyFactory()
    staff = user_with(Role.DEPARTMENT)
    staff.assignments.create(role=Role.AGENCY, agency=health, valid_from=factories.START)
    client = Client()
    client.force_login(staff)
    client.cookies["django_language"] = "en"
    issue(client, health)
    given = {"agency": health.pk, "happened_on": "2025-06-01", "note": "done", "paper": pdf("a")}
    assert sent(client, "answer", **given).status_code == 302
    refused = sent(client, "close", happened_on="2025-06-02")
    assert refused.status_code == 400
    assert "somebody else has to close it" in refused.text
    assert sent(signed_in(Role.DEPARTMENT), "close", happened_on="2025-06-02").status_code == 302


def test_sent_twice_it_is_issued_once_and_what_was_typed_is_kept():
    lead, leader = factories.AgencyFactory(), signed_in(Role.LEADER)
    change_set = uuid.uuid4()
    assert issue(leader, lead, change_set=change_set).status_code == 302
    assert issue(leader, lead, change_set=change_set).status_code == 302
    assert Directive.objects.count() == 1
    wrong = issue(leader, lead, code="CD-2", due_on="2025-01-01")
    assert wrong.status_code == 400
    assert "It cannot be due before it is issued." in wrong.text
    assert "45/UBND-KGVX" in wrong.text


def test_the_list_shows_each_kind():
    leader, lead = signed_in(Role.LEADER), factories.AgencyFactory()
    issue(leader, lead)
    issue(leader, lead, code="CD-2", text_en="Another one", due_on="")
    address = reverse("rollout:directive-list")
    assert timezone.localdate() > DAY + timedelta(days=20)
    late = leader.get(address, {"show": "late"}).text
    assert "Resolve the problems together" in late
    assert "Another one" not in late
    assert "Another one" in leader.get(address, {"show": "open"}).text
    assert "Another one" not in leader.get(address, {"show": "closed"}).text


def test_urged_moved_and_taken_back():
    lead, leader = factories.AgencyFactory(), signed_in(Role.LEADER)
    issue(leader, lead)
    urge = {"agency": lead.pk, "happened_on": "2025-06-15", "letter_number": "8/SYT-NVY"}
    assert sent(leader, "urge", **urge).status_code == 302
    assert (
        sent(leader, "move", on="2025-06-16", due_on="2025-06-30").status_code == 400
    )  # no reason
    moved = {"on": "2025-06-16", "due_on": "2025-06-30", "because": "waiting for the Ministry"}
    assert sent(leader, "move", **moved).status_code == 302
    shown = leader.get(page()).text
    assert "8/SYT-NVY" in shown
    assert "originally due 10 Jun 2025" in shown
    [due] = Directive.objects.get().dues.all()
    taken = {"row": due.pk, "because": "wrong day"}
    assert sent(leader, "withdraw-due", **taken).status_code == 302
    assert "originally due" not in leader.get(page()).text


def test_on_another_day_it_is_only_read():
    lead, leader = factories.AgencyFactory(), signed_in(Role.LEADER)
    issue(leader, lead)
    assert "Actions" in leader.get(page()).text
    assert "Actions" not in leader.get(page(), {"on": DAY.isoformat()}).text
