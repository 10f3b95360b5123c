"""What the preview says about each row of a file."""

import tracemalloc
from datetime import date

import pytest

from connectivity.models import ConnectionStep
from facilities.exchange.tables import BadTable
from facilities.models import Role
from facilities.services import record
from rollout.models import HeadingChoice, ImportFile
from rollout.registers import importing
from rollout.registers.catalogue import REGISTERS
from rollout.registers.importing import State, state_of
from signatures.models import Certificate
from tests import factories
from tests.rollout.registers.importing.tables import ON, counts, received, stored, uploaded, xlsx

pytestmark = pytest.mark.django_db

STAFF = ("facility", "Họ và tên", "Khoa/Phòng", "serial")


@pytest.fixture
def by():
    return factories.user_with(Role.DEPARTMENT)


@pytest.fixture
def places():
    factories.PartnerFactory()
    return [factories.facility("lucnam", name_vi="Lục Nam"), factories.facility("tanyen")]


def connected(place, day) -> None:
    record(
        ConnectionStep(
            facility=place,
            partner=factories.PartnerFactory(),
            step=ConnectionStep.Step.ACCOUNT,
            happened_on=day,
        ),
        by=factories.recorder(),
    )


def test_new_changed_unchanged_and_wrong_rows(by, places):
    connected(places[0], date(2025, 5, 1))
    kept = received(
        "connections",
        by,
        ("facility", "account"),
        ("Lục Nam", date(2025, 5, 2)),
        ("tanyen", None),
        ("nobody", date(2025, 5, 2)),
    )
    assert counts(kept) == {"changed": 1, "unchanged": 1, "wrong": 1}
    (row,) = kept.preview["rows"]["changed"]
    assert row["row"] == 2
    assert row["cells"] == [["account", "2025-05-01", "2025-05-02"]]
    (problem,) = kept.preview["problems"]
    assert (problem["row"], problem["cell"], problem["value"]) == (4, "A4", "nobody")


def test_every_mistake_is_told_at_once(by, places):
    kept = received(
        "connections",
        by,
        ("facility", "account", "connected"),
        ("lucnam", "31/02/2025", "soon"),
        ("tanyen", date(2026, 1, 1), None),
    )
    found = [(p["row"], p["cell"]) for p in kept.preview["problems"]]
    assert found == [(2, "B2"), (2, "C2"), (3, "B3")]
    assert kept.preview["counts"]["wrong"] == 2


def test_an_empty_cell_leaves_the_value_and_a_word_takes_it_away(by, places):
    for place in places:
        connected(place, date(2025, 5, 1))
    kept = received(
        "connections",
        by,
        ("facility", "account", "connected"),
        ("lucnam", None, date(2025, 5, 3)),
        ("tanyen", "Xóa", None),
    )
    rows = kept.preview["rows"]["changed"]
    assert [row["cells"] for row in rows] == [
        [["connected", "", "2025-05-03"]],
        [["account", "2025-05-01", ""]],
    ]


def test_a_row_that_comes_twice_is_wrong_in_both_places(by, places):
    day = date(2025, 5, 2)
    kept = received(
        "connections",
        by,
        ("facility", "account"),
        ("lucnam", day),
        ("tanyen", day),
        ("LUC NAM", day),
    )
    assert counts(kept) == {"changed": 1, "wrong": 2}
    assert [(p["row"], "4" in p["text"], "2" in p["text"]) for p in kept.preview["problems"]] == [
        (2, True, False),
        (4, False, True),
    ]


def test_a_formula_is_wrong_and_says_what_to_paste(by, places):
    kept = received("connections", by, ("facility", "account"), ("lucnam", "=TODAY()"))
    assert counts(kept) == {"wrong": 1}


def test_a_row_of_another_facility_is_refused_without_a_word_about_it(places):
    own, other = places
    connected(other, date(2025, 5, 1))
    officer = factories.user_with(Role.OFFICER, facility=own)
    kept = received(
        "connections",
        officer,
        ("facility", "account"),
        ("lucnam", date(2025, 5, 2)),
        ("tanyen", date(2025, 5, 2)),
        facility=own,
    )
    assert counts(kept) == {"changed": 1, "wrong": 1}
    assert "2025-05-01" not in str(kept.preview)


def test_an_officer_need_not_name_the_own_facility(places):
    officer = factories.user_with(Role.OFFICER, facility=places[0])
    kept = received("certificates", officer, ("Họ tên",), ("Nguyễn Thị Ánh",), facility=places[0])
    assert counts(kept) == {"new": 1}


def test_an_officer_does_not_move_what_is_planned(places):
    officer = factories.user_with(Role.OFFICER, facility=places[0])
    rows = ("facility", "target-launch"), ("lucnam", date(2025, 6, 1))
    assert counts(received("milestones", officer, *rows, facility=places[0])) == {"wrong": 1}
    assert counts(received("milestones", factories.user_with(Role.DEPARTMENT), *rows)) == {
        "changed": 1
    }


def test_a_facility_answers_to_every_name_it_has_borne(by, places):
    factories.FacilityName.objects.create(
        facility=places[0],
        name_vi="Y tế khu vực Lục Nam",
        effective_from=date(2025, 7, 1),
        recorded_by=factories.recorder(),
    )
    for name in ("Lục Nam", "Y tế khu vực Lục Nam", "lucnam"):
        for on in (ON, date(2025, 8, 1)):
            rows = ("facility", "account"), (name, date(2025, 5, 2))
            assert counts(received("connections", by, *rows, on=on)) == {"changed": 1}


