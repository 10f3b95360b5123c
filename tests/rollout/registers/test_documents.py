"""The register of documents: described in place with a log, withdrawn without the facts they prove."""

from datetime import timedelta

import pytest

from facilities.evidence import Rung
from facilities.models import ChangeSet, Document, Edit
from facilities.registers.entering import begin, withdraw_row
from rollout.programme.services import record_milestone
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.rollout.registers.writing import TODAY, entered, refusals, values_of

pytestmark = pytest.mark.django_db

REGISTER = REGISTERS["documents"]
NEW = {"number": "12/QĐ-SYT", "title": "Quyết định", "issuer": "Sở Y tế", "issued-on": TODAY}


def milestone(document, place=None, code="launch"):
    return record_milestone(
        facility=place or factories.facility(),
        milestone=code,
        happened_on=TODAY,
        by=factories.recorder(),
        document=document,
    )


def test_a_paper_is_entered_and_mended_in_place():
    paper = entered(REGISTER, NEW)
    entered(REGISTER, {"title": "Quyết định phê duyệt"}, row=paper)
    paper.refresh_from_db()
    assert paper.title == "Quyết định phê duyệt"
    edit = Edit.objects.get(column="title")
    assert (edit.old, edit.new) == ("Quyết định", "Quyết định phê duyệt")


def test_it_says_whether_it_has_a_file_and_what_it_proves():
    paper, other = factories.DocumentFactory(), factories.DocumentFactory()
    for code in ("pilot", "launch"):
        milestone(paper, code=code)
    found = values_of(REGISTER, paper)
    assert (found["has-file"], found["used-by"]) == ("no", 2)
    assert values_of(REGISTER, other)["used-by"] == 0


def test_counting_what_papers_prove_takes_one_question(django_assert_num_queries):
    keys = [factories.DocumentFactory().pk for _number in range(3)]
    with django_assert_num_queries(1):
        REGISTER.computed(keys, TODAY)


def test_the_same_number_of_one_issuer_asks_for_a_reason():
    entered(REGISTER, NEW)
    again = NEW | {"issuer": "SỞ Y TẾ"}
    assert refusals(REGISTER, again) == ({"number"}, {"number"})
    assert refusals(REGISTER, NEW | {"issuer": "UBND tỉnh"}) == (set(), set())


def test_a_paper_of_a_day_to_come_is_refused():
    ahead = NEW | {"issued-on": TODAY + timedelta(days=1)}
    assert refusals(REGISTER, ahead) == ({"issued-on"}, set())


def test_a_withdrawn_paper_proves_nothing_and_the_fact_stands():
    paper = factories.DocumentFactory()
    fact = milestone(paper)
    change_set = begin(kind=ChangeSet.Kind.FORM, by=factories.recorder(), because="Nhầm bản")
    withdraw_row(register=REGISTER, row=paper, change_set=change_set, on=TODAY)
    fact.refresh_from_db()
    assert fact.withdrawn_at is None
    assert fact.evidence(TODAY) == Rung.REPORTED
    assert list(REGISTER.base(TODAY)) == []


def test_papers_are_found_without_accents():
    factories.DocumentFactory(title="Biên bản nghiệm thu", number="1")
    factories.DocumentFactory(title="Tờ trình", number="2")
    found = REGISTER.search(REGISTER.base(TODAY), "nghiem thu", TODAY)
    assert [row.number for row in found] == ["1"]
    assert Document.objects.count() == 2
