"""Any province loads from a folder of its own; a wrong folder stores nothing and says why."""

import shutil
from datetime import date
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils.translation import override

from equipment.models import DeviceMovement
from facilities.as_of import AsOf
from facilities.models import ChangeSet, ExternalCode, Facility, FacilityName, User
from facilities.registers.entering import undo
from facilities.services import withdraw
from rollout.models import MilestoneEvent, Programme
from rollout.registers.loading import BadFolder, load_province, loaded_registers
from signatures.models import Certificate, CertificateEvent
from tests import factories

pytestmark = pytest.mark.django_db

FILES = {
    "areas.csv": (
        "area,level,effective_from,name_vi,name_en,parent,source",
        "thai-nguyen,province,2025-01-01,Thái Nguyên,Thai Nguyen,,Sở Y tế",
    ),
    "programme.csv": ("area", "thai-nguyen"),
    "facilities.csv": (
        "facility,effective_from,name_vi,kind,ownership,scope,area,source",
        "tn-a,2025-01-01,Bệnh viện A,provincial_hospital,public,rollout,thai-nguyen,Sở Y tế",
        "tn-a,2025-07-01,Bệnh viện A Thái Nguyên,,,,,Sở Y tế",
    ),
    "device_types.csv": ("code,group,name_vi", "kiosk,bedside,Ki-ốt tra cứu"),
    "device_movements.csv": (
        "facility,device_type,happened_on,quantity,reason,procurement,source",
        "tn-a,tablet,2025-03-01,12,opening,,Biên bản kiểm kê",
    ),
    "milestone_events.csv": (
        "facility,milestone,happened_on,source",
        "tn-a,pilot,2025-03-10,Báo cáo của đơn vị",
    ),
    "batches.csv": ("code,facility,form", "tn-a-1,tn-a,01"),
    "certificates.csv": (
        "batch,group,count,requested,issued,valid_until,source",
        "tn-a-1,1,30,2025-02-03,2025-02-10,2030-02-10,Danh sách của đơn vị",
        "tn-a-1,2,5,2025-02-03,,,Danh sách của đơn vị",
    ),
}


@pytest.fixture
def folder(tmp_path):
    """A small province that is in order."""
    folder = tmp_path / "thainguyen"
    folder.mkdir()
    for name, lines in FILES.items():
        write(folder, name, *lines)
    return folder


def write(folder, name, *lines):
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def problems_of(folder) -> str:
    with pytest.raises(BadFolder) as caught, override("en"):
        load_province(folder)
    assert not Facility.objects.exists()
    assert not User.objects.exists()
    return str(caught.value)


def test_another_province_loads_without_a_change_of_code(folder):
    out = StringIO()
    call_command("load_province", str(folder), stdout=out)
    assert "thainguyen" in out.getvalue()
    assert str(Programme.objects.get()) == "thai-nguyen"
    assert [f.name_vi for f in AsOf(date(2025, 6, 30)).on(date(2025, 6, 30))] == ["Bệnh viện A"]
    (facility,) = AsOf(date(2025, 7, 1)).on(date(2025, 7, 1))
    assert facility.name_vi == "Bệnh viện A Thái Nguyên"
    assert facility.in_rollout
    assert DeviceMovement.objects.get().quantity == 12


def test_real_certificates_may_stay_without_names(folder):
    load_province(folder)
    assert Certificate.objects.filter(holder="", assumed=False).count() == 35
    assert CertificateEvent.objects.filter(kind="issued").count() == 30


def test_a_copy_of_the_folder_under_another_name_is_the_same_province(folder, tmp_path):
    load_province(folder)
    before = [*MilestoneEvent.objects.values_list("pk", "import_key", "withdrawn_at")]
    copy = shutil.copytree(folder, tmp_path / "moved" / "elsewhere")
    counts = load_province(copy)
    assert {name for name, (new, _rows) in counts.items() if new} == set()
    assert [*MilestoneEvent.objects.values_list("pk", "import_key", "withdrawn_at")] == before
    assert before[0][1].startswith("thai-nguyen:")


def test_a_folder_without_a_programme_adds_to_the_province_that_is_steered(folder):
    load_province(folder)
    (folder / "programme.csv").unlink()
    assert {name for name, (new, _rows) in load_province(folder).items() if new} == set()


def test_a_folder_of_no_province_says_what_to_do(folder):
    (folder / "programme.csv").unlink()
    assert problems_of(folder) == (
        "programme.csv: Say which province this is: a column “area” and below it the code of its area."
    )


def test_external_codes_come_with_the_folder(folder):
    write(
        folder,
        "external_codes.csv",
        "facility,system,code,effective_from,source",
        "tn-a,insurance,01234,2025-01-01,Sở Y tế",
    )
    assert load_province(folder)["external_codes"] == (1, 1)
    assert ExternalCode.objects.get().code == "01234"


def test_a_row_added_later_is_added_and_the_rest_left_alone(folder):
    load_province(folder)
    write(
        folder,
        "milestone_events.csv",
        *FILES["milestone_events.csv"],
        "tn-a,launch,2025-05-05,Báo cáo của đơn vị",
    )
    counts = load_province(folder)
    assert {name: new for name, (new, _rows) in counts.items() if new} == {"milestone_events": 1}


