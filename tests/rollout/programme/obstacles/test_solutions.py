"""Solutions: who proposed them, what became of them, on the day and as it was known."""

import html
import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from facilities.as_of import AsOf
from facilities.models import Role
from facilities.services import record, withdraw
from rollout.models import Obstacle, Solution, SolutionOutcome, WorkingSession
from rollout.programme.obstacles import solutions as keeping
from rollout.publishing.brief.document import brief
from rollout.publishing.brief.rendering import as_text, drawn
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


def sat() -> WorkingSession:
    return record(
        WorkingSession(name_vi="Làm việc", name_en="Session", held_on=DAY, chair="Chủ tịch"),
        by=factories.recorder(),
    )


def raised(session=None, code="o-1") -> Obstacle:
    return record(
        Obstacle(
            code=code,
            kind=Obstacle.Kind.BUDGET,
            name_vi=f"Vướng {code}",
            name_en=f"Obstacle {code}",
            raised_on=DAY,
            raised_by="Cơ sở",
            session=session,
        ),
        by=factories.recorder(),
    )


def proposed(obstacle, **fields) -> Solution:
    given = {
        "obstacle": obstacle,
        "text_vi": "Thuê dịch vụ",
        "text_en": "Rent servers",
        "proposed_on": DAY,
        "proposer": "unknown",
        "by": factories.recorder(),
    }
    return keeping.propose(**given | fields)


def settled(solution, shift=3, **fields) -> SolutionOutcome:
    return keeping.settle(
        solution=solution, happened_on=on(shift), by=factories.recorder(), **fields
    )


def refused(call, *args, **fields) -> set[str]:
    with pytest.raises(ValidationError) as caught:
        call(*args, **fields)
    return set(caught.value.message_dict)


def seen(shift=0, known_at=None):
    return keeping.solutions(AsOf(on(shift), known_at))


def said(session, shift=0) -> dict[str, str]:
    made = brief(session, on=on(shift))
    return {
        language: "".join(
            as_text([part])
            for part in drawn(made.sections, language)
            if part["code"] == "solutions"
        )
        for language in ("vi", "en")
    }


def test_who_proposed_it_is_named_or_said_to_be_unknown():
    obstacle, place, agency = raised(), factories.facility("f"), factories.AgencyFactory()
    for fields, field in (
        ({"proposer": "facility"}, "facility"),
        ({"proposer": "participants", "facility": place}, "facility"),
        ({"proposer": "agency"}, "agency"),
        ({"proposer": "unknown", "agency": agency}, "agency"),
        ({"proposed_on": date(2100, 1, 1)}, "proposed_on"),
    ):
        assert refused(proposed, obstacle, **fields) == {field}
    for fields in (
        {"proposer": "facility", "facility": place},
        {"proposer": "agency", "agency": agency},
        {"proposer": "participants"},
        {},
    ):
        proposed(obstacle, **fields)
    assert [one.whom_en for one in seen()] == [
        seen()[0].whom_en,
        agency.name_en,
        "the participants of the session",
        "not recorded",
    ]
    assert seen()[0].whom_vi == AsOf(DAY).on(DAY)[0].name_vi
    assert seen(-1) == []


def test_it_is_about_an_obstacle_or_a_session():
    with pytest.raises(IntegrityError), transaction.atomic():
        Solution.objects.create(
            code="x",
            text_vi="x",
            proposed_on=DAY,
            proposer="unknown",
            recorded_by=factories.recorder(),
        )


def test_it_is_taken_up_or_dropped_once_and_from_that_day_on():
    one = proposed(raised())
    directive = factories.DirectiveFactory(issued_on=on(2))
    assert refused(settled, one) == {"directive"}
    assert refused(settled, one, directive=directive, because="x") == {"directive"}
    assert refused(settled, one, 1, directive=directive) == {"happened_on"}
    assert refused(settled, one, -1, because="no money") == {"happened_on"}
    outcome = settled(one, 2, directive=directive)
    assert refused(settled, one, 3, because="no money") == {"solution"}
    assert [seen(shift)[0].directive for shift in (1, 2)] == [None, directive]
    known = outcome.recorded_at
    withdraw(fact=outcome, because="misread", by=factories.recorder())
    assert seen(2)[0].settled_on is None
    assert seen(2, known)[0].directive == directive
    settled(one, 3, because="no money")
    assert seen(3)[0].because == "no money"


