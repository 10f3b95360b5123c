"""Councils: the gate advises, the ruling decides, conditions are followed, a failure is evaluated again."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from facilities.as_of import AsOf
from facilities.services import record, withdraw
from rollout.figures.progress import progress
from rollout.figures.readiness import readiness
from rollout.meetings.councils import fix
from rollout.models import (
    Conclusion,
    CouncilScore,
    CriteriaGroup,
    CriteriaSet,
    Criterion,
    GroupResult,
    ObstacleHold,
)
from rollout.programme.councils import meetings, services, standing_ruling
from rollout.programme.councils.dossier import dossier
from rollout.programme.deadlines import deadlines
from rollout.programme.services import record_milestone
from signatures.models import SignatureNeed
from signatures.services import record_event
from tests import factories
from tests.writing import write

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
WHY = "chưa đủ điều kiện nhưng cần kịp tiến độ"


@pytest.fixture(autouse=True)
def words_in_english():
    with translation.override("en"):
        yield


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


@pytest.fixture
def criteria_set():
    made = CriteriaSet.objects.create(
        code="tt54",
        name_vi="Thông tư 54",
        basis="TT 46/2018",
        signed_on=date(2018, 12, 28),
        in_force_from=date(2019, 3, 1),
        lapses_on=date(2025, 6, 6),
    )
    for place in (1, 2):
        group = CriteriaGroup.objects.create(
            code=f"g{place}", criteria_set=made, number=str(place), place=place, name_vi=f"N{place}"
        )
        for number in (1, 2):
            Criterion.objects.create(
                code=f"g{place}-{number}",
                group=group,
                number=str(number),
                place=number,
                name_vi=f"Tiêu chí {place}.{number}",
            )
    return made


@pytest.fixture
def council(criteria_set):
    factories.programme()
    return opened(criteria_set)


def opened(criteria_set, **fields):
    given = {"code": "HD-1", "level": "sector", "criteria_set": criteria_set}
    return services.open_council(**{"facility": factories.facility()} | given | fields)


def fixed(council, shift=10, *, set_on=DAY, **fields):
    given = {"override": WHY, "by": factories.recorder()}
    return fix(meeting=council, scheduled_on=on(shift), set_on=set_on, **given | fields)


def ruled(council, conclusion="pass", shift=10, **fields):
    by = factories.recorder()
    return services.rule(meeting=council, held_on=on(shift), conclusion=conclusion, by=by, **fields)


def member(council, name="Nguyễn A", **fields):
    given = {"organisation": "Sở Y tế", "seat": "member", "by": factories.recorder()}
    return services.add_member(meeting=council, name=name, **given | fields)


def refused(call, *args, **fields) -> dict:
    with pytest.raises(ValidationError) as caught:
        call(*args, **fields)
    error = caught.value
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


@pytest.mark.parametrize("conclusion", ["pass", "conditions", "fail", "postponed"])
def test_a_facility_is_evaluated_from_the_day_of_the_ruling(council, conclusion):
    fixed(council)
    ruled(council, conclusion)
    record_milestone(
        facility=council.facility, milestone="official", happened_on=on(5), by=factories.recorder()
    )
    passed = conclusion in ("pass", "conditions")
    official = [progress(on(s)).measure("official").done for s in (9, 10, 11)]
    assert official == [0, passed, passed]


def test_a_council_needs_criteria_or_a_basis_and_a_code_of_its_own(criteria_set):
    assert "criteria_set" in refused(opened, None)
    assert opened(None, basis="QĐ 12/QĐ-SYT").basis == "QĐ 12/QĐ-SYT"
    assert "code" in refused(opened, criteria_set)
    for address in ("new", "criteria"):
        assert "code" in refused(opened, criteria_set, code=address)


def test_the_gate_advises_and_an_override_keeps_its_reason(council):
    words = refused(fixed, council, override="")
    assert "Say why" in words["override"][0]
    assert dossier(council, on(99)).dates == ()
    row = fixed(council)
    assert (row.override, row.recorded_by) == (WHY, factories.recorder())


def test_each_check_of_the_gate(council):
    place = council.facility
    state = {check.code: check.state for check in readiness(place.pk, AsOf(DAY))}
    assert state == {
        "servers": "not_met",
        "devices": "unknown",
        "certificates": "unknown",
        "connected_public": "not_met",
        "obstacles": "met",
        "self_assessment": "not_met",
    }
    record_milestone(
        facility=place, milestone="self_assessment", happened_on=DAY, by=factories.recorder()
    )
    record(
        ObstacleHold(
            obstacle=factories.ObstacleFactory(raised_on=DAY),
            facility=place,
            milestone="council",
            happened_on=DAY,
        ),
        by=factories.recorder(),
    )
    for day, expected in ((on(-1), ("met", "not_met")), (DAY, ("not_met", "met"))):
        state = {check.code: check.state for check in readiness(place.pk, AsOf(day))}
        assert (state["obstacles"], state["self_assessment"]) == expected


@pytest.mark.parametrize(("tested", "state"), [(8, "not_met"), (9, "met"), (10, "met")])
def test_nine_certificates_in_ten_are_enough(council, tested, state):
    place = council.facility
    write(SignatureNeed(facility=place, quantity=10, effective_from=DAY))
    for number in range(10):
        certificate = factories.CertificateFactory(facility=place)
        kinds = ("requested", "issued", "received", "handed_over")
        for kind in (*kinds, "authenticated") if number < tested else kinds:
            until = on(700) if kind == "issued" else None
            record_event(
                certificate=certificate,
                kind=kind,
                happened_on=DAY,
                valid_until=until,
                by=factories.recorder(),
            )
    checks = {check.code: check for check in readiness(place.pk, AsOf(DAY))}
    found = checks["certificates"]
    assert (found.done, found.total, found.state) == (tested, 10, state)


def test_moving_needs_a_reason_and_keeps_the_slip(council):
    fixed(council, 10)
    assert "because" in refused(fixed, council, 12, set_on=on(1))
    assert "set_on" in refused(fixed, council, 12, because="x")  # the same day again
    assert "scheduled_on" in refused(fixed, council, -1, set_on=on(1), because="x")
    fixed(council, 13, set_on=on(2), because="bổ sung hồ sơ")
    assert [dossier(council, on(s)).slip_days for s in (1, 2)] == [0, 3]


def test_a_day_outside_the_force_of_the_criteria_needs_the_basis_written(council):
    lapse = date(2025, 6, 6)
    shift = (lapse - DAY).days
    assert fixed(council, shift - 1)  # the last day in force
    assert "scheduled_on" in refused(fixed, council, shift, set_on=on(1), because="x")
    assert "held_on" in refused(ruled, council, shift=shift)
    services.write_basis(meeting=council, basis="Công văn 365")
    assert fixed(council, shift, set_on=on(1), because="x")
    assert ruled(council, shift=shift)


def test_members_sit_once_and_one_of_them_in_the_chair(council):
    member(council, seat="chair")
    assert "name" in refused(member, council)
    assert "seat" in refused(member, council, "Trần B", seat="chair")
    member(council, "Trần B")
    assert len(dossier(council, DAY).members) == 2


def test_no_more_votes_than_members(council):
    fixed(council)
    for name in ("A", "B", "C"):
        member(council, name)
    votes = {"votes_for": 2, "votes_against": 1}
    assert "votes_for" in refused(ruled, council, **votes, votes_abstained=1)
    row = ruled(council, **votes)
    assert (row.votes_for, row.votes_against, row.votes_abstained) == (2, 1, None)


def test_a_member_marks_each_criterion_and_may_mark_it_anew(council):
    sits = member(council)
    first, *_, last = Criterion.objects.order_by("group__place", "place")
    by = factories.recorder()
    assert services.mark(member=sits, marks={first: "met", last: "not_met"}, by=by) == 2
    assert services.mark(member=sits, marks={first: "met", last: "basically"}, by=by) == 1
    sheet = dossier(council, DAY).sheet
    assert sheet[0].criteria[0].marks == {sits.pk: "met"}
    assert sheet[1].criteria[1].marks == {sits.pk: "basically"}
    assert CouncilScore.objects.count() == 3  # the mark that was replaced stays readable
    other = CriteriaSet.objects.create(
        code="other", name_vi="x", basis="x", signed_on=DAY, in_force_from=DAY
    )
    group = CriteriaGroup.objects.create(code="o", criteria_set=other, number="1", place=1)
    stranger = Criterion.objects.create(code="o-1", group=group, number="1", place=1, name_vi="x")
    assert "" in refused(services.mark, member=sits, marks={stranger: "met"}, by=by)


def test_the_council_finds_a_result_for_each_group(council):
    group = CriteriaGroup.objects.earliest("place")
    by = factories.recorder()
    services.find(meeting=council, group=group, result="not_met", by=by)
    services.find(meeting=council, group=group, result="basically", remark="bổ sung", by=by)
    [found, empty] = dossier(council, DAY).sheet
    assert (found.result.result, found.result.remark, empty.result) == (
        "basically",
        "bổ sung",
        None,
    )
    assert GroupResult.objects.count() == 2


def test_put_off_it_is_fixed_anew_and_rules_later(council):
    fixed(council, 5)
    ruled(council, "postponed", 5)
    fixed(council, 9, set_on=on(6), because="hoãn")
    ruled(council, "conditions", 9)
    told = dossier(council, on(20))
    assert [row.conclusion for row in told.rulings] == ["postponed", "conditions"]
    assert told.ruling.happened_on == on(9)
    assert "" in refused(ruled, council, shift=11)
    assert "" in refused(fixed, council, 30, set_on=on(12), because="x")


def test_after_a_failure_another_council_evaluates_again(council, criteria_set):
    fixed(council)
    again = {"code": "HD-2", "facility": council.facility, "follows": council}
    assert "follows" in refused(opened, criteria_set, **again)  # it has not failed
    ruled(council, "fail")
    assert "follows" in refused(opened, criteria_set, **again | {"facility": factories.facility()})
    second = opened(criteria_set, **again)
    fixed(second, 14, set_on=on(11))
    ruled(second, "pass", 14)
    standing = [standing_ruling(meetings(AsOf(on(s)))).conclusion for s in (10, 13, 14)]
    assert standing == [Conclusion.FAIL, Conclusion.FAIL, Conclusion.PASS]


def test_conditions_are_due_and_late_until_they_are_met(council):
    fixed(council)
    ask = {
        "meeting": council,
        "text": "Bổ sung sao lưu",
        "owner": "Tổ CNTT",
        "by": factories.recorder(),
    }
    assert "" in refused(services.ask, due_on=on(20), **ask)  # nothing was ruled yet
    ruled(council, "conditions")
    assert "due_on" in refused(services.ask, due_on=on(9), **ask)
    condition = services.ask(due_on=on(20), **ask)

    def late(shift):
        [found] = [d for d in deadlines(AsOf(on(shift))) if d.rule == "condition"]
        assert found.facility_id == council.facility_id
        return found.days_late(on(shift))

    assert [late(s) for s in (19, 20, 21)] == [0, 0, 1]
    fulfil = {"condition": condition, "by": factories.recorder()}
    assert "met_on" in refused(services.fulfil, met_on=on(9), **fulfil)
    services.fulfil(met_on=on(22), **fulfil)
    assert [late(s) for s in (21, 22, 30)] == [1, 0, 0]
    assert "" in refused(services.fulfil, met_on=on(23), **fulfil)


def test_a_withdrawn_ruling_leaves_the_council_to_rule(council):
    fixed(council)
    row = ruled(council)
    withdraw(fact=row, because="nhầm cơ sở", by=factories.recorder())
    assert dossier(council, on(20)).ruling is None
    assert dossier(council, on(20), row.recorded_at).ruling.pk == row.pk
    assert ruled(council, "fail", 11)