def test_a_step_reached_later_is_added_to_certificates_already_stored(folder):
    load_province(folder)
    header, first, second = FILES["certificates.csv"]
    write(
        folder, "certificates.csv", header, first, second.replace(",,,", ",2025-03-03,2030-03-03,")
    )
    counts = load_province(folder)
    assert counts["certificates"] == (0, 35)
    assert counts["certificate_events"] == (5, 70)


def test_a_withdrawn_fact_does_not_come_back(folder):
    load_province(folder)
    pilot = MilestoneEvent.objects.get()
    withdraw(fact=pilot, because="Nhầm đơn vị", by=pilot.recorded_by)
    load_province(folder)
    assert not MilestoneEvent.objects.known().exists()


def test_a_file_is_read_as_every_table_handed_in(folder):
    """As a spreadsheet of the office writes it: headings in words, semicolons, days, names, accents."""
    lines = (
        "\ufeffCơ sở y tế;Mốc;Ngày diễn ra;Nguồn",
        "bệnh viện a thái nguyên;Thí điểm;10/03/2025;Báo cáo của đơn vị",
        "",
    )
    write(folder, "milestone_events.csv", *lines)
    load_province(folder)
    event = MilestoneEvent.objects.get()
    assert (event.facility.code, event.milestone) == ("tn-a", "pilot")
    assert event.happened_on == date(2025, 3, 10)
    assert event.import_key == "thai-nguyen:milestone_events:tn-a:pilot"


def test_what_left_is_a_number_below_zero(folder):
    write(
        folder,
        "device_movements.csv",
        *FILES["device_movements.csv"],
        "tn-a,tablet,2025-04-01,-2,retired,,Biên bản thanh lý",
    )
    load_province(folder)
    assert sorted(DeviceMovement.objects.values_list("quantity", flat=True)) == [-2, 12]


def test_what_is_still_to_come_has_not_happened(folder):
    lines = FILES["milestone_events.csv"][0], "tn-a,pilot,2098-03-10,Báo cáo"
    write(folder, "milestone_events.csv", *lines)
    assert "line 2, happened_on: This day is still to come." in problems_of(folder)


# --- The log ----------------------------------------------------------------------------


def change_set(file: str) -> ChangeSet:
    return ChangeSet.objects.get(file_name=f"thainguyen/{file}")


def take_back(file: str) -> ChangeSet:
    return undo(
        change_set=change_set(file),
        registers=loaded_registers(),
        by=factories.recorder(),
        because="Nhầm tệp",
        on=date(2025, 5, 21),
    )


def test_each_file_is_one_change_set_of_the_loader(folder):
    load_province(folder)
    own = ChangeSet.objects.filter(file_name__startswith="thainguyen/")
    assert sorted(own.values_list("file_name", flat=True)) == sorted(
        f"thainguyen/{name}" for name in FILES if name != "programme.csv"
    )
    found = change_set("certificates.csv")
    assert (found.kind, found.by.username) == (ChangeSet.Kind.IMPORT, "import")
    assert found.edits.count() == 35
    assert len(found.file_sha256) == 64
    load_province(folder)
    assert own.count() == len(FILES) - 1


def test_a_file_is_taken_back_and_does_not_return(folder):
    load_province(folder)
    take_back("certificates.csv")
    assert not Certificate.objects.standing().exists()
    assert not CertificateEvent.objects.known().exists()
    take_back("milestone_events.csv")
    load_province(folder)
    assert not MilestoneEvent.objects.known().exists()
    assert not Certificate.objects.standing().exists()


def test_steps_added_later_are_taken_back_alone(folder):
    load_province(folder)
    header, first, second = FILES["certificates.csv"]
    first = first.replace("2025-02-03", "2025-02-04")  # stored already: it is left alone
    added = second.replace(",,,", ",2025-03-03,2030-03-03,")
    ChangeSet.objects.filter(file_name__endswith="certificates.csv").update(file_name="first")
    write(folder, "certificates.csv", header, first, added)
    load_province(folder)
    cells = change_set("certificates.csv").edits.values_list("column", "old", "new").distinct()
    assert set(cells) == {("issued", "", "2025-03-03"), ("valid-until", "", "2030-03-03")}
    take_back("certificates.csv")
    assert CertificateEvent.objects.known().filter(kind="issued").count() == 30
    assert CertificateEvent.objects.known().filter(kind="requested").count() == 35


def test_a_facility_about_which_something_is_recorded_stays(folder):
    load_province(folder)
    with pytest.raises(ValidationError):
        take_back("facilities.csv")
    for file in ("milestone_events.csv", "device_movements.csv", "certificates.csv"):
        take_back(file)
    take_back("facilities.csv")
    assert not FacilityName.objects.known().exists()


def test_what_others_refer_to_is_not_taken_back(folder):
    load_province(folder)
    with pytest.raises(ValidationError) as refused:
        take_back("areas.csv")
    assert refused.value.code == "referred_to"
    with pytest.raises(ValidationError) as refused:
        take_back("device_types.csv")
    assert refused.value.code == "not_withdrawn"


