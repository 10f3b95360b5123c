"""Directives on a day: who leads, by when, whether they are closed, how late they are."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from facilities.as_of import AsOf
from facilities.services import withdraw
from rollout.models import DirectiveDue, DirectiveEvent
from rollout.programme.deadlines import deadlines
from rollout.programme.directives import directives
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
Kind = DirectiveEvent.Kind


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


def issue(**fields):
    return factories.DirectiveFactory(**{"issued_on": DAY, **fields})


def happen(directive, kind, day):
    paper = factories.DocumentFactory() if kind == Kind.CLOSED else None
    return DirectiveEvent.objects.create(
        directive=directive,
        kind=kind,
        happened_on=day,
        document=paper,
        recorded_by=factories.recorder(),
    )


def seen(day, **options):
    [found] = directives(day, **options)
    return found


def test_a_directive_is_seen_from_the_day_it_was_issued():
    issue(code="CD-1")
    assert directives(on(-1)) == []
    assert seen(on(0)).code == "CD-1"


@pytest.mark.parametrize(
    ("shift", "late"), [(0, 0), (10, 0), (12, 0), (13, 1), (14, 2), (15, 0), (99, 0)]
)
def test_it_is_late_from_the_day_after_its_last_until_it_is_closed(shift, late):
    happen(issue(due_on=on(10)), Kind.CLOSED, on(15))
    assert seen(on(shift)).days_late(on(shift)) == late


def test_closed_in_time_it_was_never_late():
    happen(issue(due_on=on(10)), Kind.CLOSED, on(10))
    assert [seen(on(s)).days_late(on(s)) for s in (9, 10, 11, 40)] == [0, 0, 0, 0]


def test_without_a_day_it_is_never_late_and_never_due():
    issue(due_on=None)
    assert seen(on(999)).days_late(on(999)) == 0
    assert [d for d in deadlines(AsOf(on(999))) if d.rule == "directive"] == []


@pytest.mark.parametrize("kind", [Kind.PROGRESS, Kind.ANSWERED])
def test_an_answer_does_not_close_it(kind):
    happen(issue(due_on=on(10)), kind, on(5))
    found = seen(on(14))
    assert (found.closed_on, found.newest_on, found.days_late(on(14))) == (None, on(5), 2)


def test_the_newest_word_on_it_is_its_issue_before_anything_happened():
    directive = issue()
    happen(directive, Kind.ANSWERED, on(9))
    happen(directive, Kind.PROGRESS, on(3))
    assert [seen(on(s)).newest_on for s in (0, 3, 8, 9, 20)] == [on(0), on(3), on(3), on(9), on(9)]


def test_a_withdrawn_closing_opens_it_again():
    directive = issue(due_on=on(10))
    closed = happen(directive, Kind.CLOSED, on(9))
    withdraw(fact=closed, because="only half done", by=factories.recorder())
    assert seen(on(14)).days_late(on(14)) == 2
    assert seen(on(14), known_at=closed.recorded_at).days_late(on(14)) == 0


def test_a_withdrawn_directive_is_gone_but_was_known():
    directive = issue()
    withdraw(fact=directive, because="not said so", by=factories.recorder())
    assert directives(DAY) == []
    assert seen(DAY, known_at=directive.recorded_at).code == directive.code


def test_lead_and_coordinating_agencies_all_belong_to_it():
    directive, helper = issue(), factories.AgencyFactory()
    directive.coordinating.add(helper)
    found = seen(DAY)
    assert found.agency_ids == {directive.lead_id, helper.pk}
    assert found.coordinating == (helper,)


def test_open_ones_come_first_by_the_day_they_are_due():
    for code, due_on in (("A", None), ("B", on(20)), ("C", on(5)), ("D", on(1))):
        made = issue(code=code, due_on=due_on)
        if code == "D":
            happen(made, Kind.CLOSED, on(1))
    assert [found.code for found in directives(on(2))] == ["C", "B", "A", "D"]


def test_its_deadline_belongs_to_no_facility():
    directive = issue(code="CD-7", due_on=on(10))
    [deadline] = [d for d in deadlines(AsOf(on(12))) if d.rule == "directive"]
    assert (deadline.facility_id, deadline.subject) == (None, f"directive:{directive.pk}")
    assert deadline.days_late(on(14)) == 2
    assert "CD-7" in str(deadline.what)


def test_the_database_refuses_a_second_closing_and_a_day_before_the_issue():
    directive = issue()
    happen(directive, Kind.CLOSED, on(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        happen(directive, Kind.CLOSED, on(2))
    with pytest.raises(IntegrityError), transaction.atomic():
        issue(due_on=on(-1))
    assert issue(due_on=on(0)).pk
    happen(directive, Kind.PROGRESS, on(3))
    assert directive.events.count() == 2


def test_the_database_refuses_a_closing_without_a_paper():
    with pytest.raises(IntegrityError), transaction.atomic():
        DirectiveEvent.objects.create(
            directive=issue(),
            kind=Kind.CLOSED,
            happened_on=DAY,
            recorded_by=factories.recorder(),
        )


def test_the_database_refuses_a_closing_by_whoever_answered():
    answered, other = factories.recorder(), factories.UserFactory()
    closing = {
        "directive": issue(),
        "kind": Kind.CLOSED,
        "happened_on": DAY,
        "document": factories.DocumentFactory(),
        "answer_by": answered,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        DirectiveEvent.objects.create(recorded_by=answered, **closing)
    assert DirectiveEvent.objects.create(recorded_by=other, **closing).pk


def test_a_day_that_was_moved_counts_from_the_day_it_was_moved():
    directive = issue(due_on=on(5))
    DirectiveDue.objects.create(
        directive=directive,
        due_on=on(9),
        effective_from=on(4),
        because="waiting for the Ministry",
        recorded_by=factories.recorder(),
    )
    assert [(seen(on(s)).due_on, seen(on(s)).first_due_on) for s in (3, 4)] == [
        (on(5), on(5)),
        (on(9), on(5)),
    ]
    assert [seen(on(s)).days_late(on(s)) for s in (9, 11, 12)] == [0, 0, 1]


def test_reading_takes_the_same_queries_for_any_number(django_assert_num_queries):
    for total in (1, 6):
        while len(directives(DAY)) < total:
            made = issue()
            made.coordinating.add(factories.AgencyFactory())
            happen(made, Kind.PROGRESS, DAY)
        with django_assert_num_queries(6):
            assert len(directives(DAY)) == total
