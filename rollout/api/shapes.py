"""The shape of the documents of the programme, for the schema alone, as in `serializers.py`."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateField,
    DateTimeField,
    DictField,
    Field,
    FloatField,
    IntegerField,
    JSONField,
    ListField,
    Serializer,
)

from connectivity.pulse import CELL_LABELS
from facilities.exchange.columns import Kind, Value
from facilities.models import ChangeSet
from rollout.api.parameters import DEADLINE_RULES
from rollout.api.serializers import (
    AREA,
    GENERATED_AT,
    KNOWN_AT,
    MAP,
    NEWEST_ON,
    ON,
    PARTIAL,
    UNITS,
    Before,
    Cell,
    Deadline,
    Declared,
    Measure,
    Problem,
)
from rollout.day import MAPS
from rollout.figures.measures import BY_CODE
from rollout.forecasting.forecast import LACKING
from rollout.models import Alert as StoredAlert
from rollout.notices.escalation import RULES
from rollout.programme.connections import WORST_FIRST
from rollout.registers.writing import Outcome, Refusal

CHANGE_SET = _("The change set it was written in; null: nothing was to be written.")
COUNT = _("How many there are under all filters, in all answers of the list together.")
NEXT = _("Address of what follows in the list; null at its end.")
NO_ADDRESS = _("Null without a standing address.")
FACILITY = _("Its code; null where it is about the whole province.")
DAYS_LATE = _("Working days past the day it was due, on the day looked at; 0: not past it.")
SUBJECT = _("What is due; with rule, day and level it stays the same from day to day.")


@extend_schema_field(
    {"type": "object", "additionalProperties": {"type": ["string", "integer", "null"]}}
)
class Cells(DictField):
    """The cells of a row, by column."""

    child = JSONField(allow_null=True)


class Signs(Serializer):
    beats = IntegerField(help_text=_("Signals."))
    sent = IntegerField(help_text=_("Messages sent."))
    errors: Declared = IntegerField(help_text=_("Messages that failed."))


class Connection(Serializer):
    facility = CharField(help_text=_("The facility's code for life."))
    facility_name = CharField(help_text=_("As it is called today."))
    partner = CharField(help_text=_("The partner's code."))
    partner_name = CharField()
    state = ChoiceField(WORST_FIRST)
    state_label = CharField()
    last_at = DateTimeField(
        allow_null=True, help_text=_("The last signal of the standing address.")
    )
    expected_by = DateTimeField(
        allow_null=True, help_text=_("The last moment at which the next sign is in time.")
    )
    silent_after = DateTimeField(
        allow_null=True,
        help_text=_("When the grace period ends: delayed before it, no signal after it."),
    )
    interval_minutes = IntegerField(allow_null=True, help_text=NO_ADDRESS)
    grace_minutes = IntegerField(allow_null=True, help_text=NO_ADDRESS)
    today = Signs(
        allow_null=True, help_text=_("Since midnight, those of an address replaced today included.")
    )
    week = Signs(allow_null=True, help_text=_("In the last seven days, today included."))
    url = CharField(help_text=_("Its last ninety days in this API."))


ByState = inline_serializer("ByState", {state: IntegerField() for state in WORST_FIRST}).__class__


class Connections(Serializer):
    area = CharField(allow_null=True, help_text=AREA)
    partial = BooleanField(help_text=PARTIAL)  # type: ignore[assignment]  # declared fields are no attributes
    count = IntegerField(help_text=COUNT)
    totals = ByState(help_text=_("By state, whatever state is asked for; the other filters count."))
    connections = Connection(many=True, help_text=_("By the codes of facility and partner."))
    next = CharField(allow_null=True, help_text=NEXT)
    generated_at = DateTimeField(help_text=_("The moment it speaks of."))


class ConnectionDay(Signs):
    on = DateField()
    kind = ChoiceField(list(CELL_LABELS), help_text=_("As the strip of the page shows the day."))
    kind_label = CharField()


class ConnectionDays(Connection):
    days = ConnectionDay(
        many=True,
        allow_null=True,
        help_text=_("Ninety, oldest first, under whichever address; null without a standing one."),
    )
    generated_at = DateTimeField(help_text=_("The moment it speaks of."))


class Alert(Serializer):
    rule = ChoiceField(list(RULES))
    rule_label = CharField()
    subject = CharField(help_text=SUBJECT)
    level = IntegerField(help_text=_("0 before the day, 1 after it."))
    severity = ChoiceField(StoredAlert.Severity.values)
    severity_label = CharField()
    due_on = DateField(help_text=_("The last day in time."))
    days_late = IntegerField(help_text=DAYS_LATE)
    facility = CharField(allow_null=True, help_text=FACILITY)
    facility_name = CharField(allow_null=True, help_text=_("As it was called on that day."))
    what = CharField(help_text=_("In the reader's language."))
    raised_on = DateField()
    url = CharField(help_text=_("Page on which it is dealt with."))


BySeverity = inline_serializer(
    "BySeverity", {severity: IntegerField() for severity in StoredAlert.Severity.values}
).__class__


class Alerts(Serializer):
    on = DateField(help_text=ON)
    area = CharField(allow_null=True, help_text=AREA)
    partial = BooleanField(help_text=PARTIAL)  # type: ignore[assignment]  # declared fields are no attributes
    count = IntegerField(help_text=COUNT)
    totals = BySeverity(
        help_text=_("By severity, whatever severity is asked for; the other filters count.")
    )
    alerts = Alert(many=True, help_text=_("The first due first."))
    next = CharField(allow_null=True, help_text=NEXT)
    generated_at = DateTimeField(help_text=GENERATED_AT)


class Due(Serializer):
    rule = ChoiceField(DEADLINE_RULES)
    rule_label = CharField()
    subject = CharField(help_text=SUBJECT)
    state = ChoiceField(("late", "coming"))
    due_on = DateField(help_text=_("The last day in time."))
    days_late = IntegerField(help_text=DAYS_LATE)
    facility = CharField(allow_null=True, help_text=FACILITY)
    facility_name = CharField(allow_null=True, help_text=_("As it was called on that day."))
    what = CharField(help_text=_("In the reader's language."))


class LateAndComing(Serializer):
    late = IntegerField()
    coming = IntegerField()


class Deadlines(Serializer):
    on = DateField(help_text=ON)
    known_at = DateTimeField(allow_null=True, help_text=KNOWN_AT)
    map = ChoiceField(MAPS, help_text=MAP)
    area = CharField(allow_null=True, help_text=AREA)
    partial = BooleanField(help_text=PARTIAL)  # type: ignore[assignment]  # declared fields are no attributes
    until = DateField(help_text=_("What is due later than this day is not listed yet."))
    count = IntegerField(help_text=COUNT)
    totals = LateAndComing(
        help_text=_("By state, whatever state is asked for; the other filters count.")
    )
    deadlines = Due(many=True, help_text=_("The first due first, then by rule and subject."))
    next = CharField(allow_null=True, help_text=NEXT)
    generated_at = DateTimeField(help_text=GENERATED_AT)


class Foreseen(Serializer):
    likely_on = DateField(
        allow_null=True, help_text=_("Half of the walks are over by this day; null: not foreseen.")
    )
    safe_on = DateField(allow_null=True, help_text=_("Nine walks in ten are over by this day."))
    chance = FloatField(
        allow_null=True,
        help_text=_("To make the legal deadline, 0 to 1; null when not foreseen or no law."),
    )
    sample = IntegerField(
        allow_null=True, help_text=_("Durations behind the step with the fewest of them.")
    )
    done_on = DateField(allow_null=True, help_text=_("Since when records are used officially."))


class ForeseenFacility(Foreseen):
    code = CharField()
    name = CharField(help_text=_("As it was called on that day."))
    lacking = ChoiceField(
        list(LACKING),
        allow_null=True,
        help_text=_("Why nothing is foreseen; null when something is, or when it is done."),
    )
    lacking_label = CharField(allow_null=True)
    lacking_step = CharField(
        allow_null=True, help_text=_("The step too few have passed; null for other reasons.")
    )
    url = CharField(help_text=_("This facility in this API, on the same day."))


class ByLaw(Serializer):
    low = IntegerField(help_text=_("One walk in ten has as few."))
    middle = IntegerField()
    high = IntegerField(help_text=_("Nine walks in ten have no more."))


class Province(Serializer):
    code = CharField(help_text=_("What the parameter “area” of the other addresses asks for."))
    name = CharField(help_text=_("As it was called on that day."))
    facilities = IntegerField(help_text=_("How many facilities are counted."))
    public = IntegerField()
    private = IntegerField()
    overall = FloatField(
        allow_null=True, help_text=_("Mean of the facilities' weighted progress, 0 to 1.")
    )
    newest_on = DateField(allow_null=True, help_text=NEWEST_ON)
    official_in_90_days = IntegerField(
        help_text=_("Facilities that began official use in the 90 days up to the day.")
    )
    late = IntegerField(help_text=_("Facilities that are behind with something."))
    deadline = Deadline(
        allow_null=True,
        help_text=_("The nearest to come that binds one of them; null without one."),
    )
    measures = Measure(many=True)
    url = CharField(help_text=_("Its progress."))
    page = CharField(help_text=_("The page with its summary."))


class Provinces(Serializer):
    on = DateField(help_text=ON)
    known_at = DateTimeField(allow_null=True, help_text=KNOWN_AT)
    compare = DateField(allow_null=True, help_text=_("The day it is held against."))
    map = ChoiceField(MAPS, help_text=MAP)
    provinces = Province(many=True, help_text=_("By name."))
    generated_at = DateTimeField(help_text=GENERATED_AT)


class Forecast(Serializer):
    on = DateField(help_text=ON)
    known_at = DateTimeField(allow_null=True, help_text=KNOWN_AT)
    map = ChoiceField(MAPS, help_text=MAP)
    area = CharField(allow_null=True, help_text=AREA)
    partial = BooleanField(help_text=PARTIAL)  # type: ignore[assignment]  # declared fields are no attributes
    rule_version = IntegerField(
        help_text=_("Goes up when the same facts give another forecast than before.")
    )
    law_on = DateField(allow_null=True, help_text=_("The legal deadline; null without one."))
    official = IntegerField(help_text=_("Facilities that use records officially already."))
    unforeseen = IntegerField(help_text=_("Facilities of which too little is known."))
    by_law = ByLaw(
        allow_null=True,
        help_text=_("Facilities in official use by the legal deadline; null when not foreseen."),
    )
    province = Foreseen(help_text=_("Over when its last facility is."))
    facilities = ForeseenFacility(many=True, help_text=_("By code."))
    generated_at = DateTimeField(help_text=GENERATED_AT)


class Choice(Serializer):
    code = CharField()
    label: Declared = CharField()


class RegisterColumn(Serializer):
    code = CharField()
    label: Declared = CharField(help_text=_("In the reader's language, as the heading of a file."))
    kind = ChoiceField([kind.value for kind in Kind])
    writable: Declared = BooleanField(help_text=_("False: computed."))
    required: Declared = BooleanField(help_text=_("A row cannot be without it."))
    choices = Choice(
        many=True,
        allow_null=True,
        help_text=_("What it may be; null: anything, or the code of a facility or an area."),
    )


class RegisterOffered(Serializer):
    code = CharField()
    label: Declared = CharField()
    url = CharField()
    makes_rows = BooleanField(help_text=_("Whether new rows are entered."))
    columns = RegisterColumn(many=True)


class Registers(Serializer):
    registers = RegisterOffered(many=True)
    generated_at = DateTimeField(help_text=GENERATED_AT)


class RowOfRegister(Serializer):
    key = IntegerField()
    url = CharField()
    version = CharField(
        allow_null=True,
        help_text=_("To be sent as If-Match; null when not all of the row of today is shown."),
    )
    values = Cells(
        help_text=_("By column: a text, a whole number, a day, a code, or null where it is empty."),
    )


class RegisterRow(RowOfRegister):
    register = CharField()
    on = DateField(help_text=ON)
    known_at = DateTimeField(allow_null=True, help_text=KNOWN_AT)
    generated_at = DateTimeField(help_text=GENERATED_AT)


class RegisterRows(Serializer):
    register = CharField()
    on = DateField(help_text=ON)
    known_at = DateTimeField(allow_null=True, help_text=KNOWN_AT)
    area = CharField(allow_null=True, help_text=AREA)
    partial: Declared = BooleanField(help_text=PARTIAL)
    count = IntegerField(help_text=COUNT)
    rows = RowOfRegister(many=True)
    next = CharField(allow_null=True, help_text=NEXT)
    generated_at = DateTimeField(help_text=GENERATED_AT)


class Change(Serializer):
    change_set = CharField(help_text=_("What was written in one go."))
    kind = ChoiceField(ChangeSet.Kind.values)
    at = DateTimeField()
    register = CharField()
    key = IntegerField(help_text=_("Of the row."))
    replaces = IntegerField(
        allow_null=True,
        help_text=_("The key under which the row stood before, where it goes on under another."),
    )
    what = ChoiceField(("made", "changed", "withdrawn"))
    columns = ListField(child=CharField(), help_text=_("Which cells are others."))
    facility = CharField(allow_null=True, help_text=_("Its code; null: the row is of none."))
    url = CharField(help_text=_("The row."))


class Changes(Serializer):
    partial: Declared = BooleanField(help_text=PARTIAL)
    changes = Change(many=True)
    more = BooleanField(help_text=_("Whether there is more already."))
    since = CharField(help_text=_("Where to go on."))
    next = CharField(help_text=_("Address of what follows: now, or later."))
    generated_at = DateTimeField(help_text=GENERATED_AT)


def _both(name: str, make: Callable[[], Field]) -> Field:
    """A pair of the two days."""
    return inline_serializer(name, {"from": make(), "to": make()})


MeasureBetween = inline_serializer(
    "MeasureBetween",
    {
        "code": ChoiceField(list(BY_CODE)),
        "label": CharField(),
        "rule_version": IntegerField(),
        "unit": ChoiceField(UNITS),
        "from": Before(),
        "to": Before(),
        "change": IntegerField(
            allow_null=True, help_text=_("Null where one of the days is not known.")
        ),
    },
).__class__
FacilityBetween = inline_serializer(
    "FacilityBetween",
    {
        "code": CharField(),
        "name": CharField(),
        "what": ChoiceField(("changed", "came", "left")),
        "stage": _both("StageBetween", lambda: CharField(allow_null=True)),
        "measures": DictField(
            child=_both("CellBetween", lambda: Cell(allow_null=True)),
            help_text=_("By measure, those whose cell is another."),
        ),
    },
).__class__
Difference = inline_serializer(
    "Difference",
    {
        "from": DateField(),
        "to": DateField(),
        "known_at": DateTimeField(allow_null=True, help_text=KNOWN_AT),
        "map": ChoiceField(MAPS, help_text=MAP),
        "area": CharField(allow_null=True, help_text=AREA),
        "overall": _both("OverallBetween", lambda: FloatField(allow_null=True)),
        "measures": MeasureBetween(many=True),
        "facilities": FacilityBetween(many=True, help_text=_("By code.")),
        "generated_at": DateTimeField(help_text=GENERATED_AT),
    },
)


# --- Writing: these shapes are what is read, too ------------------------------------------------

VALUES = _("By column: a text, a whole number, a day as 2025-05-21, a code; null empties the cell.")
BECAUSE = _("Needed where a value that stands is replaced, or one is unusual.")
LONGEST_REASON = 500


class Heartbeat(Serializer):
    """Since the sign before."""

    sent = IntegerField(required=False, min_value=0, max_value=10**9, help_text=_("Messages sent."))
    errors: Declared = IntegerField(
        required=False, min_value=0, max_value=10**9, help_text=_("Messages that failed.")
    )


def paper_field() -> IntegerField:
    """A paper that was brought before, named by its number."""
    return IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**63 - 1,
        help_text="The paper that proves it: its number from /api/v1/papers/.",
    )


class NewRow(Serializer):
    values = Cells(help_text=VALUES)
    because = CharField(
        required=False, allow_blank=True, max_length=LONGEST_REASON, help_text=BECAUSE
    )
    paper = paper_field()


class ChangedRow(NewRow):
    """The cells to be changed; the others stay."""


class Withdrawal(Serializer):
    because = CharField(max_length=LONGEST_REASON, help_text=_("Why it was a mistake."))


class BulkRow(NewRow):
    key = IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**63 - 1,
        help_text=_("The row to be changed; without it a new one."),
    )
    version = CharField(
        required=False,
        allow_null=True,
        max_length=60,
        help_text=_("Of the row as it was read; “*”: whatever stands. Not of a new one."),
    )


class Bulk(Serializer):
    rows = ListField(child=BulkRow(), min_length=1, max_length=1000)
    mode = ChoiceField(
        ("all", "each"),
        required=False,
        help_text=_("all, if absent: all rows or none; each: those that may be."),
    )
    because = CharField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_REASON,
        help_text=_("For all rows that give no reason of their own."),
    )


class WrittenRow(RowOfRegister):
    register = CharField()
    outcome = ChoiceField([outcome.value for outcome in Outcome])
    change_set = CharField(allow_null=True, help_text=CHANGE_SET)
    on = DateField(help_text=ON)
    generated_at = DateTimeField(help_text=GENERATED_AT)


class WithdrawnRow(Serializer):
    register = CharField()
    key = IntegerField()
    change_set = CharField(help_text=CHANGE_SET)


class RowResult(Serializer):
    outcome = ChoiceField([outcome.value for outcome in Outcome])
    key = IntegerField(
        allow_null=True, help_text=_("Under which the row stands now; null: not made.")
    )
    url = CharField(allow_null=True)
    version = CharField(allow_null=True)
    refusal = ChoiceField([refusal.value for refusal in Refusal], allow_null=True)
    errors: Declared = DictField(child=ListField(child=CharField()))
    current = Cells(
        allow_null=True,
        help_text=_("What stands, where another version was meant."),
    )


class _Results(Serializer):
    register = CharField()
    change_set = CharField(allow_null=True, help_text=CHANGE_SET)
    made = IntegerField()
    changed = IntegerField()
    unchanged = IntegerField()
    refused = IntegerField()
    results = RowResult(many=True, help_text=_("One for each row, in the order sent."))


class BulkWritten(_Results):
    """What became of each row."""


class BulkProblem(_Results, Problem):
    """Why nothing was stored; without results, the whole could not be."""

    register = CharField(required=False)
    change_set = CharField(required=False, allow_null=True)
    made = IntegerField(required=False)
    changed = IntegerField(required=False)
    unchanged = IntegerField(required=False)
    refused = IntegerField(required=False)
    results = RowResult(many=True, required=False)
    errors: Declared = DictField(child=ListField(child=CharField()), required=False)


class NotStored(Problem):
    errors: Declared = DictField(child=ListField(child=CharField()), required=False)


class ChangedMeanwhile(Problem):
    """Both versions: what was sent, and what stands."""

    sent = Cells()
    current = Cells()
    version = CharField(help_text=_("Of what stands."))


def plain_values(values: Mapping[str, Value]) -> dict[str, Value]:
    """As JSON has them: what is empty is null, a whole number of any kind a number."""
    return {code: _plain(value) for code, value in values.items()}


def _plain(value: Value) -> Value:
    if value == "":
        return None
    return int(value) if isinstance(value, Decimal) else value
