"""The small form of a step: what is offered, what it writes, what it refuses, and to whom."""

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from connectivity.models import ConnectionStep
from equipment.models import StageEvent
from equipment.services import record_stage
from equipment.stages import Path, Stage
from facilities.models import Area, ChangeSet, Document, Edit, Role
from rollout.models import CouncilRuling, MilestoneEvent, ReportingCalendar, StatusReport
from tests import factories
from tests.entering import put
from tests.papers import HEIC, JPEG, upload
from tests.writing import write

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 5, 21, 10, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def place():
    factories.programme()
    factories.PartnerFactory()
    return factories.facility("luc-nam", name_vi="Trung tâm Y tế Lục Nam")


@pytest.fixture
def file(place):
    """A purchase whose estimate is approved, and whose price reference nobody wrote down."""
    made = factories.ProcurementFactory(code="BG-1", path=Path.PURCHASE, facility=place)
    stages = (Stage.NEED, Stage.POLICY, Stage.SPECIFICATION, Stage.ESTIMATE_SUBMITTED)
    for day, stage in enumerate((*stages, Stage.ESTIMATE_APPROVED), 1):
        record_stage(
            procurement=made, stage=stage, happened_on=date(2025, 4, day), by=factories.recorder()
        )
    return made


@pytest.fixture
def department(client, place):
    user = factories.user_with(Role.DEPARTMENT)
    client.force_login(user)
    return user


@pytest.fixture
def officer(client, place):
    user = factories.user_with(Role.OFFICER, facility=place)
    client.force_login(user)
    return user


def address(row, register="procurements", step="", name="record-step") -> str:
    found = reverse(f"rollout:{name}", args=[register, row.pk])
    return f"{found}?step={step}" if step else found


def send(client, path: str, **fields):
    """The form as it is drawn, with changes, to where it goes."""
    context = client.get(path).context
    form = context["form"]
    drawn = {name: form[name].value() or "" for name in form.fields if name != "file"}
    return client.post(
        f"{path.split('?')[0]}?step={context['step'].code}",
        drawn | {"change_set": str(uuid.uuid4())} | fields,
    )


def stage_of(file, stage) -> StageEvent | None:
    return StageEvent.objects.known().filter(procurement=file, stage=stage).first()


def test_the_next_step_and_what_was_passed_over_are_offered_and_nothing_of_the_other_path(
    client, department, file
):
    ahead = client.get(address(file)).context["ahead"]
    assert ahead.next.code == Stage.SELECTION_PLAN
    assert [step.code for step in ahead.passed_over] == [Stage.PRICE_REFERENCE]
    assert ahead.later[0].code == Stage.BIDDING_DOCUMENTS
    assert Stage.SERVICE_SET_UP not in [step.code for step in ahead.open]
    # A file of which nothing is on record has passed over nothing.
    fresh = factories.ProcurementFactory(code="BG-2", path=Path.RENTAL, facility=file.facility)
    ahead = client.get(address(fresh)).context["ahead"]
    assert (ahead.next.code, ahead.passed_over) == (Stage.NEED, ())
    assert Stage.BIDDING_DOCUMENTS not in [step.code for step in ahead.open]


def test_five_fields_become_a_stage_with_its_money_and_its_paper_in_one_change_set(
    client, department, file
):
    answer = send(
        client,
        address(file, step="award"),
        **{"reached-award": "2025-05-19", "award-value": "2.300.000.000"},
        number="12/QĐ-TTYT",
        issuer="Trung tâm Y tế Lục Nam",
        file=upload(JPEG),
    )
    assert answer.status_code == 302
    stage = stage_of(file, Stage.AWARD)
    assert (stage.happened_on, stage.amount) == (date(2025, 5, 19), 2_300_000_000)
    paper = stage.document
    assert (paper.number, paper.issuer) == ("12/QĐ-TTYT", "Trung tâm Y tế Lục Nam")
    assert paper.issued_on == date(2025, 5, 19)  # not told: the day of the step
    assert paper.title == "Quyết định: Phê duyệt kết quả lựa chọn nhà thầu"
    assert paper.file
    edits = Edit.objects.filter(change_set=ChangeSet.objects.latest("at"))
    assert {edit.column: edit.document for edit in edits} == {
        "reached-award": paper,
        "award-value": paper,
    }


