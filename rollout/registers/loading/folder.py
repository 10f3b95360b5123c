"""One loading of one folder: its files, the names in them, and the change set that each file becomes."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.exchange.columns import Column, Kind
from facilities.models import ChangeSet, User
from facilities.registers.entering import Clash, begin, enter_rows
from facilities.registers.register import Register
from facilities.registers.writers import RowEntry, Writing
from rollout.models import Programme
from rollout.registers.loading.clashes import is_of_a_further_province, of_its_own, taken
from rollout.registers.loading.clashes import told as told_of_clash
from rollout.registers.loading.names import NATIONAL, Names
from rollout.registers.loading.reading import BadFolder, Problem, Table, read
from rollout.registers.loading.registers import SheetRegister
from rollout.registers.loading.sheets import SHEETS, Sheet

OTHER_FILES = {"programme.csv", "certificates.csv", "provinces.csv"}


@dataclass(frozen=True)
class FolderWriting(Writing):
    """Each row of a folder says itself where it is from, and bears the key that it has in its file."""

    province: str = ""

    def source_of(self, entry: RowEntry | None) -> str:
        return str(entry.new.get("source", "")) if entry else ""

    def import_key(self, entry: RowEntry | None, column: str) -> str:
        return f"{self.province}:{column}"


AREA = Column("area", gettext_lazy("area"), Kind.CODE, required=True)


def _province(path: Path) -> str:
    """What begins the keys of the folder's rows: the code of the province that its programme is about.

    The same files in a folder of another name are the same rows. A folder without a programme adds to
    the one province that is steered. Raises BadFolder if there is none, or several.
    """
    table = read(path / "programme.csv", [replace(AREA, kind=Kind.TEXT)], {AREA.code})
    told = [
        str(line.values.get(AREA.code, "")) for line in table.lines([replace(AREA, kind=Kind.TEXT)])
    ]
    if province := next(filter(None, told), ""):
        return province
    steered = list(Programme.objects.values_list("area__code", flat=True)[:2])
    if len(steered) == 1:
        return steered[0]
    message = _("Say which province this is: a column “area” and below it the code of its area.")
    raise BadFolder([Problem("programme.csv", 0, "", message)])


class Folder:
    def __init__(self, path: Path, *, by: User, province: str = ""):
        """`province`: what begins the keys of its rows, where no programme says so."""
        if not path.is_dir():
            raise BadFolder([Problem(str(path), 0, "", _("There is no such folder."))])
        known = {sheet.file_name for sheet in SHEETS} | OTHER_FILES
        unknown = sorted(file.name for file in path.glob("*.csv") if file.name not in known)
        if unknown:
            message = _("No such file is known. Delete it or rename it.")
            raise BadFolder([Problem(name, 0, "", message) for name in unknown])
        self.path, self.by, self.at = path, by, timezone.now()
        self.province = province or _province(path)
        self.names = Names(self.province)
        self.on = timezone.localdate(self.at)  # what lies after it has not happened yet
        self._tables: dict[str, Table] = {}
        self._writings: dict[str, FolderWriting] = {}
        self._registers = {sheet.name: SheetRegister(sheet, self.names) for sheet in SHEETS}
        self._of_file: dict[str, list[SheetRegister]] = defaultdict(list)
        for register in self._registers.values():
            self._of_file[register.sheet.file_name].append(register)

    def open(self, file: str, columns: Sequence[Column], needed: Collection[str]) -> Table:
        """The rows of a file. Raises BadFolder."""
        if file not in self._tables:
            self._tables[file] = read(self.path / file, columns, needed)
        return self._tables[file]

    def has(self, sheet: Sheet) -> bool:
        """Whether there is a file of it; a file that is missing is the same as an empty one."""
        return (self.path / sheet.file_name).exists()

    def enter_sheet(self, sheet: Sheet) -> tuple[int, int]:
        """Enter what a sheet brings; returns how many of its rows were new, and how many there are.

        Raises BadFolder with everything that is wrong in the sheet.
        """
        register = self._registers[sheet.name]
        table = self._table_of(sheet)
        entries: dict[str, RowEntry] = {}
        problems: list[Problem] = []
        for line in table.lines(register.readable()):
            if register.takes and register.takes.isdisjoint(line.values):
                continue
            if self._is_further and (wrong := of_its_own(register, line.values, self.province)):
                problems.append(table.problem(line.number, "", wrong))
                continue
            key = register.key_of(line.values)
            if key in entries and not register.takes:
                problems.append(
                    table.problem(line.number, "", _("“%(key)s” comes twice.") % {"key": key})
                )
            problems += line.problems
            if key not in entries and not line.problems:
                entries[key] = RowEntry(None, {}, line.values, number=line.number)
        problems += self.problems(register, table, list(entries.values()))
        stored = register.stored() if entries else set()
        problems += self._clashes(register, table, entries, stored)
        if problems:
            raise BadFolder(sorted(problems, key=lambda problem: problem.line))
        new = [entry for key, entry in entries.items() if key not in stored]
        self.write(register, new, table.file)
        self.names.forget(sheet.model)
        return len(new), len(entries)

    @cached_property
    def _is_further(self) -> bool:
        return self.province != NATIONAL and is_of_a_further_province(self.province)

    def _clashes(
        self, register: SheetRegister, table: Table, entries: dict[str, RowEntry], stored: set[str]
    ) -> list[Problem]:
        """Codes that mean something of another province."""
        plain = not register.sheet.is_record  # its rows are known by their codes alone
        asked = [key for key in entries if plain or key not in stored]
        wrong = taken(register, asked, self.province, self.on)
        return [
            table.problem(entry.number or 0, register.key[0], told_of_clash(key, self.province))
            for key, entry in entries.items()
            if key in wrong
        ]

    def _table_of(self, sheet: Sheet) -> Table:
        """With the columns and keys of every sheet that reads the same file."""
        together = self._of_file[sheet.file_name]
        columns = {column.code: column for register in together for column in register.columns}
        # What may stay empty in a row may be missing as a column.
        needed = {c for register in together for c in register.key if register.column(c).required}
        return self.open(sheet.file_name, list(columns.values()), needed)

    def problems(self, register: Register, table: Table, entries: list[RowEntry]) -> list[Problem]:
        """What a register has against rows of a file."""
        found: list[Problem] = []
        for entry, told in zip(entries, register.problems(entries, self.on), strict=True):
            found += table.problems(entry.number or 0, told.errors)
        return found

    def write(self, register: Register, entries: list[RowEntry], file: str) -> None:
        """Enter judged rows as part of the one change set of their file."""
        if not entries:
            return
        if file not in self._writings:
            self._writings[file] = self._begin(file)
        try:
            enter_rows(register, entries, self._writings[file])
        except Clash as clash:
            message = _(
                "The database refuses a row of it: it comes twice, or holds values that cannot "
                "stand together. Correct or delete it: %(error)s"
            ) % {"error": clash.__cause__}
            raise BadFolder([Problem(file, 0, "", message)]) from clash

    def _begin(self, file: str) -> FolderWriting:
        change_set = begin(
            kind=ChangeSet.Kind.IMPORT,
            by=self.by,
            file_name=f"{self.path.name}/{file}",
            file_sha256=hashlib.sha256((self.path / file).read_bytes()).hexdigest(),
        )
        return FolderWriting(change_set, self.by, self.at, self.on, province=self.province)
