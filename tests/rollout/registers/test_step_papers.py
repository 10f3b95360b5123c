"""A kind asks for a paper with a step: without it the step counts, is warned of, and the paper is owed."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from facilities.models import Document, Kind
from facilities.services import record
from rollout.registers.catalogue import REGISTERS
from rollout.registers.todo import todo
from tests import factories
from tests.rollout.registers.writing import TODAY, entered, refusals, values_of

pytestmark = pytest.mark.django_db

MILESTONES, KINDS = REGISTERS["milestones"], REGISTERS["kinds"]
LAUNCH = "reached-launch"


@pytest.fixture
def place():
    factories.programme()
    made = factories.facility(kind=factories.Kind.GENERAL_HOSPITAL)
    asks(factories.Kind.GENERAL_HOSPITAL, {"paper-launch": "plan"}, on=date(2025, 5, 1))
    return made


def asks(kind: str, values: dict, **more):
    return entered(KINDS, values, row=Kind.objects.get(code=kind), **more)


def owed(place, on=TODAY) -> list[tuple[str, ...]]:
    return [line.cells for line in todo(place.pk, on) if line.kind == "paper"]


def test_what_a_kind_asks_is_written_beside_its_way(place):
    kind = Kind.objects.get(code=factories.Kind.GENERAL_HOSPITAL)
    told = values_of(KINDS, kind)
    assert (told["paper-launch"], told["way-launch"], told["paper-pilot"]) == ("plan", "yes", "")
    assert refusals(KINDS, {"way-pilot": "no", "paper-pilot": "plan"}, row=kind)[0] == {
        "paper-pilot"
    }


def test_a_step_without_its_paper_is_warned_of_and_never_refused(place):
    day = {LAUNCH: date(2025, 5, 10)}
    assert refusals(MILESTONES, day, row=place) == ({LAUNCH}, {LAUNCH})
    entered(MILESTONES, day, row=place, because={LAUNCH: "Chưa có văn bản"})
    assert values_of(MILESTONES, place)[LAUNCH] == date(2025, 5, 10)
    assert owed(place) == [(LAUNCH, "number-launch")]
    # The owed paper is answered by its number.
    entered(MILESTONES, {"number-launch": "12/KH-BV"}, row=place)
    assert owed(place) == []
    assert values_of(MILESTONES, place)["number-launch"] == "12/KH-BV"


@pytest.mark.parametrize("how", ["number", "file", "document"])
def test_a_step_with_its_paper_is_neither_warned_of_nor_owed(place, how):
    document = Document(title="Kế hoạch")
    if how == "file":
        document.file = SimpleUploadedFile("ke-hoach.pdf", b"%PDF-1.4")
    values = {LAUNCH: date(2025, 5, 10)}
    more = {}
    if how == "number":
        values["number-launch"] = "12/KH-BV"
    else:
        more = {"document": record(document, by=factories.recorder())}
    assert refusals(MILESTONES, values, row=place, **more) == (set(), set())
    assert owed(place) == []


def test_what_was_reached_before_the_rule_owes_nothing(place):
    entered(MILESTONES, {LAUNCH: date(2025, 4, 30)}, row=place, because={LAUNCH: "Chưa có"})
    assert owed(place) == []


def test_another_kind_is_asked_for_nothing(place):
    other = factories.facility(kind=factories.Kind.MEDICAL_CENTRE)
    assert refusals(MILESTONES, {LAUNCH: date(2025, 5, 10)}, row=other) == (set(), set())
    assert owed(other) == []
