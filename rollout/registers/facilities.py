"""The register of facilities: what each is called, where it lies, in which count it stands, how far it is."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from django.core.exceptions import ValidationError
from django.db.models import (
    Case,
    CharField,
    DateField,
    Field,
    ForeignObjectRel,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    When,
)
from django.db.models import Value as Literal
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from equipment.models import Hosting, ItLevel
from equipment.stages import Stage
from facilities.exchange.columns import Column, Value
from facilities.exchange.columns import Kind as Cell
from facilities.folding import fold
from facilities.listed import listed_on
from facilities.models import (
    Area,
    DatedFact,
    Entry,
    Facility,
    FacilityArea,
    FacilityBeds,
    FacilityClass,
    FacilityKind,
    FacilityLevel,
    FacilityName,
    FacilityOwnership,
    FacilityScope,
    Ownership,
    Record,
    Scope,
    TechnicalLevel,
)
from facilities.models.places import FacilityYardstick, in_language
from facilities.registers.choices import YesNo, area_names, body_labels, kind_labels, labels
from facilities.registers.order import NAME_ORDER, with_name_order
from facilities.registers.register import Problems, Register, sql_name
from facilities.registers.writers import (
    Attributes,
    Dated,
    DatedYesNo,
    Latest,
    RowEntry,
    Writer,
    Writing,
)
from rollout.programme.stages import FacilityStage, NextStep
from rollout.registers.standing import standing_of_facilities

Bearers = tuple[Mapping[str, set[int]], Mapping[str, set[int]]]  # of each code, of each name

LOWEST_LEVEL, HIGHEST_LEVEL = 1, 7  # of IT use. Source: Circular 54/2017/TT-BYT

SINCE = "in_the_register_since"  # what a facility that is being entered bears until it is written
CODE = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*\Z")


def _begins(facility: Facility, writing: Writing) -> date:
    """From when what is written holds: of a new facility, since it is in the register."""
    since: date | None = getattr(facility, SINCE, None)
    return since or writing.on


def _described(model: type[FacilityYardstick], columns: dict[str, str]) -> Dated:
    """Columns that are one dated row: what is written holds from the day of writing on."""
    return Dated(
        model=model,
        link="facility",
        columns=columns,
        make=lambda facility, writing, **fields: model(
            facility=facility, effective_from=_begins(facility, writing), **fields
        ),
    )


@dataclass
class _Area(Dated):
    """The area, written by its code; the areas of all rows are asked at once."""

    def write(self, entries: list[RowEntry], writing: Writing) -> None:
        codes = {str(entry.new["area"]) for entry in entries if entry.new["area"]}
        areas = Area.objects.in_bulk(list(codes), field_name="code")
        Dated.write(replace(self, make=partial(self.make, areas)), entries, writing)


def _in_area(
    areas: Mapping[str, Area], facility: Facility, writing: Writing, area: str
) -> FacilityArea:
    return FacilityArea(
        facility=facility, area=areas[area], effective_from=_begins(facility, writing)
    )


def _owned(
    facility: Facility, writing: Writing, ownership: str, managed_by_id: str
) -> FacilityOwnership:
    return FacilityOwnership(
        facility=facility,
        effective_from=_begins(facility, writing),
        ownership=ownership,
        managed_by_id=managed_by_id or None,
    )


def _with_beds(
    facility: Facility, writing: Writing, has_beds: str, beds: int | None
) -> FacilityBeds:
    """A number of beds says by itself that there are some."""
    return FacilityBeds(
        facility=facility,
        effective_from=_begins(facility, writing),
        has_beds=has_beds == YesNo.YES if has_beds else bool(beds),
        beds=beds,
    )


class _Since(Writer):
    """The first day of a facility in the register, which its first name has. Said once, of a new one."""

    columns = {"since": "effective_from"}

    def expression(self, code: str, on: date, known_at: datetime | None) -> Subquery:
        names = FacilityName.objects.known(known_at).filter(facility=OuterRef("pk"))
        return Subquery(names.order_by("effective_from").values("effective_from")[:1])

    def write(self, entries: list[RowEntry], writing: Writing) -> None:
        """Every description of a new facility begins on it (`_begins`)."""


def _fact_of(model: type[DatedFact]) -> Callable[..., DatedFact]:
    """Makes facts of the day of writing."""
    return lambda facility, writing, **fields: model(
        facility=facility, happened_on=writing.on, **fields
    )


class Facilities(Register):
    code = "facilities"
    label = gettext_lazy("facilities")
    row_label = gettext_lazy("facility")
    model = Facility
    keys = (("code",), ("name-vi",))
    search_path = ""
    facility_path = ""
    default_sort = "name-vi"
    sorts = {"name-vi": NAME_ORDER}
    columns = (
        Column(
            "name-vi",
            gettext_lazy("name in Vietnamese"),
            required=True,
            max_length=200,
            aliases=("tên cơ sở", "tên đơn vị", "cơ sở", "facility"),
            help=gettext_lazy("Holds from today on. For a decision with its own day: reorganise."),
        ),
        Column(
            "code",
            gettext_lazy("code"),
            required=True,
            max_length=40,
            filtered=False,
            shown=False,
            aliases=("mã", "mã cơ sở"),
            help=gettext_lazy(
                "Lower-case letters, digits and hyphens. It cannot be changed later."
            ),
        ),
        Column("name-en", gettext_lazy("name in English"), max_length=200, shown=False),
        Column(
            "since",
            gettext_lazy("in the register since"),
            Cell.DAY,
            shown=False,
            aliases=("có trong danh mục từ ngày", "từ ngày", "hoạt động từ ngày"),
            help=gettext_lazy(
                "Of a new facility: the first day on which it is counted, and from which all that is "
                "written here holds. Empty: today."
            ),
        ),
        Column("kind", gettext_lazy("kind"), Cell.CHOICE, choices=kind_labels, required=True),
        Column(
            "ownership",
            gettext_lazy("ownership"),
            Cell.CHOICE,
            choices=labels(Ownership),
            required=True,
            shown=False,
        ),
        Column(
            "scope",
            gettext_lazy("scope"),
            Cell.CHOICE,
            choices=labels(Scope),
            required=True,
            shown=False,
        ),
        Column(
            "managed-by",
            gettext_lazy("managed by"),
            Cell.CHOICE,
            choices=body_labels,
            shown=False,
            aliases=("cơ quan chủ quản", "cơ quan quản lý"),
        ),
        Column("scope-because", gettext_lazy("reason for the scope"), shown=False),
        Column("area", gettext_lazy("area"), Cell.CODE, choices=area_names),
        Column(
            "has-beds",
            gettext_lazy("has beds"),
            Cell.CHOICE,
            choices=labels(YesNo),
            shown=False,
            help=gettext_lazy("Whether patients stay overnight: a deadline may depend on it."),
        ),
        Column(
            "beds",
            gettext_lazy("beds"),
            Cell.COUNT,
            shown=False,
            aliases=("giường bệnh", "số giường", "giường kế hoạch"),
        ),
        Column(
            "level",
            gettext_lazy("technical level"),
            Cell.CHOICE,
            choices=labels(TechnicalLevel),
            shown=False,
            aliases=("cấp chuyên môn kỹ thuật",),
        ),
        Column(
            "class",
            pgettext_lazy("facility", "class"),
            Cell.CHOICE,
            choices=labels(FacilityClass),
            shown=False,
            aliases=("hạng bệnh viện", "hạng"),
        ),
        Column(
            "hosting",
            gettext_lazy("where its systems run"),
            Cell.CHOICE,
            choices=labels(Hosting.Mode),
            shown=False,
            aliases=("nơi đặt máy chủ",),
        ),
        Column(
            "his-level",
            gettext_lazy("HIS level"),
            Cell.COUNT,
            shown=False,
            aliases=("mức HIS", "mức ứng dụng CNTT"),
        ),
        Column(
            "it-level",
            gettext_lazy("overall IT level"),
            Cell.COUNT,
            shown=False,
        ),
        Column(
            "stage",
            pgettext_lazy("facility", "stage"),
            Cell.CHOICE,
            choices=labels(FacilityStage),
            writable=False,
        ),
        Column(
            "next-step",
            gettext_lazy("next step"),
            Cell.CHOICE,
            choices=labels(NextStep),
            writable=False,
        ),
        Column(
            "servers",
            gettext_lazy("has its EMR server"),
            Cell.CHOICE,
            choices=labels(YesNo),
            writable=False,
        ),
        Column(
            "server-stage",
            gettext_lazy("stage of the server's procurement"),
            Cell.CHOICE,
            choices=labels(Stage),
            writable=False,
        ),
        Column(
            "server-award-due",
            gettext_lazy("server: award due"),
            Cell.DAY,
            writable=False,
            shown=False,
        ),
        Column("progress", gettext_lazy("weighted progress, %"), Cell.COUNT, writable=False),
        Column("days-late", gettext_lazy("working days overdue"), Cell.COUNT, writable=False),
    )
    writers = (
        Attributes(columns={"code": "code"}),
        _Since(),
        _described(FacilityName, {"name-vi": "name_vi", "name-en": "name_en"}),
        _described(FacilityKind, {"kind": "kind_id"}),
        Dated(
            model=FacilityOwnership,
            link="facility",
            columns={"ownership": "ownership", "managed-by": "managed_by_id"},
            make=_owned,
        ),
        _described(FacilityScope, {"scope": "scope", "scope-because": "because"}),
        _Area(
            model=FacilityArea,
            link="facility",
            columns={"area": "area"},
            value_of={"area": "area__code"},
            make=_in_area,
        ),
        DatedYesNo(
            model=FacilityBeds,
            link="facility",
            columns={"has-beds": "has_beds", "beds": "beds"},
            make=_with_beds,
        ),
        _described(FacilityLevel, {"level": "level", "class": "facility_class"}),
        Latest(model=Hosting, link="facility", columns={"hosting": "mode"}, make=_fact_of(Hosting)),
        Latest(
            model=ItLevel,
            link="facility",
            columns={"his-level": "his_level", "it-level": "overall_level"},
            make=_fact_of(ItLevel),
        ),
    )
    computed_codes = frozenset(column.code for column in columns if not column.writable)

    # --- Reading ------------------------------------------------------------------------

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[Facility]:
        """The facilities in the register on the day: named by then, not closed and not merged away."""
        return with_name_order(listed_on(on, known_at), on, known_at)

    def title(self, values: Mapping[str, Value]) -> str:
        name = in_language(str(values.get("name-vi", "")), str(values.get("name-en", "")))
        return name or str(values.get("code", ""))

    def computed(
        self, keys: list[int], on: date, known_at: datetime | None = None
    ) -> dict[int, dict[str, Value]]:
        found = standing_of_facilities(on, known_at)
        return {key: found[key] for key in keys if key in found}

    def has_sql(self, code: str) -> bool:
        return code in self.computed_codes or super().has_sql(code)

    def with_columns(
        self,
        rows: QuerySet[Facility],
        codes: Iterable[str],
        on: date,
        known_at: datetime | None = None,
    ) -> QuerySet[Facility]:
        codes = list(codes)
        told = self._told(codes, on, known_at)
        return (
            super()
            .with_columns(rows, codes, on, known_at)
            .alias(**{sql_name(code): sql for code, sql in told.items()})
        )

    def order(self, code: str, on: date, known_at: datetime | None = None) -> Combinable:
        return self._told([code], on, known_at).get(code) or super().order(code, on, known_at)

    def _told(self, codes: Iterable[str], on: date, known_at: datetime | None) -> dict[str, Case]:
        """SQL for what is computed, told to the database row by row: to filter and to sort by."""
        computed = self.computed_codes.intersection(codes)
        found = standing_of_facilities(on, known_at) if computed else {}
        return {code: _case(self.column(code), found) for code in computed}

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry], on: date) -> Bearers:
        """Who bears which code and which name: those there are, and the other rows of the file."""
        named = FacilityName.objects.known().filter(effective_from__lte=on)
        codes: dict[str, set[int]] = defaultdict(set)
        names: dict[str, set[int]] = defaultdict(set)
        latest: dict[int, str] = {}
        for key, code, name in named.order_by("effective_from", "recorded_at", "pk").values_list(
            "facility_id", "facility__code", "name_vi"
        ):
            codes[code].add(key)
            latest[key] = name
        for key, name in latest.items():
            names[fold(name)].add(key)
        for entry in entries:
            codes[str(entry.new.get("code", ""))].add(entry.identity)
            names[fold(str(entry.new.get("name-vi", "")))].add(entry.identity)
        return codes, names

    def check(self, entry: RowEntry, problems: Problems, context: Bearers, on: date) -> None:
        codes, names = context
        code, name = str(entry.new.get("code", "")), str(entry.new.get("name-vi", ""))
        changed = set(entry.changed)
        if entry.row is not None and "code" in changed:
            problems.refuse(
                "code",
                _("A code stays for life: %(code)s. What changes is the name.")
                % {"code": entry.old["code"]},
            )
        elif "code" in changed and code:
            if not CODE.search(code):
                problems.refuse(
                    "code", _("Write lower-case letters a to z, digits and hyphens: bv-luc-nam.")
                )
            elif len(codes[code]) > 1:
                problems.refuse("code", _("Another facility has this code."))
        self._check_levels(entry, changed, problems)
        self._check_since(entry, changed, problems, on)
        if "name-vi" in changed and name and len(names[fold(name)]) > 1:
            problems.warn("name-vi", _("Another facility has the same name."))
        if entry.row is not None:
            if entry.new.get("scope") == Scope.CLOSED:
                problems.refuse("scope", _("Close or merge it under “Reorganise”."))
            elif "scope" in changed and not entry.new.get("scope-because"):
                problems.refuse("scope-because", _("Say why it is counted differently."))
            if "area" in changed and not entry.new.get("area"):
                problems.refuse("area", _("Choose the area it lies in now."))

    def _check_since(
        self, entry: RowEntry, changed: set[str], problems: Problems, on: date
    ) -> None:
        since = entry.day("since")
        if entry.row is not None and "since" in changed:
            problems.refuse(
                "since",
                _("It is said once, of a new facility. Withdraw the facility and enter it again."),
            )
        elif since and since > on:
            problems.refuse("since", _("This day is still to come."))

    def _check_levels(self, entry: RowEntry, changed: set[str], problems: Problems) -> None:
        if entry.new.get("has-beds") == YesNo.NO and entry.number_in("beds"):
            problems.refuse("beds", _("It says that there are no beds, and counts some."))
        for code in ("his-level", "it-level"):
            level = entry.number_in(code)
            if level is not None and not LOWEST_LEVEL <= level <= HIGHEST_LEVEL:
                problems.refuse(code, _("Write a level from 1 to 7."))
        if entry.number_in("it-level") is not None and entry.number_in("his-level") is None:
            problems.refuse("his-level", _("Say on which level the HIS is, too."))
        if entry.row is not None:
            for code in ("hosting", "his-level", "has-beds"):
                if code in changed and entry.old.get(code) and not entry.new.get(code):
                    problems.refuse(code, _("Choose what holds now; what was stays on its days."))

    # --- Writing ------------------------------------------------------------------------

    def create(self, entries: list[RowEntry], writing: Writing) -> None:
        """The facilities; a code whose entry was taken back is used again."""
        codes = [str(entry.new["code"]) for entry in entries]
        known = Facility.objects.in_bulk(codes, field_name="code")
        new: list[Facility] = []
        for entry, code in zip(entries, codes, strict=True):
            facility = known.get(code) or Facility(code=code)
            entry.row = facility
            setattr(facility, SINCE, entry.day("since"))
            if facility.pk is None:
                new.append(facility)
        Facility.objects.bulk_create(new, batch_size=1000)

    def facts_of(self, row: Facility) -> list[Record]:
        """What describes it. Raises ValidationError once anything else has been recorded about it."""
        found: list[Record] = []
        for relation in row._meta.get_fields(include_hidden=True):
            if not isinstance(relation, ForeignObjectRel) or not relation.one_to_many:
                continue
            related = relation.related_model
            if not issubclass(related, Record | Entry):
                continue
            about = {relation.field.name: row, "withdrawn_at__isnull": True}
            if issubclass(related, FacilityYardstick):
                found += related.objects.filter(**about)
            elif related.objects.filter(**about).exists():
                raise ValidationError(
                    _("Entries have been recorded about it. Close it instead."), code="referred_to"
                )
        return found


SQL_TYPES: dict[str, Field] = {
    Cell.CHOICE: CharField(),
    Cell.COUNT: IntegerField(),
    Cell.DAY: DateField(),
}


def _case(column: Column, found: Mapping[int, Mapping[str, Value]]) -> Case:
    """SQL for a computed column: each value with the keys of the rows that have it."""
    by_value: dict[Value, list[int]] = defaultdict(list)
    for key, values in found.items():
        by_value[values[column.code]].append(key)
    return Case(
        *(When(pk__in=keys, then=Literal(value)) for value, keys in by_value.items()),
        default=Literal(column.empty),
        output_field=SQL_TYPES[column.kind],
    )
