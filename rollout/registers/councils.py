"""The register of councils: one row a meeting of a council on a facility, with what followed from it.

What a row is asked is what the page of a council asks (`rollout.programme.councils.rules`). The decision,
official use and the announcement are the facility's: the register of milestones writes and logs them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import Min, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from facilities.as_of import AsOf
from facilities.exchange.cells import BadCell
from facilities.exchange.columns import Column, Kind, Value
from facilities.registers.choices import facilities_by_code, facility_names, labels
from facilities.registers.order import NAME_ORDER_OF_FACILITY, with_name_order_of_facility
from facilities.registers.register import Problems, Register
from facilities.registers.steps import Paper, Step
from facilities.registers.writers import Attributes, RowEntry, Writing, chunks
from rollout.figures.readiness import Check, missing, readiness_of_all
from rollout.models import (
    Conclusion,
    ConditionMet,
    CouncilDate,
    CouncilExamined,
    CouncilMeeting,
    CouncilMember,
    CriteriaSet,
    GroupResult,
    Milestone,
)
from rollout.models.councils import PASSING
from rollout.models.milestones import WHOLE_WAY, Way
from rollout.programme.councils import rules
from rollout.programme.councils.services import ADDRESSES
from rollout.registers.council_cells import (
    AFTER,
    MILESTONES,
    RULINGS,
    Conditions,
    Followed,
    Scheduled,
    conditions_in,
    fixed_day,
    is_postponement,
    standing_conditions,
    told_in,
)
from rollout.registers.milestones import (
    STEPS as WAY,
)
from rollout.registers.milestones import (
    check_counts,
    check_numbers,
    check_order,
    check_way,
    known_of,
    number,
    reached,
)

COUNCIL = reached(Milestone.COUNCIL)
CODE = re.compile(r"^[-a-zA-Z0-9_]+\Z")


def criteria_sets() -> Mapping[str, str]:
    return {one.code: one.name for one in CriteriaSet.objects.order_by("in_force_from", "code")}


def criteria_by_code(codes: set[str]) -> Mapping[str, CriteriaSet]:
    return CriteriaSet.objects.in_bulk(list(codes), field_name="code")


def _after(milestone: Milestone) -> tuple[Column, ...]:
    codes = (reached(milestone), number(milestone))
    return tuple(column for column in MILESTONES.columns if column.code in codes)


MEETING = (
    Step(
        code="scheduled",
        label=pgettext_lazy("council", "Day of the meeting fixed"),
        day="scheduled",
        paper=Paper.LETTER,
    ),
    Step(
        code="held",
        label=Milestone.COUNCIL.label,
        day="held",
        values=("conclusion",),
        number="paper",
        paper=Paper.MINUTES,
    ),
)


@dataclass
class Known:
    """What judging councils needs to know beside their rows: a fixed number of queries."""

    sets: dict[str, CriteriaSet]
    in_rollout: set[str]
    code_of: dict[str, int]  # meeting code -> whose it is
    first_fixed: dict[int, date]
    passed: set[int]  # facilities whose latest ruling passed them, or that need none
    way: Mapping[int, Way]
    on_the_way: dict[str, dict[str, Value]]  # milestones of each facility
    checks: dict[date, dict[int, tuple[Check, ...]]]
    pk_of: dict[str, int]
    told: dict[tuple[str, str], int] = field(default_factory=dict)  # which row writes a milestone


class Councils(Register[CouncilMeeting]):
    code = "councils"
    label = gettext_lazy("councils")
    row_label = gettext_lazy("council meeting")
    model = CouncilMeeting
    keys = (("meeting",), ("facility",))
    search_path = "code"
    default_sort = "facility"
    sorts = {"facility": NAME_ORDER_OF_FACILITY}
    logged_elsewhere = frozenset(column.code for one in AFTER for column in _after(one))
    columns = (
        Column(
            "facility", gettext_lazy("facility"), Kind.CODE, choices=facility_names, required=True
        ),
        Column(
            "meeting",
            gettext_lazy("code of the meeting"),
            max_length=40,
            filtered=False,
            shown=False,
            aliases=("Mã cuộc họp", "Mã hội đồng", "Số cuộc họp"),
            help=gettext_lazy("Left empty, a new meeting gets one."),
        ),
        Column(
            "level",
            gettext_lazy("level of the council"),
            Kind.CHOICE,
            choices=labels(CouncilMeeting.Level),
            required=True,
            shown=False,
            aliases=("Cấp hội đồng",),
        ),
        Column(
            "criteria",
            gettext_lazy("criteria set"),
            Kind.CODE,
            choices=criteria_sets,
            shown=False,
            aliases=("Bộ tiêu chí",),
        ),
        Column(
            "basis",
            gettext_lazy("legal basis"),
            shown=False,
            aliases=("Căn cứ", "Căn cứ pháp lý"),
            help=gettext_lazy("Must be written where the criteria set is not in force on the day."),
        ),
        Column("place", gettext_lazy("place"), max_length=200, shown=False, filtered=False),
        Column(
            "set-up-number",
            gettext_lazy("number of the decision that set it up"),
            max_length=80,
            shown=False,
            filtered=False,
        ),
        Column("set-up-on", gettext_lazy("set up on"), Kind.DAY, shown=False, filtered=False),
        Column(
            "scheduled",
            pgettext_lazy("council", "scheduled on"),
            Kind.DAY,
            aliases=("Ngày họp dự kiến", "Ngày dự kiến họp", "Lịch họp"),
        ),
        Column(
            "fixed",
            gettext_lazy("day fixed on"),
            Kind.DAY,
            shown=False,
            filtered=False,
            aliases=("Ngày ấn định",),
            help=gettext_lazy("The day on which the day of the meeting was fixed; empty: today."),
        ),
        Column(
            "held",
            pgettext_lazy("council", "held on"),
            Kind.DAY,
            aliases=("Ngày họp", "Ngày đánh giá"),
        ),
        Column(
            "conclusion",
            gettext_lazy("conclusion"),
            Kind.CHOICE,
            choices=labels(Conclusion),
            aliases=("Kết quả đánh giá", "Kết luận của hội đồng"),
        ),
        Column(
            "minutes",
            gettext_lazy("number of the minutes"),
            max_length=60,
            shown=False,
            aliases=("Số biên bản",),
        ),
        Column(
            "paper",
            gettext_lazy("number of the document that proves the conclusion"),
            max_length=80,
            shown=False,
            filtered=False,
            aliases=("Văn bản", "Số văn bản"),
            help=gettext_lazy("A document on record is found by it; else one is noted."),
        ),
        Column(
            "conditions",
            gettext_lazy("conditions"),
            lines=True,
            shown=False,
            filtered=False,
            max_length=4000,
            aliases=("Nội dung cần khắc phục",),
            help=gettext_lazy("Each on a line of its own: what | who answers for it | by when."),
        ),
        *(column for milestone in AFTER for column in _after(milestone)),
    )
    writers = (
        Attributes(
            columns={
                "facility": "facility",
                "meeting": "code",
                "level": "level",
                "criteria": "criteria_set",
                "basis": "basis",
                "place": "place",
                "set-up-number": "set_up_number",
                "set-up-on": "set_up_on",
            },
            find={"facility": facilities_by_code, "criteria": criteria_by_code},
            codes={"facility": "facility__code", "criteria": "criteria_set__code"},
        ),
        Scheduled(),
        RULINGS,
        Conditions(),
        *(Followed(milestone) for milestone in AFTER),
    )

    # --- Reading ------------------------------------------------------------------------

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[CouncilMeeting]:
        rows = CouncilMeeting.objects.standing(known_at)
        return with_name_order_of_facility(rows, on, known_at)

    def has_sql(self, code: str) -> bool:
        return code != "conditions" and super().has_sql(code)

    def computed(
        self, keys: list[int], on: date, known_at: datetime | None = None
    ) -> dict[int, dict[str, Value]]:
        found = standing_conditions(keys, known_at)
        return {key: {"conditions": told_in(rows)} for key, rows in found.items()}

    # --- The way of a council -----------------------------------------------------------

    def way(self, row: CouncilMeeting, values: Mapping[str, Value], on: date) -> tuple[Step, ...]:
        """Nothing follows from a council that did not pass the facility; a meeting that only
        postponed itself gets a new day in the whole form."""
        if values.get("held") and values.get("conclusion") not in PASSING:
            return MEETING
        return (*MEETING, *(WAY[milestone] for milestone in AFTER))

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry[CouncilMeeting]], on: date) -> Known:
        places = facilities_by_code({entry.text("facility") for entry in entries})
        pk_of = {code: place.pk for code, place in places.items()}
        milestones = known_of(frozenset(pk_of.values()), on)
        values = MILESTONES.values(list(pk_of.values()), on)
        days = {fixed_day(entry, on) for entry in entries if asks_readiness(entry)}
        standing = CouncilMeeting.objects.standing()
        return Known(
            sets={one.code: one for one in CriteriaSet.objects.all()},
            in_rollout={place.code for place in AsOf(on).on(on) if place.in_rollout},
            code_of=dict(standing.order_by().values_list("code", "pk")),
            first_fixed=_first_fixed([entry.row.pk for entry in entries if entry.row]),
            passed=milestones.passed,
            way=milestones.way,
            on_the_way={code: values[pk] for code, pk in pk_of.items()},
            checks={day: readiness_of_all(AsOf(day)) for day in sorted(days) if day <= on},
            pk_of=pk_of,
        )

    def check(
        self, entry: RowEntry[CouncilMeeting], problems: Problems, context: Known, on: date
    ) -> None:
        self._check_identity(entry, problems, context)
        self._check_criteria(entry, problems, context)
        self._check_day(entry, problems, context, on)
        self._check_ruling(entry, problems, context)
        self._check_conditions(entry, problems)
        self._check_after(entry, problems, context)

    def _check_identity(
        self, entry: RowEntry[CouncilMeeting], problems: Problems, context: Known
    ) -> None:
        code, place = entry.text("meeting"), entry.text("facility")
        if entry.row is not None:
            for column in ("meeting", "facility"):
                if entry.new.get(column) != entry.old.get(column):
                    problems.refuse(
                        column, _("This stays as it is: another meeting is a row of its own.")
                    )
            return
        if place and place not in context.in_rollout:
            problems.refuse("facility", _("On that day it is not in the rollout."))
        if not code:
            return
        if not CODE.search(code):
            problems.refuse("meeting", _("Write letters a to z, digits and hyphens."))
        elif code in ADDRESSES or entry.is_second(context.code_of, code):
            problems.refuse("meeting", rules.code_taken())

    def _check_criteria(
        self, entry: RowEntry[CouncilMeeting], problems: Problems, context: Known
    ) -> None:
        asked, basis = context.sets.get(entry.text("criteria")), entry.text("basis")
        day, column = entry.day("held"), "held"
        if day is None:
            day, column = entry.day("scheduled"), "scheduled"
        sets = list(context.sets.values())
        if fault := rules.without_criteria(asked, basis, day, sets):
            problems.refuse("criteria", fault)
        elif (
            day
            and {column, "criteria", "basis"}.intersection(entry.changed)
            and (fault := rules.not_in_force(asked, basis, day, sets))
        ):
            problems.refuse(column, fault)

    def _check_day(
        self, entry: RowEntry[CouncilMeeting], problems: Problems, context: Known, on: date
    ) -> None:
        scheduled, before = entry.day("scheduled"), entry.old.get("scheduled")
        if scheduled is None and entry.day("fixed"):
            problems.refuse("scheduled", _("Give the date as well."))
        if scheduled is None or not {"scheduled", "fixed"}.intersection(entry.changed):
            return
        fixed_on = fixed_day(entry, on)
        if fixed_on > on:
            problems.refuse(
                "fixed", _("This day is still to come. Record it once it has happened.")
            )
        elif fault := rules.fixed_too_late(fixed_on, scheduled):
            if entry.day("fixed") is None:
                fault += " " + _("Fill in “%(column)s”.") % {
                    "column": self.column("fixed").heading()
                }
            problems.refuse("scheduled", fault)
        if scheduled != before and entry.old.get("held") and not is_postponement(entry.old):
            problems.refuse("scheduled", rules.has_ruled())
        elif isinstance(before, date) and scheduled != before:
            problems.warn(
                "scheduled",
                _("The meeting was fixed for %(day)s and is moved.")
                % {"day": self.column("scheduled").show(before)},
            )
        if asks_readiness(entry):
            checks = context.checks.get(fixed_on, {})
            place = context.pk_of.get(entry.text("facility"), 0)
            if lacking := missing(checks.get(place, ())):
                problems.warn("fixed", _("Not ready: %(missing)s.") % {"missing": lacking})

    def _check_ruling(
        self, entry: RowEntry[CouncilMeeting], problems: Problems, context: Known
    ) -> None:
        held, conclusion = entry.day("held"), entry.text("conclusion")
        changed = {"held", "conclusion"}.intersection(entry.changed)
        if held and not conclusion:
            problems.refuse("conclusion", _("Give the conclusion as well."))
        if not held:
            for code in ("conclusion", "minutes", "paper"):
                if entry.text(code):
                    problems.refuse(code, _("Give the date on which it was held as well."))
        was = entry.old.get("held")
        if isinstance(was, date) and changed and not is_postponement(entry.old):
            problems.warn(
                "held" if "held" in changed else "conclusion",
                _(
                    "The council ruled on %(day)s: %(conclusion)s. Another evaluation is a council"
                    " with a code of its own."
                )
                % {
                    "day": self.column("held").show(was),
                    "conclusion": self.column("conclusion").show(entry.old["conclusion"]),
                },
            )
        if held is None or not changed:
            return
        days = [context.first_fixed.get(entry.row.pk)] if entry.row else []
        if (scheduled := entry.day("scheduled")) and "scheduled" in entry.changed:
            days.append(entry.day("fixed") or scheduled)
        first = min((day for day in days if day), default=None)
        if fault := rules.held_too_early(first, held):
            problems.refuse("held", fault)

    def _check_conditions(self, entry: RowEntry[CouncilMeeting], problems: Problems) -> None:
        if "conditions" not in entry.changed:
            return
        try:
            asked = conditions_in(entry.text("conditions"))
        except BadCell as error:
            problems.refuse("conditions", str(error))
            return
        held = entry.day("held")
        if asked and (held is None or is_postponement(entry.new)):
            problems.refuse("conditions", rules.conditions_before_ruling())
        elif held is not None:
            fault = next(filter(None, (rules.due_too_early(c.due_on, held) for c in asked)), "")
            if fault:
                problems.refuse("conditions", fault)

    def _check_after(
        self, entry: RowEntry[CouncilMeeting], problems: Problems, context: Known
    ) -> None:
        """What the register of milestones asks; a ruling in the same row is one."""
        place = entry.text("facility")
        standing = context.on_the_way.get(place, {})
        told = {
            code: entry.new.get(code) or (None if entry.row else standing.get(code))
            for code in self.logged_elsewhere
        }
        changed = {
            code for code, value in told.items() if (value or None) != (standing.get(code) or None)
        }
        for code in changed:
            if entry.is_second(context.told, (place, code)):
                problems.refuse(
                    code, _("Another row says this of the same facility. Keep it in one.")
                )
        held = entry.day("held")
        ruled = held is not None and not is_postponement(entry.new)
        new = {**standing, **told} | ({COUNCIL: held} if ruled else {})
        if ruled and entry.new.get("held") != entry.old.get("held"):
            changed |= {COUNCIL}
        found = Problems()
        check_order(new, changed, found)
        passes = ruled and entry.text("conclusion") in PASSING
        pk = context.pk_of.get(place, 0)
        if pk not in context.passed and not passes:
            check_counts(new, changed, found)
        check_way(new, changed, found, context.way.get(pk, WHOLE_WAY))
        check_numbers(told, found)
        own = {column.code for column in self.columns}
        for code, texts in found.warnings.items():
            for text in texts:
                problems.warn(code if code in own else "held", text)
        for code, texts in found.errors.items():
            for text in texts:
                problems.refuse(code, text)

    # --- Writing ------------------------------------------------------------------------

    def create(self, entries: list[RowEntry[CouncilMeeting]], writing: Writing) -> None:
        taken = set(CouncilMeeting.objects.values_list("code", flat=True))
        taken |= {entry.text("meeting") for entry in entries}
        for entry in entries:
            if not entry.text("meeting"):
                entry.new["meeting"] = code = _free_code(entry, taken, writing.on)
                taken.add(code)
        super().create(entries, writing)

    def refuse_withdrawal(self, rows: list[CouncilMeeting]) -> None:
        """What the page of a council wrote since is withdrawn there first."""
        keys = [row.pk for row in rows]
        others = (CouncilMember.objects, CouncilExamined.objects, GroupResult.objects)
        for some in chunks(keys):
            if (
                any(found.known().filter(meeting__in=some).exists() for found in others)
                or ConditionMet.objects.known().filter(condition__meeting__in=some).exists()
                or CouncilMeeting.objects.standing()
                .filter(follows__in=some)
                .exclude(pk__in=keys)
                .exists()
            ):
                raise ValidationError(
                    _("Members, findings or a later council hang on it. Withdraw those first."),
                    code="referred_to",
                )


def asks_readiness(entry: RowEntry[CouncilMeeting]) -> bool:
    """Whether a day to come is fixed; of a council that has met nobody asks whether it could."""
    return entry.day("scheduled") is not None and (
        "scheduled" in entry.changed and entry.day("held") is None
    )


def _first_fixed(keys: list[int]) -> dict[int, date]:
    found: dict[int, date] = {}
    for some in chunks(keys):
        dates = CouncilDate.objects.known().filter(meeting__in=some).order_by()
        found |= dict(dates.values_list("meeting").annotate(Min("effective_from")))
    return found


def _free_code(entry: RowEntry[CouncilMeeting], taken: set[str], on: date) -> str:
    year = (entry.day("held") or entry.day("scheduled") or on).year
    base = f"{entry.text('facility')[:30]}-{year}"
    return next(code for n in range(1, len(taken) + 2) if (code := f"{base}-{n}") not in taken)
