"""The life of a directive: answered by agencies, judged, closed by somebody else with evidence."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from facilities.as_of import AsOf
from facilities.services import withdraw
from rollout.models import DirectiveEvent
from rollout.programme.directives import directives, services
from rollout.programme.directives.promises import carried_over, verdict
from rollout.programme.obstacles.waiting import awaited
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


def issued(**fields):
    given = {
        "code": "CD-9",
        "text_vi": "Tháo gỡ vướng mắc",
        "issued_on": DAY,
        "issued_by": "Phó Chủ tịch",
        "lead": factories.AgencyFactory(),
        "document_number": "12/UBND",
        "by": factories.recorder(),
    }
    return services.issue(**given | fields)


def answered(directive, *, by=None, agency=None, day=None, document=True):
    return services.answer(
        directive=directive,
        agency=agency or directive.lead,
        happened_on=day or on(3),
        note="Đã làm",
        by=by or factories.UserFactory(),
        document=factories.DocumentFactory() if document else None,
    )


def closed(directive, **fields):
    return services.close(
        **{"directive": directive, "happened_on": on(5), "by": factories.UserFactory()} | fields
    )


def refused(call, *args, **fields) -> dict:
    with pytest.raises(ValidationError) as caught:
        call(*args, **fields)
    error = caught.value
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


def seen(day):
    [found] = directives(day)
    return found


def test_it_is_born_from_a_session_or_from_a_number():
    assert "document_number" in refused(issued, document_number=" ")
    assert issued().document_number == "12/UBND"


def test_it_may_be_due_on_the_day_it_is_issued():
    made = issued(due_on=DAY)
    assert [seen(on(shift)).days_late(on(shift)) for shift in (0, 1)] == [0, 1]
    services.move(directive=made, on=on(1), due_on=DAY, because="gấp", by=factories.recorder())
    assert seen(on(1)).due_on == DAY


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"code": "new"}, "code"),
        ({"due_on": on(-1)}, "due_on"),
        ({"issued_on": date(2100, 1, 1)}, "issued_on"),
        ({"text_vi": ""}, "name_vi"),
    ],
)
def test_what_cannot_be_is_refused_by_name(fields, field):
    assert field in refused(issued, **fields)
    assert directives(on(9)) == []


def test_a_code_is_taken_only_once():
    issued()
    assert "code" in refused(issued)


def test_the_leading_agency_does_not_take_part_besides():
    lead, helper = factories.AgencyFactory(), factories.AgencyFactory()
    issued(lead=lead, coordinating=[lead, helper])
    assert seen(DAY).agencies == (lead, helper)


def test_several_agencies_carry_it_out_together_and_nobody_leads():
    helpers = [factories.AgencyFactory() for _ in range(2)]
    for too_few in ([], helpers[:1]):
        assert "lead" in refused(issued, lead=None, coordinating=too_few)
    made = issued(lead=None, coordinating=helpers, due_on=on(2))
    found = seen(on(3))
    assert found.lead is None
    assert set(found.agencies) == set(found.answerable) == set(helpers)
    assert all(agency.name in found.in_whose_hands for agency in helpers)
    waiting = [one.name for one in awaited(AsOf(on(3)))]
    assert sorted(waiting) == sorted(agency.name for agency in helpers)
    for agency in helpers:
        services.urge(
            directive=made, agency=agency, happened_on=on(3), by=factories.recorder(), note="gấp"
        )
        answered(made, agency=agency)
    assert seen(on(3)).urgings == 2
    assert {event.agency for event in seen(on(3)).standing_answers} == set(helpers)
    stranger = factories.AgencyFactory()
    assert "agency" in refused(
        services.urge,
        directive=made,
        agency=stranger,
        happened_on=on(3),
        by=factories.recorder(),
        note="x",
    )


def test_its_state_from_day_to_day():
    directive = issued()
    helper = factories.AgencyFactory()
    directive.coordinating.add(helper)
    services.note_progress(
        directive=directive,
        agency=helper,
        happened_on=on(1),
        note="đang làm",
        by=factories.UserFactory(),
    )
    answered(directive, day=on(2))
    services.return_answer(
        directive=directive,
        agency=directive.lead,
        happened_on=on(3),
        note="thiếu số liệu",
        by=factories.recorder(),
    )
    answered(directive, day=on(3))  # on the same day, after it was returned
    closed(directive, happened_on=on(4))
    assert [seen(on(s)).state for s in range(6)] == [
        "open",
        "open",
        "answered",
        "answered",
        "closed",
        "closed",
    ]


def test_a_returned_answer_leaves_it_returned():
    directive = issued()
    answered(directive, day=on(1))
    services.return_answer(
        directive=directive,
        agency=directive.lead,
        happened_on=on(1),
        note="chưa đủ",
        by=factories.recorder(),
    )
    assert seen(on(1)).state == "returned"
    assert seen(on(1)).standing_answers == ()


def test_nothing_is_returned_that_was_not_answered():
    directive = issued()
    fields = {
        "directive": directive,
        "agency": directive.lead,
        "note": "x",
        "by": factories.recorder(),
    }
    assert "agency" in refused(services.return_answer, happened_on=on(1), **fields)
    answered(directive, day=on(3))
    assert "happened_on" in refused(services.return_answer, happened_on=on(2), **fields)


def test_an_answer_needs_its_evidence():
    assert "paper" in refused(answered, issued(), document=False)


def test_it_is_closed_with_the_evidence_of_the_latest_answer():
    directive, officer = issued(), factories.UserFactory()
    given = answered(directive, by=officer)
    found = closed(directive)
    assert (found.document, found.answer_by) == (given.document, officer)


def test_it_is_never_closed_without_evidence():
    directive = issued()
    assert "paper" in refused(closed, directive)
    assert closed(directive, document=factories.DocumentFactory()).answer_by is None


def test_nobody_closes_what_they_answered():
    """Not even behind somebody else's later answer, nor with a paper of their own."""
    directive, first, second = issued(), factories.UserFactory(), factories.UserFactory()
    helper = factories.AgencyFactory()
    directive.coordinating.add(helper)
    answered(directive, by=first, day=on(1))
    answered(directive, by=second, agency=helper, day=on(2))
    for officer in (first, second):
        words = refused(closed, directive, by=officer, document=factories.DocumentFactory())
        assert "" in words
    assert closed(directive).answer_by == second