def test_a_paper_on_record_is_found_by_number_and_day_and_one_photo_may_show_two(
    client, department, file
):
    known = factories.DocumentFactory(
        number="7/QĐ", issued_on=date(2025, 5, 5), issuer="Sở Y tế", title="Có sẵn"
    )
    for step, day, number, paper in (
        ("selection_plan", "2025-05-05", "7/QĐ", known),
        ("bidding_documents", "2025-05-06", "7/QĐ", None),  # of another day: another paper
    ):
        code = f"reached-{step.replace('_', '-')}"
        assert (
            send(client, address(file, step=step), **{code: day}, number=number).status_code == 302
        )
        assert (stage_of(file, step).document == known) is (paper is not None)
    for step, number in (("invitation", "8/TB"), ("opening", "9/BB"), ("evaluation", "9/BB")):
        send(
            client,
            address(file, step=step),
            **{f"reached-{step}": "2025-05-20"},
            number=number,
            file=upload(JPEG),
            **{"because-reached-opening": "Theo biên bản"},
        )
    papers = [stage_of(file, step).document for step in ("invitation", "opening", "evaluation")]
    assert [paper.number for paper in papers] == ["8/TB", "9/BB", "9/BB"]
    assert papers[1] == papers[2]
    assert papers[0].file.name == papers[1].file.name


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reached-award": "2025-05-22"}, "reached-award"),  # still to come
        ({"reached-award": "2025-03-01"}, "reached-award"),  # before what came before
        ({"award-value": "5"}, "award-value"),  # no day
        ({"reached-award": "2025-05-19", "issuer": "Sở Y tế"}, "number"),
        ({"reached-award": "2025-05-19", "issued_on": "2025-05-01"}, "number"),
        ({"reached-award": "2025-05-19", "number": "1", "issued_on": "2025-06-01"}, "issued_on"),
        ({"reached-award": "2025-05-19", "file": HEIC}, "file"),
        ({"reached-award": "2025-05-19", "kind": "poem"}, "kind"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_is_stored(
    client, department, file, fields, field
):
    if "file" in fields:
        fields = fields | {"file": upload(fields["file"])}
    answer = send(client, address(file, step="award"), **fields)
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {field}
    assert stage_of(file, Stage.AWARD) is None
    assert not Document.objects.exists()
    assert not ChangeSet.objects.exists()


def test_an_odd_order_is_stored_with_its_reason(client, department, file):
    fields = {"reached-award": "2025-03-01", "because-reached-award": "Ghi theo quyết định"}
    assert send(client, address(file, step="award"), **fields).status_code == 302
    assert stage_of(file, Stage.AWARD).happened_on == date(2025, 3, 1)


def test_whoever_comes_second_sees_both_and_the_same_form_twice_writes_once(
    client, department, file
):
    path = address(file, step="award")
    page = client.get(path).context
    form = page["form"]
    mine = {name: form[name].value() or "" for name in form.fields if name != "file"}
    mine |= {"change_set": str(uuid.uuid4()), "reached-award": "2025-05-19"}
    assert client.post(path, mine).status_code == 302
    assert client.post(path, mine).status_code == 302
    assert ChangeSet.objects.count() == 1
    other = mine | {"change_set": str(uuid.uuid4()), "reached-award": "2025-05-20"}
    answer = client.post(path, other)
    assert answer.status_code == 409
    assert [cell["now"] for cell in answer.context["stale"]] == ["19/05/2025"]
    assert stage_of(file, Stage.AWARD).happened_on == date(2025, 5, 19)


def test_an_officer_records_a_step_of_the_own_file_and_of_no_other(client, officer, place, file):
    write(ReportingCalendar(effective_from=date(2025, 5, 5), weekday=5, hour=16))
    home = client.get(reverse("rollout:my")).context
    assert [(one.register.code, one.ahead.next.code) for one in home["coming"]] == [
        ("procurements", Stage.SELECTION_PLAN),
        ("milestones", "preparing"),
        ("connections", "account"),
    ]
    path = address(file, name="my-step")
    answer = send(client, path, **{"reached-selection-plan": "2025-05-19"}, number="3/QĐ")
    assert answer.url == "/my/?facility=luc-nam"
    assert stage_of(file, Stage.SELECTION_PLAN).document.recorded_by == officer
    assert ChangeSet.objects.get().facility == place
    assert not StatusReport.objects.exists()  # an answer is not the report of the week
    elsewhere = factories.ProcurementFactory(code="BG-9", facility=factories.facility("other"))
    assert client.get(address(elsewhere, name="my-step")).status_code == 404
    assert client.post(f"{address(elsewhere, name='my-step')}?step=need", {}).status_code == 404
    assert client.get(address(file)).status_code == 403


def test_staff_of_an_area_record_steps_of_its_files_alone(client, file):
    area = Area.objects.create(code="north", level=Area.Level.DISTRICT)
    own = factories.ProcurementFactory(code="N-1", facility=factories.facility("in", area=area))
    client.force_login(factories.user_with(Role.DEPARTMENT, area=area))
    assert send(client, address(own), **{"reached-need": "2025-05-19"}).status_code == 302
    assert stage_of(own, Stage.NEED)
    for step in ("", "award"):
        assert client.post(f"{address(file)}?step={step}", {}).status_code == 404


def test_milestones_connections_and_councils_have_it_too(client, department, place):
    path = address(place, "milestones")
    assert client.get(path).context["step"].code == "preparing"
    answer = send(
        client, path, **{"reached-preparing": "2025-05-02"}, number="4/KH", file=upload(JPEG)
    )
    assert answer.status_code == 302
    event = MilestoneEvent.objects.get()
    assert (event.document.number, bool(event.document.file)) == ("4/KH", True)
    send(
        client,
        address(place, "milestones", "self_assessment"),
        **{"reached-self_assessment": "2025-05-03"},
    )
    page = client.get(path)
    assert page.context["step"] is None  # the council comes next, and is recorded with it
    assert "Bước này ghi nhận ở phần hội đồng." in page.content.decode()
    assert client.get(address(place, "milestones", "council")).status_code == 404

    send(client, address(place, "connections"), account="2025-05-02")
    assert ConnectionStep.objects.get().step == "account"

    meeting = factories.CouncilMeetingFactory(code="hd-1", facility=place)
    refused = send(
        client, address(meeting, "councils", "held"), held="2025-05-20", conclusion="fail"
    )
    # What is wrong with a cell that the small form does not show is named.
    assert "bộ tiêu chí" in " ".join(refused.context["form"].non_field_errors()).lower()
    meeting.basis = "Thông tư 13/2025/TT-BYT"
    meeting.save()
    path = address(meeting, "councils", "held")
    refused = send(client, path, held="2025-05-20")
    assert refused.context["form"].errors.keys() == {"conclusion"}
    assert (
        send(client, path, held="2025-05-20", conclusion="fail", number="5/BB").status_code == 302
    )
    ruling = CouncilRuling.objects.get()
    assert (ruling.conclusion, ruling.document.number) == ("fail", "5/BB")
    # Nothing follows from a council that did not pass the facility.
    assert {s.code for s in client.get(address(meeting, "councils")).context["ahead"].open} == {
        "scheduled"
    }


def test_the_whole_form_is_grouped_by_step_and_keeps_the_other_path_apart(client, department, file):
    page = client.get(reverse("rollout:record-edit", args=["procurements", file.pk]))
    groups = list(page.context["form"].groups())
    titles = [str(group["title"]) for group in groups]
    assert titles[0] == "Gói thầu"
    assert titles[1:4] == ["Xác định nhu cầu", "Phê duyệt chủ trương", "Duyệt danh mục, cấu hình"]
    assert [group["folded"] for group in groups] == [*[False] * (len(groups) - 1), True]
    apart = {line["column"].code for line in groups[-1]["lines"]}
    assert "reached-service-ended" in apart
    asked = [line["column"].code for group in groups for line in group["lines"]]
    assert sorted(asked) == sorted(column.code for column in page.context["form"].columns)
    new = client.get(reverse("rollout:record-new", args=["procurements"])).context["form"]
    assert [str(g["title"]) for g in new.groups()][-2:] == [
        "Chỉ áp dụng với hình thức: Mua sắm",
        "Chỉ áp dụng với hình thức: Thuê dịch vụ điện toán đám mây",
    ]
    put(new.register, file, title="Gói thầu khác")  # what a form leaves empty stays as it was


def test_of_a_withdrawn_row_and_of_rows_without_steps_there_is_none(
    client, department, place, file
):
    file.withdrawn_at, file.withdrawn_by = NOW, department
    file.withdrawn_because = "Nhập nhầm"
    file.save()
    assert client.get(address(file)).status_code == 404
    assert client.get(address(place, "facilities")).status_code == 404
    assert (
        "form" not in client.get(reverse("rollout:record", args=["procurements", file.pk])).context
    )
