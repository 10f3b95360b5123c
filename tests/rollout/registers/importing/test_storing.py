"""Saying yes, storing, taking back: once, all or nothing, and only what was seen."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from connectivity.models import ConnectionStep
from facilities.models import ChangeSet, Edit, Role
from facilities.registers.entering import begin, enter, undo
from rollout import tasks
from rollout.models import ImportFile
from rollout.registers import importing
from rollout.registers.catalogue import REGISTERS
from rollout.registers.importing import State, state_of, storing
from signatures.models import Certificate, CertificateEvent
from tests import factories
from tests.rollout.registers.importing.tables import ON, counts, received, stored

pytestmark = pytest.mark.django_db

HEADINGS = ("facility", "holder", "serial", "requested", "issued", "valid-until")
ROWS = [
    ("lucnam", f"Người {n}", f"S{n}", date(2025, 3, 1), date(2025, 4, 1), date(2028, 4, 1))
    for n in range(4)
]


@pytest.fixture
def by():
    return factories.user_with(Role.DEPARTMENT)


@pytest.fixture(autouse=True)
def place():
    factories.PartnerFactory()
    return factories.facility("lucnam", name_vi="Lục Nam")


def test_a_file_becomes_one_act_and_its_facts_say_so(by):
    kept = stored("certificates", by, HEADINGS, *ROWS)
    change_set = kept.change_set
    assert (change_set.kind, change_set.by, change_set.file_sha256) == (
        ChangeSet.Kind.IMPORT,
        by,
        kept.sha256,
    )
    assert (kept.rows_written, state_of(kept)) == (4, State.STORED)
    assert Certificate.objects.count() == Edit.objects.filter(change_set=change_set).count() == 4
    event = CertificateEvent.objects.get(certificate__serial="S1", kind="issued")
    assert "bảng.xlsx" in event.source
    assert event.source.endswith(" 3")
    assert event.import_key.startswith(change_set.pk.hex)


def test_the_same_file_again_changes_nothing(by):
    stored("certificates", by, HEADINGS, *ROWS)
    again = received("certificates", by, HEADINGS, *ROWS)
    assert counts(again) == {"unchanged": 4}
    with pytest.raises(ValidationError):
        importing.confirm(again)
    assert Certificate.objects.count() == 4


def test_two_files_previewed_before_either_was_stored(by):
    first, second = (received("certificates", by, HEADINGS, *ROWS) for _n in range(2))
    for kept in (first, second):
        importing.confirm(kept)
    assert importing.store(first)
    assert importing.store(second) is None
    assert Certificate.objects.count() == 4
    assert state_of(second) == State.READY
    assert counts(second) == {"unchanged": 4}
    assert second.preview["moved"]


def test_a_cell_that_changed_after_the_preview_stops_all_of_it(by, place):
    kept = received("connections", by, ("facility", "account"), ("lucnam", date(2025, 5, 2)))
    importing.confirm(kept)
    change_set = begin(kind=ChangeSet.Kind.FORM, by=by)
    values = {"account": date(2025, 5, 9)}
    enter(register=REGISTERS["connections"], row=place, values=values, change_set=change_set, on=ON)
    assert importing.store(kept) is None
    assert ConnectionStep.objects.known().get().happened_on == date(2025, 5, 9)
    assert kept.preview["rows"]["changed"][0]["cells"] == [["account", "2025-05-09", "2025-05-02"]]
    importing.confirm(kept)
    assert importing.store(kept)
    assert ConnectionStep.objects.known().get().happened_on == date(2025, 5, 2)


def test_what_changes_between_comparing_and_writing_is_compared_again(by, place, monkeypatch):
    kept = received("connections", by, ("facility", "account"), ("lucnam", date(2025, 5, 2)))
    importing.confirm(kept)
    compare = storing._spool

    def interrupted(*arguments):
        found = compare(*arguments)
        monkeypatch.setattr(storing, "_spool", compare)
        change_set = begin(kind=ChangeSet.Kind.FORM, by=by)
        values = {"account": date(2025, 5, 9)}
        enter(
            register=REGISTERS["connections"],
            row=place,
            values=values,
            change_set=change_set,
            on=ON,
        )
        return found

    monkeypatch.setattr(storing, "_spool", interrupted)
    assert importing.store(kept) is None
    assert ConnectionStep.objects.known().get().happened_on == date(2025, 5, 9)


def test_wrong_rows_are_left_out_only_when_that_is_said(by):
    kept = received("certificates", by, HEADINGS, *ROWS, ("nobody", "Ai", "S9", None, None, None))
    with pytest.raises(ValidationError):
        importing.confirm(kept)
    importing.confirm(kept, leave_wrong=True)
    assert importing.store(kept)
    assert Certificate.objects.count() == 4
    assert kept.preview["problems"]


def test_unusual_rows_need_one_reason_that_is_kept_with_the_cells(by):
    row = ("lucnam", date(2025, 5, 9), date(2025, 5, 2))
    kept = received("connections", by, ("facility", "account", "connected"), row)
    assert kept.preview["counts"]["odd"] == 1
    assert kept.preview["odd"][0]["row"] == 2
    with pytest.raises(ValidationError):
        importing.confirm(kept)
    importing.confirm(kept, because="Giấy đến muộn")
    importing.store(kept)
    assert "Giấy đến muộn" in Edit.objects.values_list("because", flat=True)


def test_taken_back_it_may_be_imported_again(by):
    kept = stored("certificates", by, HEADINGS, *ROWS)
    undo(change_set=kept.change_set, registers=REGISTERS, by=by, because="Nhầm tệp", on=ON)
    assert not Certificate.objects.standing().exists()
    assert not CertificateEvent.objects.known().exists()
    stored("certificates", by, HEADINGS, *ROWS)
    assert Certificate.objects.standing().count() == 4


def test_taking_back_restores_the_values_before(by):
    stored("connections", by, ("facility", "account"), ("lucnam", date(2025, 5, 2)))
    kept = stored("connections", by, ("facility", "account"), ("lucnam", date(2025, 5, 3)))
    undo(change_set=kept.change_set, registers=REGISTERS, by=by, because="Nhầm tệp", on=ON)
    assert ConnectionStep.objects.known().get().happened_on == date(2025, 5, 2)


def test_it_may_be_rung_twice(by):
    kept = received("certificates", by, HEADINGS, *ROWS)
    importing.confirm(kept)
    with pytest.raises(ValidationError):
        importing.confirm(kept)
    assert importing.store(kept) == importing.store(kept)
    assert tasks.import_file(kept.pk) == 4
    assert Certificate.objects.count() == 4
    assert ChangeSet.objects.count() == 1


def test_a_worker_that_dies_leaves_nothing_and_can_be_begun_again(by, monkeypatch):
    """It dies after half of the rows: as if the process had been killed."""
    monkeypatch.setattr("facilities.exchange.comparing.Comparison.compare.__defaults__", (2,))
    kept = received("certificates", by, HEADINGS, *ROWS)
    importing.confirm(kept)
    written = []

    def dies(register, entries, writing):
        if written:
            raise KeyboardInterrupt
        written.append(entries)
        return enter_rows(register, entries, writing)

    enter_rows = storing.enter_rows
    with monkeypatch.context() as killed:
        killed.setattr(storing, "enter_rows", dies)
        with pytest.raises(KeyboardInterrupt):
            tasks.import_file(kept.pk)
    assert written
    assert not Certificate.objects.exists()
    assert not ChangeSet.objects.exists()
    assert state_of(ImportFile.objects.get()) == State.STORING
    call_command("run_import", kept.pk, verbosity=0)
    assert Certificate.objects.count() == 4
    assert state_of(ImportFile.objects.get()) == State.STORED


def test_an_officers_file_writes_nothing_elsewhere_even_if_the_book_would(by, place, monkeypatch):
    officer = factories.user_with(Role.OFFICER, facility=place)
    kept = received("certificates", officer, HEADINGS, *ROWS, facility=place)
    importing.confirm(kept)
    monkeypatch.setattr(type(REGISTERS["certificates"]), "facility_of", lambda self, row: 0)
    assert importing.store(kept) is None
    assert not Certificate.objects.exists()
    assert state_of(kept) == State.READY


def test_a_dropped_file_is_gone(by):
    kept = received("certificates", by, HEADINGS, *ROWS, ("nobody", "Ai", "S9", None, None, None))
    storage, name = kept.file.storage, kept.file.name
    assert storage.exists(name)
    assert importing.drop(kept)
    assert not importing.drop(kept)
    assert (kept.preview, state_of(kept)) == (None, State.DROPPED)
    assert not storage.exists(name)
    assert not storage.exists(f"{name}.rejects.xlsx")
    assert tasks.import_file(kept.pk) == 5