def test_a_serial_number_fills_a_gap_but_another_one_is_another_certificate(by, places):
    stored("certificates", by, STAFF, ("lucnam", "Trần Văn Bình", "Khoa Nội", None))
    kept = received("certificates", by, STAFF, ("lucnam", "Trần Văn Bình", "Khoa Nội", "A1"))
    assert counts(kept) == {"changed": 1}
    importing.confirm(kept)
    importing.store(kept)
    kept = received("certificates", by, STAFF, ("lucnam", "Trần Văn Bình", "Khoa Nội", "B2"))
    assert counts(kept) == {"new": 1}


def test_what_may_mean_several_rows_names_what_to_add(by, places):
    for unit in ("Khoa Nội", "Khoa Ngoại"):
        factories.CertificateFactory(facility=places[0], holder="Lê Thị Hoa", unit=unit)
    kept = received("certificates", by, STAFF[:2], ("lucnam", "Lê Thị Hoa"))
    assert counts(kept) == {"wrong": 1}
    kept = received("certificates", by, STAFF[:3], ("lucnam", "Lê Thị Hoa", "Khoa Nội"))
    assert counts(kept) == {"unchanged": 1}


def test_a_record_number_that_nobody_has_makes_no_row(by, places):
    kept = received("certificates", by, ("id", "facility", "holder"), (999, "lucnam", "Ai đó"))
    assert counts(kept) == {"wrong": 1}


def test_rows_are_compared_by_a_fixed_number_of_queries(by, places, django_assert_max_num_queries):
    def rows(count):
        return [("lucnam", f"Người {n}", "Khoa", None) for n in range(count)]

    few = received("certificates", by, STAFF, *rows(3))
    many = received("certificates", by, STAFF, *rows(300))
    with django_assert_max_num_queries(60) as counted:
        importing.preview(few)
    with django_assert_max_num_queries(len(counted)):
        importing.preview(many)


def test_a_heading_nobody_knows_is_asked_once(by, places):
    rows = (("Mã đơn vị X", "account"), ("lucnam", date(2025, 5, 2)))
    kept = received("connections", by, *rows)
    assert kept.preview["keyless"]
    assert kept.preview["asked"] == [{"heading": "Mã đơn vị X", "column": ""}]
    importing.choose_headings(kept, {"Mã đơn vị X": "facility"})
    assert state_of(kept) == State.READING
    importing.preview(kept)
    assert counts(kept) == {"changed": 1}
    assert HeadingChoice.objects.get().column == "facility"
    assert counts(received("connections", by, *rows)) == {"changed": 1}


def test_a_staff_list_in_windows_1258(by, places):
    rows = "Cơ sở y tế;Họ và tên\r\nlucnam;Nguyễn Thị Thủy\r\nlucnam;Đỗ Văn Hữu\r\n"
    kept = received("certificates", by, content=_cp1258(rows), name="nhân sự.csv")
    assert counts(kept) == {"new": 2}
    assert [row["cells"][1][2] for row in kept.preview["rows"]["new"]] == [
        "Nguyễn Thị Thủy",
        "Đỗ Văn Hữu",
    ]


def _cp1258(text: str) -> bytes:
    """As Vietnamese Windows writes it: the letter, then its tone as a sign of its own."""
    from unicodedata import normalize

    tones = "\u0300\u0301\u0303\u0309\u0323"
    found = ""
    for letter in normalize("NFC", text):
        parts = normalize("NFD", letter)
        tone = next((mark for mark in parts if mark in tones), "")
        found += normalize("NFC", parts.replace(tone, "")) + tone if tone else letter
    return found.encode("cp1258")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.xlsx"),
        (b"%PDF-1.7 ...", "a.xlsx"),
        (xlsx(), "a.xlsx"),
        (xlsx(("facility", "account")), "a.xlsx"),
        (xlsx(("nothing", "known"), (1, 2)), "a.xlsx"),
    ],
    ids=["empty file", "wrong type", "empty sheet", "headings only", "no heading known"],
)
def test_what_is_no_table_is_refused_and_not_kept(by, content, name):
    with pytest.raises(BadTable):
        importing.receive(
            register=REGISTERS["connections"], by=by, on=ON, upload=uploaded(content, name)
        )
    assert not ImportFile.objects.exists()


def test_a_file_that_turns_out_too_long_is_refused_as_a_whole(by, places, monkeypatch):
    monkeypatch.setattr("facilities.exchange.tables.ROW_LIMIT", 3000)
    monkeypatch.setattr("rollout.registers.importing.receiving.SMALL", 10)
    rows = [("lucnam", f"Người {n}") for n in range(3001)]
    kept = received("certificates", by, STAFF[:2], *rows)
    assert state_of(kept) == State.REFUSED
    assert "3.000" in kept.refusal
    assert kept.preview is None
    assert not Certificate.objects.exists()


def test_four_times_the_rows_need_little_more_memory(by, places, monkeypatch):
    monkeypatch.setattr("facilities.exchange.comparing.Comparison.compare.__defaults__", (200,))
    peaks = []
    for count in (600, 2_400):
        rows = "".join(f"lucnam;Người {n};Khoa {n};S{n}\n" for n in range(count))
        content = f"facility;holder;unit;serial\n{rows}".encode()
        kept = received("certificates", by, content=content, name="a.csv")
        tracemalloc.start()
        importing.preview(kept)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # What says which row is meant is kept of every row, and nothing else.
    assert peaks[1] - peaks[0] < 1_800 * 500, peaks
