"""The register of milestones: one row a facility of the rollout, the planned and the actual days of its way."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.as_of import AsOf
from facilities.exchange.columns import Column, Kind, Value
from facilities.listed import listed_on
from facilities.models import Facility
from facilities.models.places import IN_ROLLOUT
from facilities.registers.choices import facilities_by_code, facility_names
from facilities.registers.order import NAME_ORDER, with_name_order
from facilities.registers.register import Problems, Register
from facilities.registers.steps import Paper, Part, Step, parts_of
from facilities.registers.writers import Attributes, Dated, Facts, RowEntry
from rollout.models import (
    Conclusion,
    CouncilDate,
    CouncilRuling,
    Milestone,
    MilestoneEvent,
    MilestoneTarget,
)
from rollout.models.milestones import WHOLE_WAY, StepPaper, Way
from rollout.programme.councils import Meeting, meetings, standing_ruling
from rollout.programme.legal import LegalDeadlineOnDay, nearest, standing
from rollout.programme.ways import ways
from rollout.registers.numbered import NumberedFacts

# The council has its own dates and rulings; they are shown here and written with the council.
WRITTEN = tuple(milestone for milestone in Milestone if milestone != Milestone.COUNCIL)

NEEDS_A_RULING = (Milestone.DECISION, Milestone.OFFICIAL)

TARGET_WORDS = gettext_lazy("{}: planned")
REACHED_WORDS = gettext_lazy("{}: reached")
NUMBER_WORDS = gettext_lazy("{}: number of the document")


def target(milestone: str) -> str:
    return f"target-{milestone}"


def reached(milestone: str) -> str:
    return f"reached-{milestone}"


def number(milestone: str) -> str:
    return f"number-{milestone}"


# What spreadsheets call the days that follow from a council.
HEADINGS_OF = {
    Milestone.DECISION: ("Ngày quyết định", "Ngày ký quyết định"),
    Milestone.OFFICIAL: ("Ngày sử dụng chính thức",),
    Milestone.PORTAL: ("Ngày công bố", "Ngày công bố trên cổng"),
}

# With the day goes the number of the paper that proves it. A decision is a paper itself.
NUMBERED = WRITTEN
NUMBER_HEADINGS = {Milestone.DECISION: ("Số quyết định",)}


def _columns(milestone: Milestone) -> tuple[Column, ...]:
    written = milestone in WRITTEN
    numbers = (
        Column(
            number(milestone),
            format_lazy(NUMBER_WORDS, milestone.label),
            max_length=80,
            shown=False,
            filtered=False,
            aliases=NUMBER_HEADINGS.get(milestone, ()),
        ),
    )
    return (
        Column(
            target(milestone),
            format_lazy(TARGET_WORDS, milestone.label),
            Kind.DAY,
            writable=written,
            shown=milestone in (Milestone.LAUNCH, Milestone.COUNCIL, Milestone.OFFICIAL),
        ),
        Column(
            reached(milestone),
            format_lazy(REACHED_WORDS, milestone.label),
            Kind.DAY,
            writable=written,
            aliases=HEADINGS_OF.get(milestone, ()),
        ),
        *(numbers if milestone in NUMBERED else ()),
    )


def _target_writer(milestone: str) -> Dated:
    return Dated(
        model=MilestoneTarget,
        link="facility",
        columns={target(milestone): "due_on"},
        kind={"milestone": milestone},
        make=lambda facility, writing, due_on: MilestoneTarget(
            facility=facility,
            milestone=milestone,
            due_on=due_on,
            effective_from=writing.on,
            because=writing.because[:300],
        ),
    )


def _reached_writer(milestone: str) -> Facts:
    day = reached(milestone)
    kind = {"milestone": milestone}

    def make(
        facility: Facility, before: MilestoneEvent | None, happened_on: date, **number: object
    ) -> MilestoneEvent:
        return MilestoneEvent(facility=facility, milestone=milestone, happened_on=happened_on)

    if milestone in NUMBERED:
        return NumberedFacts(
            model=MilestoneEvent,
            link="facility",
            columns={day: "happened_on", number(milestone): "document__number"},
            day=day,
            kind=kind,
            make=make,
            number=number(milestone),
            title=Milestone(milestone).label,
        )
    return Facts(
        model=MilestoneEvent,
        link="facility",
        columns={day: "happened_on"},
        day=day,
        kind=kind,
        make=make,
    )


PAPERS = {
    Milestone.PREPARING: Paper.PLAN,
    Milestone.PILOT: Paper.PLAN,
    Milestone.SELF_ASSESSMENT: Paper.REPORT,
    Milestone.COUNCIL: Paper.MINUTES,
    Milestone.PORTAL: Paper.NOTICE,
}
ELSEWHERE = gettext_lazy("It is recorded with the council.")

STEPS = {
    milestone: Step(
        code=milestone.value,
        label=milestone.label,
        day=reached(milestone),
        number=number(milestone) if milestone in NUMBERED else "",
        planned=target(milestone),
        paper=PAPERS.get(milestone, Paper.DECISION),
        elsewhere="" if milestone in WRITTEN else ELSEWHERE,
    )
    for milestone in Milestone
}


class Milestones(Register):
    code = "milestones"
    label = gettext_lazy("milestones")
    row_label = gettext_lazy("milestones of a facility")
    model = Facility
    keys = (("facility",),)
    search_path = ""
    facility_path = ""
    makes_rows = False
    default_sort = "facility"
    sorts = {"facility": NAME_ORDER}
    columns = (
        Column(
            "facility",
            gettext_lazy("facility"),
            Kind.CODE,
            choices=facility_names,
            required=True,
            writable=False,
        ),
        *(column for milestone in Milestone for column in _columns(milestone)),
    )
    writers = (
        Attributes(columns={"facility": "code"}, find={"facility": facilities_by_code}),
        *(_target_writer(milestone.value) for milestone in WRITTEN),
        *(_reached_writer(milestone.value) for milestone in WRITTEN),
    )

    # --- Reading ------------------------------------------------------------------------

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[Facility]:
        """The facilities of the rollout on the day."""
        return with_name_order(listed_on(on, known_at, IN_ROLLOUT), on, known_at)

    def has_sql(self, code: str) -> bool:
        return code in COUNCIL or super().has_sql(code)

    def expression(
        self, code: str, on: date, known_at: datetime | None = None
    ) -> Combinable | None:
        if code in COUNCIL:
            return COUNCIL[code](on, known_at)
        return super().expression(code, on, known_at)

    # --- The way of a facility ----------------------------------------------------------

    def way(self, row: Facility, values: Mapping[str, Value], on: date) -> tuple[Step, ...]:
        """The milestones that its kind passes."""
        as_of = AsOf(on, facility_ids=frozenset({row.pk}))
        described = next((one for one in as_of.on(on) if one.id == row.pk), None)
        way = ways(as_of).of(described, on) if described else WHOLE_WAY
        return tuple(step for milestone, step in STEPS.items() if milestone in way)

    def parts(self, values: Mapping[str, Value]) -> tuple[Part, ...]:
        return parts_of(STEPS.values())

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry], on: date) -> "Known":
        return known_of(frozenset(entry.row.pk for entry in entries if entry.row), on)

    def check(self, entry: RowEntry, problems: Problems, context: "Known", on: date) -> None:
        changed = set(entry.changed)
        check_order(entry.new, changed, problems)
        if entry.row is not None and entry.row.pk not in context.passed:
            check_counts(entry.new, changed, problems)
        check_numbers(entry.new, problems)
        check_papers(entry, problems, context.papers.get(entry.identity, {}))
        law = context.law.get(entry.identity)
        check_way(entry.new, changed, problems, context.way.get(entry.identity, WHOLE_WAY))
        for milestone in WRITTEN:
            code = target(milestone)
            if code not in changed:
                continue
            due_on = entry.new[code]
            if not isinstance(due_on, date):
                problems.refuse(
                    code,
                    _("A plan that was set is not removed. Set the date that is planned now."),
                )
            elif law and due_on > law.due_on and milestone != Milestone.PORTAL:
                problems.warn(
                    code,
                    _("Later than the law allows: %(day)s, %(name)s.")
                    % {"day": self.column(code).show(law.due_on), "name": law.name},
                )


def check_counts(new: Mapping[str, Value], changed: set[str], problems: Problems) -> None:
    """What would be stored and then not count, of a facility that no council has passed, is said before."""
    for milestone in NEEDS_A_RULING:
        code = reached(milestone)
        if code in changed and new.get(code):
            problems.warn(
                code,
                _(
                    "No conclusion that passed the facility is on record: “%(step)s” does not "
                    "count as official use until one is, and stands among the steps passed "
                    "over."
                )
                % {"step": milestone.label},
            )


def check_way(new: Mapping[str, Value], changed: set[str], problems: Problems, way: Way) -> None:
    """A step that the kind of the facility does not pass may be recorded; it is said that none is asked."""
    for milestone in WRITTEN:
        for code in (target(milestone), reached(milestone)):
            if milestone not in way and code in changed and new.get(code):
                problems.warn(
                    code,
                    _("“%(step)s” is not asked of this kind of facility.")
                    % {"step": milestone.label},
                )


def check_papers(entry: RowEntry, problems: Problems, papers: Mapping[str, str]) -> None:
    """A step whose paper is asked for may be recorded without it; it is said that the paper is owed."""
    for milestone, kind in papers.items():
        code = reached(milestone)
        given = entry.has_paper or code in entry.documents or entry.new.get(number(milestone))
        if code in entry.changed and entry.new.get(code) and not given:
            problems.warn(
                code,
                _("With “%(step)s” a document is asked for: %(paper)s. Without it, it stays owed.")
                % {"step": Milestone(milestone).label, "paper": StepPaper(kind).label},
            )


def check_numbers(new: Mapping[str, Value], problems: Problems) -> None:
    """A number of a paper says nothing without the day."""
    for milestone in NUMBERED:
        if new.get(number(milestone)) and not new.get(reached(milestone)):
            problems.refuse(number(milestone), _("Give the date as well."))


def check_order(new: Mapping[str, Value], changed: set[str], problems: Problems) -> None:
    """What comes later on the way is reached on the same day or later. By the columns of this register."""
    before: str | None = None
    latest = date.min
    for milestone in Milestone:
        code = reached(milestone)
        day = new.get(code)
        if not isinstance(day, date):
            continue
        if before is not None and day < latest and changed & {code, before}:
            problems.warn(
                code if code in changed else before,
                _("“%(later)s” lies before “%(earlier)s”.")
                % {"later": HEADINGS[code].heading(), "earlier": HEADINGS[before].heading()},
            )
        if day >= latest:
            before, latest = code, day


HEADINGS = {column.code: column for column in Milestones.columns}


class Known(NamedTuple):
    """By facility."""

    law: Mapping[int, LegalDeadlineOnDay | None]
    passed: set[int]  # whose latest ruling passed them, or who need none
    way: Mapping[int, Way]
    papers: Mapping[int, Mapping[str, str]]  # milestone -> which paper is asked for with it


def known_of(facility_ids: frozenset[int], on: date) -> Known:
    """The deadline that binds each facility, who needs no council or has passed one, and its way."""
    as_of = AsOf(on, facility_ids=facility_ids)
    councils: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in meetings(as_of):
        councils[meeting.facility_id].append(meeting)
    ruled = {pk: standing_ruling(found) for pk, found in councils.items()}
    facilities = as_of.on(on)
    way = {facility.id: ways(as_of).of(facility, on) for facility in facilities}
    return Known(
        {facility.id: nearest(standing(as_of), [facility]) for facility in facilities},
        {pk for pk, one in ruled.items() if one and one.passed}
        | {pk for pk, steps in way.items() if Milestone.COUNCIL not in steps},
        way,
        {
            facility.id: {
                milestone.value: kind
                for milestone in WRITTEN
                if (kind := ways(as_of).paper(facility, milestone, on))
            }
            for facility in facilities
        },
    )


def _council_held(on: date, known_at: datetime | None) -> Subquery:
    """The day of the latest ruling; a meeting that only postponed itself ruled nothing."""
    rulings = CouncilRuling.objects.as_of(on, known_at).filter(facility=OuterRef("pk"))
    ruled = rulings.exclude(conclusion=Conclusion.POSTPONED)
    return Subquery(ruled.order_by("-happened_on", "-meeting__code").values("happened_on")[:1])


def _council_planned(on: date, known_at: datetime | None) -> Subquery:
    """The day that was fixed last for a meeting."""
    dates = CouncilDate.objects.in_force(on, known_at).filter(meeting__facility=OuterRef("pk"))
    return Subquery(dates.order_by("-effective_from", "-pk").values("scheduled_on")[:1])


COUNCIL = {
    target(Milestone.COUNCIL): _council_planned,
    reached(Milestone.COUNCIL): _council_held,
}