def test_whose_answer_was_returned_may_close():
    directive, officer = issued(), factories.UserFactory()
    answered(directive, by=officer, day=on(1))
    services.return_answer(
        directive=directive,
        agency=directive.lead,
        happened_on=on(2),
        note="x",
        by=factories.recorder(),
    )
    assert closed(directive, by=officer, document=factories.DocumentFactory())


def test_it_is_not_closed_before_its_last_answer_nor_before_its_issue():
    directive = issued()
    answered(directive, day=on(6))
    assert "happened_on" in refused(closed, directive, happened_on=on(5))
    other = issued(code="CD-10")
    paper = factories.DocumentFactory()
    assert "happened_on" in refused(closed, other, happened_on=on(-1), document=paper)


def test_closed_it_takes_no_more_words_until_the_closing_is_withdrawn():
    directive = issued()
    closing = closed(directive, document=factories.DocumentFactory())
    assert "" in refused(answered, directive, day=on(6))
    assert "" in refused(closed, directive, document=factories.DocumentFactory())
    withdraw(fact=closing, because="chưa xong", by=factories.recorder())
    assert answered(directive, day=on(6)).kind == DirectiveEvent.Kind.ANSWERED


def test_a_moved_day_keeps_the_day_first_promised():
    directive = issued(due_on=on(5))
    move = {"directive": directive, "because": "chờ Bộ", "by": factories.recorder()}
    services.move(on=on(2), due_on=on(8), **move)
    assert "on" in refused(services.move, on=on(2), due_on=on(9), **move)
    assert "due_on" in refused(services.move, on=on(3), due_on=on(-1), **move)
    assert "on" in refused(services.move, on=date(2100, 1, 1), due_on=on(9), **move)
    found = seen(on(6))
    assert (found.due_on, found.first_due_on, found.days_late(on(9))) == (on(8), on(5), 1)


def test_only_agencies_of_the_directive_are_urged():
    directive, stranger = issued(), factories.AgencyFactory()
    urge = {"directive": directive, "happened_on": on(4), "by": factories.recorder()}
    assert "agency" in refused(services.urge, agency=stranger, **urge)
    services.urge(agency=directive.lead, letter_number="7/SYT", **urge)
    assert [seen(on(s)).urgings for s in (3, 4)] == [0, 1]


@pytest.mark.parametrize(
    ("due", "done", "expected"),
    [
        (5, None, ["running", "running", "broken"]),
        (5, 5, ["running", "kept", "kept"]),
        (5, 6, ["running", "running", "broken"]),
        (None, None, ["no_day", "no_day", "no_day"]),
        (None, 5, ["no_day", "kept", "kept"]),
    ],
)
def test_a_promise_on_the_day_before_on_and_after_its_day(due, done, expected):
    directive = issued(due_on=on(due) if due else None)
    if done:
        closed(directive, happened_on=on(done), document=factories.DocumentFactory())
    assert [verdict(seen(on(s)), on(s)) for s in (4, 5, 6)] == expected


def test_moving_the_day_does_not_mend_a_promise():
    directive = issued(due_on=on(5))
    services.move(
        directive=directive, on=on(4), due_on=on(20), because="x", by=factories.recorder()
    )
    assert verdict(seen(on(6)), on(6)) == "broken"


def test_carried_over_is_what_was_issued_before_and_not_closed_by_the_session():
    open_one = issued(code="A")
    in_time = issued(code="B")
    closed(in_time, happened_on=on(9), document=factories.DocumentFactory())
    on_the_day = issued(code="C")
    closed(on_the_day, happened_on=on(10), document=factories.DocumentFactory())
    issued(code="D", issued_on=on(10))
    found = carried_over(directives(on(10)), on(10))
    assert [one.code for one in found] == [open_one.code, on_the_day.code]


def test_withdrawn_with_all_that_was_written_about_it():
    directive = issued()
    answered(directive)
    services.withdraw_directive(directive=directive, because="nhập nhầm", by=factories.recorder())
    assert directives(on(9)) == []
    assert not DirectiveEvent.objects.known().exists()
    assert issued().code == "CD-9"  # its code is free again
