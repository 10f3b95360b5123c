"""Promises, the empty province, and what it takes to publish."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from facilities.models import Role
from rollout.figures.contradictions import Contradiction
from rollout.models import DirectiveEvent, PublishedBrief, WorkingSession
from rollout.publishing.brief import publishing
from rollout.publishing.brief.document import brief, canonical, compared_with
from rollout.publishing.brief.publishing import publish, recompute
from rollout.publishing.brief.rendering import as_text, drawn
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
AT = datetime(2025, 5, 22, 2, tzinfo=UTC)
BEFORE = datetime(2025, 1, 1, tzinfo=UTC)


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


def sit(day=DAY, **fields):
    return WorkingSession.objects.create(
        name_vi="Làm việc",
        name_en="Session",
        held_on=day,
        chair="Chủ tịch",
        recorded_by=factories.recorder(),
        recorded_at=BEFORE,
        **fields,
    )


def words(made, language="en"):
    return {part["code"]: as_text([part]) for part in drawn(made.sections, language)}


def close(directive, day):
    return DirectiveEvent.objects.create(
        directive=directive,
        kind=DirectiveEvent.Kind.CLOSED,
        happened_on=day,
        document=factories.DocumentFactory(),
        recorded_by=factories.recorder(),
    )


def test_a_province_without_anything_has_words():
    for language in ("vi", "en"):
        assert words(brief(None, on=DAY), language)
    found = words(brief(sit(), on=DAY), "en")
    assert "No facility" in found["opening"]
    assert "No directive was issued." in found["orders"]
    assert "What Chủ tịch concluded is not on record." in found["conclusion"]


def test_one_facility_with_nothing():
    factories.facility("f")
    found = words(brief(None, on=DAY))
    assert "None of the 1 facilities" in found["equipment"]
    assert "no date is set on which bidding" in found["equipment"]
    assert "For 1 facility no date is set for the launch." in found["use"]


@pytest.mark.parametrize(
    ("closed", "looked", "said"),
    [
        # Day 10 is a Saturday: promised for it is promised for the Monday, day 12.
        (None, 12, None),
        (None, 13, "Overdue by 1 working day:"),
        (10, 9, None),
        (10, 10, "Completed on time:"),
        (12, 12, "Completed on time:"),
        (13, 12, None),
        (13, 13, "Completed late"),
    ],
)
def test_a_promise_is_judged_by_its_first_day(closed, looked, said):
    directive = factories.DirectiveFactory(issued_on=DAY, due_on=on(10))
    if closed is not None:
        close(directive, on(closed))
    found = words(brief(None, on=on(looked)))["promises"]
    assert (said or "No directive has fallen due.") in found


def test_what_was_settled_before_the_session_before_is_not_told_again():
    close(factories.DirectiveFactory(issued_on=DAY, due_on=on(10)), on(5))
    assert "Completed on time" in words(brief(None, on=on(20), compare=on(4)))["promises"]
    assert "Completed on time" not in words(brief(None, on=on(20), compare=on(5)))["promises"]


def test_it_is_held_against_the_session_before():
    sit(on(-30))
    last, now = sit(on(-7)), sit()
    assert compared_with(now) == (on(-7), None)
    at = AT - timedelta(days=7)
    publish(session=last, on=on(-7), by=factories.recorder(), at=at)
    assert compared_with(now) == (on(-7), at)
    assert compared_with(now, at - timedelta(seconds=1)) == (on(-7), None)


def contradict(monkeypatch):
    found = Contradiction("rule", "subject", None, "Official without a server", "/mend/")
    monkeypatch.setattr(publishing, "contradictions", lambda as_of: [found])


def test_a_contradiction_refuses_unless_a_reason_is_given(monkeypatch):
    session, by = sit(), factories.recorder()
    contradict(monkeypatch)
    with pytest.raises(ValidationError, match="Official without a server"):
        publish(session=session, on=DAY, by=by, at=AT, override="  ")
    assert not PublishedBrief.objects.exists()
    made = publish(session=session, on=DAY, by=by, at=AT, override="The chair asks for it")
    assert (made.contradicting, made.override) == (1, "The chair asks for it")
    assert made.contradictions[0]["key"] == "rule:subject"


def test_a_reason_that_was_not_needed_is_not_kept():
    made = publish(session=sit(), on=DAY, by=factories.recorder(), at=AT, override="x")
    assert made.override == ""


def test_the_page_keeps_what_was_typed_when_it_refuses(client, monkeypatch):
    session = sit()
    contradict(monkeypatch)
    client.force_login(factories.user_with(Role.DEPARTMENT, language="en"))
    path = f"/sessions/{session.pk}/brief/?on=2025-05-21"
    change_set = client.get(path).context["form"]["change_set"].value()
    answer = client.post(path, {"change_set": change_set, "override": ""})
    assert answer.status_code == 400
    assert "Official without a server" in answer.content.decode()
    answer = client.post(path, {"change_set": change_set, "override": "The chair asks for it"})
    assert answer.status_code == 302
    client.post(path, {"change_set": change_set, "override": "The chair asks for it"})
    assert PublishedBrief.objects.count() == 1
    assert "The chair asks for it" in client.get(answer.url).content.decode()


def test_the_digest_speaks_no_language_and_each_figure_has_its_name():
    session = sit()
    factories.facility("f")
    texts = set()
    for language in ("vi", "en"):
        with translation.override(language):
            texts.add(canonical(brief(session, on=DAY)))
    assert len(texts) == 1
    made = publish(session=session, on=DAY, by=factories.recorder(), at=AT)
    made.content["sections"][0]["sentences"][0]["values"]["day"] = "2025-05-20"
    made.digest = "0" * 64
    same, differences = recompute(made)
    assert not same
    assert differences == [("opening.session_held.day", "2025-05-20", "2025-05-21")]
