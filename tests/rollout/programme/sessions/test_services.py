"""Working sessions: planned, concluded once, with directives on the spot."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from facilities.as_of import AsOf
from facilities.models import ChangeSet, Edit
from facilities.registers.entering import begin, withdraw_row
from facilities.services import record
from rollout.meetings.agenda import agenda
from rollout.models import Obstacle, WorkingSession
from rollout.programme.directives import directives
from rollout.programme.directives.services import withdraw_directive
from rollout.programme.sessions import services
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.rollout.registers.writing import entered

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
REGISTER = REGISTERS["sessions"]


@pytest.fixture(autouse=True)
def words_in_english():
    with translation.override("en"):
        yield


def change_set(because=""):
    return begin(kind=ChangeSet.Kind.FORM, by=factories.recorder(), because=because)


def planned(**fields) -> WorkingSession:
    given = {"name_vi": "Làm việc về tiến độ", "held_on": DAY, "chair": "Phó Chủ tịch"}
    cells = {name.replace("_", "-"): value for name, value in (given | fields).items()}
    return entered(REGISTER, cells)


def concluded(session, **fields):
    return services.conclude(
        **{"session": session, "text_vi": "Đẩy nhanh", "by": factories.recorder()} | fields
    )


def refused(call, *args, **fields) -> str:
    with pytest.raises(ValidationError) as caught:
        call(*args, **fields)
    return " ".join(caught.value.messages)


def order(session, **fields):
    given = {
        "session": session,
        "text_vi": "Phối hợp tháo gỡ",
        "lead": factories.AgencyFactory(),
        "by": factories.recorder(),
    }
    return services.order(**given | fields)


def test_a_session_may_be_still_to_come_but_not_its_conclusion():
    tomorrow = timezone.localdate() + timedelta(days=1)
    session = planned(held_on=tomorrow)
    assert "still to come" in refused(concluded, session)
    assert "still to come" in refused(order, session)
    assert concluded(planned(held_on=tomorrow - timedelta(days=1))).pk


def test_it_is_concluded_once():
    session = planned()
    concluded(session)
    assert "already" in refused(concluded, session, text_vi="Khác")


def test_directives_on_the_spot_count_on_and_take_their_day_and_chair_from_the_session():
    session = planned()
    first, second = order(session), order(session)
    assert [first.code, second.code] == ["2025-05-21-1", "2025-05-21-2"]
    assert (first.issued_on, first.issued_by, first.session) == (DAY, "Phó Chủ tịch", session)


def test_a_changed_day_is_logged_until_something_hangs_on_it():
    session = planned()
    entered(REGISTER, {"held-on": DAY + timedelta(days=1)}, row=session)
    [edit] = Edit.objects.filter(register="sessions").exclude(column="")
    assert (edit.column, edit.old, edit.new) == ("held-on", "2025-05-21", "2025-05-22")
    concluded(session)
    assert "stays" in refused(entered, REGISTER, {"held-on": DAY}, row=session)
    assert entered(REGISTER, {"place": "Trụ sở UBND"}, row=session).place == "Trụ sở UBND"


def test_it_is_withdrawn_only_while_nothing_belongs_to_it():
    session = planned()
    directive = order(session)
    withdraw = {"register": REGISTER, "row": session, "change_set": change_set("nhầm"), "on": DAY}
    assert "Withdraw those first" in refused(withdraw_row, **withdraw)
    withdraw_directive(directive=directive, because="nhập nhầm", by=factories.recorder())
    concluded(session)
    withdraw_row(**withdraw)
    assert not WorkingSession.objects.known().exists()


def parts(session, day):
    return {part.code: [line.text for line in part.lines] for part in agenda(session, AsOf(day))}


def test_the_agenda_comes_from_the_registers():
    before = planned(held_on=DAY - timedelta(days=30), name_vi="Trước")
    order(before, text_vi="Việc cũ")
    session = planned()
    order(session, text_vi="Việc mới")
    services.add_item(session=session, name_vi="Kinh phí", by=factories.recorder())
    record(
        Obstacle(code="VM-1", name_vi="Mạng chậm", raised_by="x", kind="technical", raised_on=DAY),
        by=factories.recorder(),
    )
    found = parts(session, DAY)
    assert found == {"items": ["Kinh phí"], "directives": ["Việc cũ"], "obstacles": ["Mạng chậm"]}
    assert {one.name_vi if hasattr(one, "name_vi") else one.text_vi for one in directives(DAY)} == {
        "Việc cũ",
        "Việc mới",
    }


def test_its_queries_do_not_grow():
    session = planned()
    counts = []
    for number in range(4):
        order(planned(held_on=DAY - timedelta(days=number + 1)))
        services.add_item(session=session, name_vi=f"Mục {number}", by=factories.recorder())
        with CaptureQueriesContext(connection) as asked:
            agenda(session, AsOf(DAY))
        counts.append(len(asked))
    assert len(set(counts)) == 1