def test_the_brief_says_the_same_in_both_languages():
    session = sat()
    assert said(session) == {"vi": "", "en": ""}
    obstacle = raised(session)
    words = said(session)
    assert "Which solutions were proposed for them is not on record." in words["en"]
    assert "Chưa ghi nhận các giải pháp" in words["vi"]
    one = proposed(obstacle, proposer="participants")
    words = said(session)
    assert (
        "Obstacle o-1: Rent servers. Proposed by: the participants of the session. "
        "What became of it is not on record."
    ) in words["en"]
    assert (
        "Vướng o-1: Thuê dịch vụ. Đơn vị đề xuất: các đại biểu dự buổi làm việc. "
        "Chưa ghi nhận kết quả."
    ) in words["vi"]
    outcome = settled(one, 3, directive=factories.DirectiveFactory(code="CD-1", issued_on=DAY))
    assert "What became of it is not on record." in said(session, 2)["en"]
    assert "Taken up by directive CD-1 on 24 May 2025." in said(session, 3)["en"]
    assert "Đã đưa vào nội dung chỉ đạo CD-1 ngày 24/05/2025." in said(session, 3)["vi"]
    withdraw(fact=outcome, because="misread", by=factories.recorder())
    settled(one, 4, because="hết kinh phí")
    assert "Discarded on 25 May 2025: hết kinh phí." in said(session, 4)["en"]


def test_one_about_all_obstacles_of_a_session_stands_with_each_of_them():
    session = sat()
    first, other = raised(session, "o-1"), raised(None, "o-2")
    record(
        Solution(
            code="all",
            session=session,
            text_vi="Một số giải pháp",
            text_en="Some solutions",
            proposed_on=DAY,
            proposer="participants",
        ),
        by=factories.recorder(),
    )
    assert [len(keeping.of_obstacle(seen(), o.pk, o.session_id)) for o in (first, other)] == [1, 0]
    assert "Some solutions. Proposed by: the participants of the session." in said(session)["en"]


def signed_in(role) -> Client:
    client = Client()
    client.force_login(factories.user_with(role))
    client.cookies["django_language"] = "en"
    return client


def test_the_department_writes_and_takes_back_on_the_page_of_the_obstacle():
    factories.programme()
    raised()
    directive = factories.DirectiveFactory(issued_on=DAY)
    page = reverse("rollout:obstacle", args=["o-1"])
    client = signed_in(Role.DEPARTMENT)

    def sent(do, by=client, **fields):
        return by.post(page, {"do": do, "change_set": uuid.uuid4()} | fields)

    given = {"text_vi": "Thuê", "proposed_on": DAY, "proposer": "participants"}
    assert sent("propose", signed_in(Role.LEADER), **given).status_code == 403
    assert sent("propose", **given | {"proposer": "facility"}).status_code == 400
    assert sent("propose", **given).status_code == 302
    one = Solution.objects.get()
    assert "not recorded" in client.get(page).content.decode()
    settling = {"solution": one.pk, "happened_on": on(1), "directive": directive.pk}
    assert sent("settle", **settling).status_code == 302
    assert f"taken up by directive {directive.code}" in html.unescape(
        client.get(page).content.decode()
    )
    outcome = SolutionOutcome.objects.get()
    sent("withdraw-outcome", row=outcome.pk, because="misread")
    assert not SolutionOutcome.objects.known().exists()
    settled(one, because="no money")
    sent("withdraw-solution", row=one.pk, because="misread")
    assert not Solution.objects.known().exists()
    assert not SolutionOutcome.objects.known().exists()
    assert "No solution is on record." in client.get(page).content.decode()


def test_it_goes_with_its_obstacle():
    factories.programme()
    settled(proposed(raised()), because="no money")
    page = reverse("rollout:obstacle", args=["o-1"])
    signed_in(Role.DEPARTMENT).post(
        page, {"do": "withdraw", "change_set": uuid.uuid4(), "because": "twice"}
    )
    assert not Solution.objects.known().exists()
    assert not SolutionOutcome.objects.known().exists()
