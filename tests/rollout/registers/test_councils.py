"""The register of councils: a meeting a row, held to the rules of the council's page; files and taking back."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from facilities.models import ChangeSet, Document, Edit, Kind
from facilities.registers.entering import Refused, begin, undo, withdraw_row
from rollout.models import (
    ConditionMet,
    CouncilCondition,
    CouncilDate,
    CouncilMeeting,
    CouncilRuling,
    CriteriaSet,
    MilestoneEvent,
    MilestoneTemplate,
)
from rollout.programme.councils import services
from rollout.programme.services import record_milestone
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.rollout.registers.importing.tables import counts, received, stored, texts
from tests.rollout.registers.writing import TODAY, entered, refusals, values_of

pytestmark = pytest.mark.django_db

REGISTER = REGISTERS["councils"]
HELD = date(2025, 5, 12)
SCHEDULED = date(2025, 6, 2)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def sets():
    factories.programme()
    CriteriaSet.objects.create(
        code="old",
        name_vi="TT 54",
        basis="TT 46/2018",
        signed_on=date(2018, 12, 28),
        in_force_from=date(2019, 3, 1),
        lapses_on=date(2025, 5, 12),
    )
    CriteriaSet.objects.create(
        code="new",
        name_vi="TT 13",
        basis="TT 13/2025",
        signed_on=date(2025, 5, 1),
        in_force_from=date(2025, 5, 12),
    )


def row(place, **cells) -> dict:
    given = {"facility": place.code, "level": "sector", "criteria": "new"}
    return given | {code.replace("_", "-"): value for code, value in cells.items()}


def ruled(place, **cells):
    return entered(REGISTER, row(place, held=HELD, conclusion="pass") | cells)


def said(values: dict, **more) -> dict:
    """The sentences that refuse, by column."""
    with pytest.raises(Refused) as caught:
        entered(REGISTER, values, **more)
    return caught.value.message_dict


def test_a_row_brings_a_meeting_with_its_ruling_and_what_followed():
    place = factories.facility()
    made = ruled(
        place,
        minutes="01/BB",
        paper="05/BB-HD",
        conditions="Ban hành quy chế | Phòng CNTT | 30/06/2025\nIn mã vạch | Khoa Dược | 01/07/2025",
        **{
            "reached-decision": HELD + timedelta(days=2),
            "number-decision": "12/QĐ-BV",
            "reached-official": HELD + timedelta(days=3),
        },
    )
    assert made.code == f"{place.code}-2025-1"
    ruling = CouncilRuling.objects.known().get()
    assert (ruling.facility, ruling.happened_on, ruling.conclusion) == (place, HELD, "pass")
    assert (ruling.minutes_number, ruling.document.number) == ("01/BB", "05/BB-HD")
    assert [row.owner for row in CouncilCondition.objects.known()] == ["Phòng CNTT", "Khoa Dược"]
    days = {one.milestone: one for one in MilestoneEvent.objects.known()}
    assert days["decision"].document.number == "12/QĐ-BV"
    assert days["official"].happened_on == HELD + timedelta(days=3)
    told = values_of(REGISTER, made)
    assert told["number-decision"] == "12/QĐ-BV"
    assert told["conditions"].splitlines()[1] == "In mã vạch | Khoa Dược | 01/07/2025"


@pytest.mark.parametrize(
    ("held", "criteria", "basis", "refused"),
    [
        (date(2025, 5, 11), "old", "", False),
        (date(2025, 5, 12), "old", "", True),  # it lapses on this day
        (date(2025, 5, 12), "new", "", False),
        (date(2025, 5, 11), "new", "", True),  # signed, and not in force yet
        (date(2025, 5, 11), "new", "Công văn 365", False),
        (date(2025, 4, 30), "new", "Công văn 365", True),  # not even signed
    ],
)
def test_a_council_judges_by_what_is_in_force_on_its_day(held, criteria, basis, refused):
    values = row(factories.facility(), held=held, conclusion="pass", criteria=criteria, basis=basis)
    assert refusals(REGISTER, values)[0] == ({"held"} if refused else set())


def test_the_refusal_names_the_set_that_was_in_force():
    early = row(factories.facility(), held=date(2025, 4, 30), conclusion="pass")
    assert "In force on that day: TT 54." in said(early)["held"][0]
    without = row(factories.facility(), held=HELD, conclusion="pass", criteria="")
    assert said(without)["criteria"][0].endswith("In force on that day: TT 13.")


def test_an_official_day_without_a_ruling_asks_for_a_reason_and_a_ruling_in_the_row_is_one():
    official = {"reached-official": HELD + timedelta(days=3)}
    alone = row(factories.facility()) | official
    failed = row(factories.facility(), held=HELD, conclusion="fail") | official
    passed = row(factories.facility(), held=HELD, conclusion="conditions") | official
    assert refusals(REGISTER, alone) == ({"reached-official"}, {"reached-official"})
    assert refusals(REGISTER, failed) == ({"reached-official"}, {"reached-official"})
    assert refusals(REGISTER, passed) == (set(), set())


def test_what_follows_a_council_lies_after_it():
    early = row(factories.facility(), held=HELD, conclusion="pass")
    early["reached-decision"] = HELD - timedelta(days=1)
    assert refusals(REGISTER, early) == ({"reached-decision"}, {"reached-decision"})
    early["reached-decision"] = HELD
    assert refusals(REGISTER, early) == (set(), set())


def test_a_number_without_its_day_is_refused():
    bare = row(factories.facility(), held=HELD, conclusion="pass", number_decision="1/QĐ")
    assert refusals(REGISTER, bare)[0] == {"number-decision"}


def test_a_day_and_a_conclusion_come_together_and_not_before_they_happened():
    place = factories.facility()
    assert refusals(REGISTER, row(place, held=HELD))[0] == {"conclusion"}
    assert refusals(REGISTER, row(place, conclusion="pass"))[0] == {"conclusion"}
    ahead = row(place, held=TODAY + timedelta(days=1), conclusion="pass")
    assert refusals(REGISTER, ahead)[0] == {"held"}


def test_a_day_to_come_of_a_facility_that_is_not_ready_asks_for_a_reason():
    values = row(factories.facility(), scheduled=SCHEDULED)
    assert refusals(REGISTER, values) == ({"fixed"}, {"fixed"})
    entered(REGISTER, values, because={"fixed": "kịp tiến độ"})
    fixed = CouncilDate.objects.known().get()
    assert (fixed.scheduled_on, fixed.effective_from) == (SCHEDULED, TODAY)
    assert fixed.override == "kịp tiến độ"


def test_a_day_that_is_moved_asks_why_and_leaves_the_first_one():
    made = entered(
        REGISTER,
        row(factories.facility(), scheduled=SCHEDULED, fixed=date(2025, 5, 2)),
        because={"fixed": "kịp"},
    )
    later = {"scheduled": SCHEDULED + timedelta(days=7)}
    assert refusals(REGISTER, later, row=made) == ({"scheduled", "fixed"},) * 2
    entered(REGISTER, later, row=made, because={"scheduled": "bận", "fixed": "kịp"})
    dates = CouncilDate.objects.known().order_by("effective_from")
    assert [(one.effective_from, one.because) for one in dates] == [
        (date(2025, 5, 2), ""),
        (TODAY, "bận"),
    ]


def test_a_day_that_has_passed_says_when_it_was_fixed():
    place = factories.facility()
    past = row(place, scheduled=HELD, held=HELD, conclusion="pass")
    assert "Fill in “Day fixed on”." in said(past)["scheduled"][0]
    assert refusals(REGISTER, past | {"fixed": HELD + timedelta(days=1)})[0] >= {"scheduled"}
    assert refusals(REGISTER, past | {"fixed": HELD}) == (set(), set())


def test_a_council_that_has_ruled_is_not_fixed_anew_and_a_second_ruling_asks_for_a_reason():
    made = ruled(factories.facility())
    assert refusals(REGISTER, {"scheduled": SCHEDULED}, row=made)[0] == {"scheduled"}
    assert refusals(REGISTER, {"conclusion": "fail"}, row=made) == ({"conclusion"},) * 2
    entered(REGISTER, {"conclusion": "fail"}, row=made, because={"conclusion": "chép nhầm"})
    assert CouncilRuling.objects.known().get().conclusion == "fail"


def test_a_meeting_put_off_may_rule_later_and_both_stay():
    made = entered(REGISTER, row(factories.facility(), held=HELD, conclusion="postponed"))
    entered(REGISTER, {"held": HELD + timedelta(days=5), "conclusion": "pass"}, row=made)
    known = CouncilRuling.objects.known().order_by("happened_on")
    assert [one.conclusion for one in known] == ["postponed", "pass"]


def test_conditions_are_written_in_a_known_way_after_the_ruling():
    place = factories.facility()
    pass_ = row(place, held=HELD, conclusion="pass")
    for wrong in (
        "Ban hành quy chế",
        "a | b | sớm",
        f"a | b | {HELD - timedelta(days=1):%d/%m/%Y}",
    ):
        assert refusals(REGISTER, pass_ | {"conditions": wrong})[0] == {"conditions"}
    right = f"a | b | c | {HELD:%d/%m/%Y}"
    assert refusals(REGISTER, row(place, conditions=right))[0] == {"conditions"}
    entered(REGISTER, pass_ | {"conditions": right})
    told = CouncilCondition.objects.known().get()
    assert (told.text, told.owner, told.due_on) == ("a | b", "c", HELD)


def test_a_facility_outside_the_rollout_has_no_council():
    assert refusals(REGISTER, row(factories.facility(scope="connectivity")))[0] == {"facility"}


def test_a_code_is_given_once_and_stays():
    one, other = factories.facility(), factories.facility()
    made = entered(REGISTER, row(one, meeting="HD-1"))
    assert refusals(REGISTER, row(other, meeting="HD-1"))[0] == {"meeting"}
    assert refusals(REGISTER, row(other, meeting="criteria"))[0] == {"meeting"}
    assert refusals(REGISTER, row(other, meeting="HĐ 2"))[0] == {"meeting"}
    assert refusals(REGISTER, {"meeting": "HD-2"}, row=made)[0] == {"meeting"}


# --- By file ----------------------------------------------------------------------------------

HEAD = ("Cơ sở", "Cấp hội đồng", "Bộ tiêu chí", "Ngày họp", "Kết luận", "reached-decision")


def lines(places, conclusion="Đạt"):
    return [
        (place.code, "sector", "new", "12/05/2025", conclusion, "14/05/2025") for place in places
    ]


def test_fifty_four_rulings_come_in_one_file_and_are_taken_back_at_once():
    places = [factories.facility() for _ in range(54)]
    by = factories.recorder()
    before = record_milestone(
        facility=places[0], milestone="decision", happened_on=date(2025, 5, 14), by=by
    )
    kept = stored("councils", by, HEAD, *lines(places))
    assert counts(kept) == {"new": 54}
    assert CouncilRuling.objects.known().count() == 54
    assert MilestoneEvent.objects.known().filter(milestone="decision").count() == 54
    assert Edit.objects.filter(change_set=kept.change_set, register="councils").count() == 54
    undo(change_set=kept.change_set, registers=REGISTERS, by=by, because="Nhầm tệp", on=TODAY)
    assert not CouncilRuling.objects.known().exists()
    assert not CouncilMeeting.objects.standing().exists()
    assert list(MilestoneEvent.objects.known()) == [before]
    again = stored("councils", by, HEAD, *lines(places))
    assert counts(again) == {"new": 54}


def test_the_same_file_again_changes_nothing():
    places = [factories.facility() for _ in range(2)]
    by = factories.recorder()
    stored("councils", by, HEAD, *lines(places))
    assert counts(received("councils", by, HEAD, *lines(places))) == {"unchanged": 2}


def test_a_row_of_a_file_that_cannot_be_says_what_to_do():
    place = factories.facility()
    early = (place.code, "sector", "new", "30/04/2025", "Đạt", "14/05/2025")
    kept = received("councils", factories.recorder(), HEAD, early)
    assert counts(kept) == {"wrong": 1}
    assert "TT 54" in texts(kept)[0]


def test_two_rows_do_not_say_the_same_of_one_facility_twice():
    place = factories.facility()
    head = (*HEAD, "Mã cuộc họp")
    rows = [(*line, code) for line, code in zip(lines([place, place]), ("A", "B"), strict=True)]
    assert counts(received("councils", factories.recorder(), head, *rows)) == {"wrong": 1, "new": 1}


def test_checking_many_rows_asks_no_more_than_checking_few():
    def asked(count: int) -> int:
        places = [factories.facility() for _ in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as found:
            stored("councils", factories.recorder(), HEAD, *lines(places))
        return len(found)

    asked(1)
    assert asked(20) <= asked(3) + 1


def test_what_the_page_of_the_council_added_is_withdrawn_there_first():
    made = ruled(factories.facility(), conditions="a | b | 30/06/2025")
    by = factories.recorder()
    condition = CouncilCondition.objects.known().get()
    services.fulfil(condition=condition, met_on=TODAY, by=by)
    reason = begin(kind=ChangeSet.Kind.FORM, by=by, because="Nhầm")
    with pytest.raises(Exception, match="Withdraw those first"):
        withdraw_row(register=REGISTER, row=made, change_set=reason, on=TODAY)
    ConditionMet.objects.all().delete()
    withdraw_row(register=REGISTER, row=made, change_set=reason, on=TODAY)
    assert not CouncilCondition.objects.known().exists()
    assert not CouncilMeeting.objects.standing().exists()


def test_a_paper_on_record_is_found_by_its_number_and_day():
    paper = factories.DocumentFactory(number="12/QĐ-BV", issued_on=HELD)
    made = ruled(factories.facility(), **{"reached-decision": HELD, "number-decision": "12/QĐ-BV"})
    event = MilestoneEvent.objects.known().get()
    assert event.document == paper
    moved = {"reached-decision": HELD + timedelta(days=1)}
    entered(REGISTER, moved, row=made)
    assert MilestoneEvent.objects.known().get().document == paper
    entered(REGISTER, {"number-decision": ""}, row=made)
    assert MilestoneEvent.objects.known().get().document is None
    assert Document.objects.count() == 1


def test_a_facility_whose_kind_needs_no_council_becomes_official_without_one():
    place = factories.facility()
    MilestoneTemplate.objects.create(
        kind=Kind.objects.get(code="medical_centre"),
        milestone="council",
        is_needed=False,
        effective_from=date(2024, 1, 1),
        recorded_by=factories.recorder(),
    )
    official = row(place) | {"reached-official": HELD}
    assert refusals(REGISTER, official) == (set(), set())
