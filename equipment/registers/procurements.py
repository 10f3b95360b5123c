"""The register of procurement files: for each stage its day and its plan, for some the money."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Case, IntegerField, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models import Value as Literal
from django.db.models.expressions import Combinable
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from equipment.acceptance import (
    DEVICES_HAVE_LEFT,
    arrivals_of,
    bring,
    not_returnable,
    refuse_if_left,
)
from equipment.bidding import Selection
from equipment.files import files_of
from equipment.models import (
    DeviceMovement,
    FundingSource,
    Funds,
    Procurement,
    ProcurementLot,
    StageEvent,
    StageTarget,
)
from equipment.registers.file_rules import AMOUNTS, TARGETED, judge, reached, target
from equipment.stages import ROUTES, Path, Stage
from facilities.exchange.columns import Column, Kind, Value
from facilities.registers.choices import facilities_by_code, facility_names, labels
from facilities.registers.register import Problems, Register, sql_name
from facilities.registers.steps import Paper, Part, Step, parts_of
from facilities.registers.writers import (
    Attributes,
    Dated,
    Facts,
    RowEntry,
    Writing,
    signed,
    withdraw_all,
)

TARGET_WORDS = gettext_lazy("{}: planned")
ONLY_WORDS = gettext_lazy("Only of this path: {}")
FIRST_SHOWN = {target(Stage.ACCEPTANCE), reached(Stage.ACCEPTANCE), "approved", "contract-value"}
AMOUNT_LABELS = {
    "estimate": gettext_lazy("Estimate in dong"),
    "approved": gettext_lazy("Approved estimate in dong"),
    "award-value": gettext_lazy("Award in dong"),
    "contract-value": gettext_lazy("Contract in dong"),
    "paid": gettext_lazy("Paid in dong"),
}
AMOUNT_ALIASES = {
    "approved": ("Dự toán được duyệt", "Giá gói thầu"),
    "contract-value": ("Giá trị hợp đồng",),
}


class AcceptanceDay(Facts):
    """With the day of acceptance the devices of the lots arrive, move to another day, are taken back."""

    def write(self, entries: list[RowEntry[Procurement]], writing: Writing) -> None:
        before = arrivals_of([entry.stored.pk for entry in entries])
        super().write(entries, writing)
        withdraw_all(DeviceMovement, before, writing)
        days = {entry.stored.pk: day for entry in entries if (day := entry.day(self.day))}
        DeviceMovement.objects.bulk_create(
            [
                signed(
                    arrival.for_correction(happened_on=days[arrival.procurement_id]),
                    writing,
                    arrival.document,
                )
                for arrival in before
                if arrival.procurement_id in days
            ],
            batch_size=1000,
        )
        bring(days, by=writing.by, at=writing.at, source=writing.source)


def _stage_writer(stage: Stage) -> Facts:
    def make(file: Procurement, before: StageEvent | None, **fields: Any) -> StageEvent:
        # A stage whose amount has no column keeps the amount it has.
        amount = {"amount": before.amount} if before else {}
        return StageEvent(
            procurement=file, facility_id=file.facility_id, stage=stage, **(amount | fields)
        )

    amounts = {code: "amount" for code, of in AMOUNTS.items() if of == stage}
    return (AcceptanceDay if stage == Stage.ACCEPTANCE else Facts)(
        model=StageEvent,
        link="procurement",
        columns={reached(stage): "happened_on"} | amounts,
        day=reached(stage),
        kind={"stage": stage.value},
        make=make,
    )


def _target_writer(stage: Stage) -> Dated:
    return Dated(
        model=StageTarget,
        link="procurement",
        columns={target(stage): "due_on"},
        kind={"stage": stage.value},
        make=lambda file, writing, due_on: StageTarget(
            procurement=file,
            stage=stage,
            due_on=due_on,
            effective_from=writing.on,
            because=writing.because[:300],
        ),
    )


def _columns(stage: Stage) -> list[Column]:
    """What the register says of one stage: planned, reached, and the money it fixes."""
    paths = [path for path, route in ROUTES.items() if stage in route.stages]
    only = format_lazy(ONLY_WORDS, paths[0].label) if len(paths) == 1 else ""
    cells = [(reached(stage), stage.label, Kind.DAY)]
    if stage in TARGETED:
        cells.insert(0, (target(stage), format_lazy(TARGET_WORDS, stage.label), Kind.DAY))
    cells += [
        (code, AMOUNT_LABELS[code], Kind.MONEY) for code, of in AMOUNTS.items() if of == stage
    ]
    return [
        Column(
            code,
            label,
            kind,
            aliases=AMOUNT_ALIASES.get(code, ()),
            shown=code in FIRST_SHOWN,
            help=only,
        )
        for code, label, kind in cells
    ]


# What proves a stage as a rule.
PAPERS = {
    Stage.NEED: Paper.SUBMISSION,
    Stage.PRICE_REFERENCE: Paper.REPORT,
    Stage.ESTIMATE_SUBMITTED: Paper.SUBMISSION,
    Stage.INVITATION: Paper.NOTICE,
    Stage.OPENING: Paper.MINUTES,
    Stage.EVALUATION: Paper.REPORT,
    Stage.CONTRACT: Paper.CONTRACT,
    Stage.DELIVERY: Paper.MINUTES,
    Stage.SERVICE_SET_UP: Paper.MINUTES,
    Stage.TRIAL_RUN: Paper.MINUTES,
    Stage.ACCEPTANCE: Paper.MINUTES,
    Stage.PAYMENT: Paper.MINUTES,
    Stage.SERVICE_ENDED: Paper.MINUTES,
}

STEPS = {
    stage: Step(
        code=stage.value,
        label=stage.label,
        day=reached(stage),
        values=tuple(code for code, of in AMOUNTS.items() if of == stage),
        planned=target(stage) if stage in TARGETED else "",
        paper=PAPERS.get(stage, Paper.DECISION),
    )
    for stage in Stage
}


class Procurements(Register[Procurement]):
    code = "procurements"
    label = gettext_lazy("Procurement")
    row_label = gettext_lazy("procurement file")
    model = Procurement
    keys = (("code",),)
    default_sort = "code"
    columns = (
        Column(
            "code",
            gettext_lazy("code"),
            Kind.TEXT,
            aliases=("Mã gói thầu", "Mã hồ sơ"),
            required=True,
            max_length=40,
        ),
        Column(
            "title", gettext_lazy("title"), aliases=("Tên gói thầu",), required=True, max_length=300
        ),
        Column(
            "facility",
            gettext_lazy("facility"),
            Kind.CODE,
            choices=facility_names,
            aliases=("Chủ đầu tư", "Bên mời thầu"),
            required=True,
            help=gettext_lazy("Who buys or rents. Its items say for whom."),
        ),
        Column("path", gettext_lazy("path"), Kind.CHOICE, choices=labels(Path), required=True),
        Column(
            "selection",
            gettext_lazy("way of selection"),
            Kind.CHOICE,
            choices=labels(Selection),
            shown=False,
            help=gettext_lazy(
                "It decides how long bidders must be given. Empty in a new file: open bidding, domestic."
            ),
        ),
        Column(
            "funds",
            gettext_lazy("source of funds"),
            Kind.CHOICE,
            choices=labels(Funds),
            aliases=("Nguồn vốn", "Nguồn kinh phí"),
            shown=False,
        ),
        Column(
            "stage",
            pgettext_lazy("procurement", "Stage"),
            Kind.CHOICE,
            choices=labels(Stage),
            writable=False,
        ),
        Column(
            "slip",
            gettext_lazy("delay in days"),
            Kind.COUNT,
            writable=False,
            filtered=False,
            help=gettext_lazy("Of the last stage planned: against the day that was planned first."),
        ),
        Column(
            "late",
            gettext_lazy("working days overdue"),
            Kind.COUNT,
            writable=False,
            filtered=False,
            help=gettext_lazy("Of the stage that is late longest."),
        ),
        *(column for stage in Stage for column in _columns(stage)),
    )
    writers = (
        Attributes(
            columns={
                "code": "code",
                "title": "title",
                "facility": "facility",
                "path": "path",
                "selection": "selection",
            },
            find={"facility": facilities_by_code},
            codes={"facility": "facility__code"},
        ),
        Dated(
            model=FundingSource,
            link="procurement",
            columns={"funds": "funds"},
            make=lambda file, writing, funds: FundingSource(
                procurement=file, funds=funds, effective_from=writing.on
            ),
        ),
        *(_target_writer(stage) for stage in TARGETED),
        *(_stage_writer(stage) for stage in Stage),
    )

    # --- Reading ------------------------------------------------------------------------

    def has_sql(self, code: str) -> bool:
        return code == "stage" or super().has_sql(code)

    def expression(
        self, code: str, on: date, known_at: datetime | None = None
    ) -> Combinable | None:
        if code == "stage":
            return _furthest_stage(on, known_at)
        return super().expression(code, on, known_at)

    def computed(
        self, keys: list[int], on: date, known_at: datetime | None = None
    ) -> dict[int, dict[str, Value]]:
        return {
            file.id: {"slip": file.slip_days, "late": file.days_late(on) or None}
            for file in files_of(keys, on, known_at)
        }

    def totals(
        self, rows: QuerySet[Procurement], on: date, known_at: datetime | None = None
    ) -> list[tuple[str, int]]:
        codes = ("approved", "contract-value", "paid")
        expressions = {sql_name(code): self.expression(code, on, known_at) for code in codes}
        sums = rows.annotate(**{f"sum_{name}": e for name, e in expressions.items()}).aggregate(
            **{name: Sum(f"sum_{name}") for name in expressions}
        )
        return [(str(AMOUNT_LABELS[code]), sums[sql_name(code)] or 0) for code in codes]

    # --- The way of a file --------------------------------------------------------------

    def way(self, row: Procurement, values: Mapping[str, Value], on: date) -> tuple[Step, ...]:
        return tuple(STEPS[stage] for stage in ROUTES[Path(row.path)].stages)

    def parts(self, values: Mapping[str, Value]) -> tuple[Part, ...]:
        """What a file is, then its stages; those of the other path apart."""
        path, own = (
            str(values.get("path")),
            [code for stage in Stage for code in STEPS[stage].cells],
        )
        described = tuple(column.code for column in self.columns if column.code not in own)
        shared = [s for s in Stage if all(s in route.stages for route in ROUTES.values())]
        only = {
            one: tuple(c for s in ROUTES[one].stages if s not in shared for c in STEPS[s].cells)
            for one in Path
        }
        if path not in Path.values:  # a new file: nobody knows yet
            stages = shared
            apart = tuple(Part(format_lazy(ONLY_WORDS, p.label), only[p]) for p in Path)
        else:
            stages = list(ROUTES[Path(path)].stages)
            apart = tuple(
                Part(format_lazy(ONLY_WORDS, p.label), only[p], folded=True)
                for p in Path
                if p != path
            )
        return (
            Part(gettext_lazy("The file"), described),
            *parts_of(STEPS[stage] for stage in stages),
            *apart,
        )

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry[Procurement]], on: date) -> "_Known":
        """Codes in use, files with lots, files that have begun, acceptances that must stand."""
        keys = [entry.row.pk for entry in entries if entry.row]
        codes = {entry.text("code") for entry in entries}
        lots = ProcurementLot.objects.known().filter(procurement__in=keys)
        back = [
            entry.row.pk
            for entry in entries
            if entry.row
            and entry.old.get(reached(Stage.ACCEPTANCE))
            and not entry.new.get(reached(Stage.ACCEPTANCE))
        ]
        begun = StageEvent.objects.known().filter(procurement__in=keys)
        return _Known(
            codes=dict(Procurement.objects.filter(code__in=codes).values_list("code", "pk")),
            with_lots=set(lots.values_list("procurement", flat=True)),
            begun=set(begun.values_list("procurement", flat=True)),
            stay_accepted=not_returnable(back),
        )

    def check(
        self, entry: RowEntry[Procurement], problems: Problems, context: "_Known", on: date
    ) -> None:
        if entry.is_second(context.codes, entry.text("code")):
            problems.refuse("code", _("Another procurement file has, or had, this code."))
        if entry.row:
            self._check_unchanged(entry, problems, entry.row.pk in context.begun)
        if entry.identity in context.stay_accepted:
            problems.refuse(reached(Stage.ACCEPTANCE), str(DEVICES_HAVE_LEFT))
        # Lots come after their file; added to an accepted one, they bring their devices then.
        has_lots = entry.row is None or entry.identity in context.with_lots
        judge(entry, problems, self.column, has_lots=has_lots)

    def _check_unchanged(
        self, entry: RowEntry[Procurement], problems: Problems, has_begun: bool
    ) -> None:
        changed = set(entry.changed)
        if "code" in changed:
            problems.refuse("code", _("The code does not change: documents and imports go by it."))
        if "selection" in changed and not entry.new["selection"]:
            problems.refuse("selection", _("Fill this in."))
        for code in ("facility", "path"):
            if code in changed and has_begun:
                problems.refuse(
                    code,
                    _(
                        "A stage of this file has been recorded. Withdraw the file and enter "
                        "it again."
                    ),
                )

    # --- Writing ------------------------------------------------------------------------

    def create(self, entries: list[RowEntry[Procurement]], writing: Writing) -> None:
        for entry in entries:
            entry.new["selection"] = entry.new.get("selection") or Selection.OPEN_DOMESTIC.value
        super().create(entries, writing)

    def refuse_withdrawal(self, rows: list[Procurement]) -> None:
        refuse_if_left(arrivals_of([row.pk for row in rows]))


class _Known(NamedTuple):
    """What files are judged by: codes in use and whose they are; of files, by key, what holds."""

    codes: dict[str, int]
    with_lots: set[int]
    begun: set[int]
    stay_accepted: set[int]


def _furthest_stage(on: date, known_at: datetime | None) -> Subquery:
    """Both paths keep the order in which the stages are defined."""
    place = Case(
        *(When(stage=stage.value, then=Literal(place)) for place, stage in enumerate(Stage)),
        output_field=IntegerField(),
    )
    events = StageEvent.objects.as_of(on, known_at).filter(procurement=OuterRef("pk"))
    return Subquery(events.annotate(place=place).order_by("-place").values("stage")[:1])