def test_a_row_mended_since_is_not_overwritten(folder):
    load_province(folder)
    event = MilestoneEvent.objects.get()
    withdraw(fact=event, because="Nhầm đơn vị", by=event.recorded_by)
    with pytest.raises(ValidationError) as refused:
        take_back("milestone_events.csv")
    assert refused.value.code == "changed_since"


@pytest.mark.parametrize(
    ("name", "lines", "complaint"),
    [
        (
            "milestone_events.csv",
            ["facility,milestone,happened_on,source", "tn-b,pilot,2025-03-10,Báo cáo"],
            "milestone_events.csv, line 2, facility: “tn-b” is unknown. Write one of: ",
        ),
        (
            "milestone_events.csv",
            ["facility,milestone,happened_on,source", "tn-a,flying,2025-03-10,Báo cáo"],
            "line 2, milestone:",
        ),
        (
            "milestone_events.csv",
            ["facility,milestone,happened_on,source", "tn-a,pilot,2025-02-30,Báo cáo"],
            "line 2, happened_on:",
        ),
        (
            "milestone_events.csv",
            ["facility,milestone,happened_on,source", "tn-a,pilot,2025-03-10,"],
            "line 2, source: Give a source or a document.",
        ),
        (
            "milestone_events.csv",
            ["facility,milestone,happened_on,source", *2 * ["tn-a,pilot,2025-03-10,Báo cáo"]],
            "line 3: “tn-a:pilot” comes twice",
        ),
        (
            "milestone_events.csv",
            ["facility,milestone,source", "tn-a,pilot,Báo cáo"],
            "line 2, happened_on:",
        ),
        (
            "device_movements.csv",
            [FILES["device_movements.csv"][0], "tn-a,tablet,2025-03-01,0,opening,,Kiểm kê"],
            "device_movements.csv: The database refuses a row of it",
        ),
        ("programme.csv", ["area", "hue"], "programme.csv, line 2, area: “hue” is unknown."),
        ("milestones.csv", ["facility"], "milestones.csv: No such file is known."),
        (
            "certificates.csv",
            ["batch,group,count,requested,id_card", "tn-a-1,1,1,2025-02-03,001"],
            "certificates.csv, line 1, id_card: No such column is known.",
        ),
        (
            "certificates.csv",
            [FILES["certificates.csv"][0], "tn-a-1,1,3,2025-02-03,2025-02-10,2031-02-10,Danh sách"],
            "line 2, valid_until:",
        ),
        (
            "certificates.csv",
            [FILES["certificates.csv"][0], "tn-a-1,1,3,2025-02-03,2025-01-10,2029-02-10,Danh sách"],
            "line 2, issued: “Issued” cannot come before “Bought and registered”.",
        ),
        (
            "certificates.csv",
            [FILES["certificates.csv"][0], "tn-a-1,1,3,2025-02-03,,2029-02-10,Danh sách"],
            "line 2, issued: Give the date as well.",
        ),
        (
            "certificates.csv",
            [FILES["certificates.csv"][0], *2 * ["tn-a-1,1,3,2025-02-03,,,Danh sách"]],
            "line 3, group: It comes twice.",
        ),
        (
            "device_types.csv",
            ["code,group,name_vi", "tablet,bedside,Máy tính, bảng"],
            "device_types.csv, line 2: There are more cells than headings.",
        ),
        (
            "certificates.csv",
            ["batch,group,count,requested,holder,source", "tn-a-1,1,2,2025-02-03,Một người,Sổ"],
            "line 2, count: A holder or a serial belongs to one certificate.",
        ),
    ],
)
def test_a_mistake_is_named_and_nothing_is_stored(folder, name, lines, complaint):
    write(folder, name, *lines)
    assert complaint in problems_of(folder)


def test_a_line_with_too_few_cells_is_named(folder):
    write(folder, "device_types.csv", "code,group,name_vi", "tablet,bedside")
    assert "device_types.csv, line 2, name_vi: Fill this in." in problems_of(folder)


def test_many_mistakes_are_named_at_once(folder):
    lines = [f"tn-{number},pilot,2025-03-10,Báo cáo" for number in range(30)]
    write(folder, "milestone_events.csv", "facility,milestone,happened_on,source", *lines)
    found = problems_of(folder).splitlines()
    assert len(found) == 21
    assert found[-1] == "... and 10 more"


def test_an_absent_folder_is_named_by_the_command(tmp_path):
    with pytest.raises(CommandError, match="There is no such folder"):
        call_command("load_province", str(tmp_path / "nowhere"))


def test_a_folder_is_about_one_province(folder):
    write(folder, "areas.csv", *FILES["areas.csv"], "hue,province,2025-01-01,Huế,Hue,,Sở Y tế")
    write(folder, "programme.csv", *FILES["programme.csv"], "hue")
    assert problems_of(folder) == (
        "programme.csv, line 3, area: A folder is about one province; this one is about "
        "“thai-nguyen” already."
    )
