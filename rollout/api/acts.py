"""The shapes of acts and of what they are about, for machines: English and ASCII, as `shapes.py`.

Codes name agencies, facilities, obstacles and directives; numbers name sessions, papers and entries.
"""

from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateField,
    DateTimeField,
    FileField,
    IntegerField,
    ListField,
    Serializer,
    SlugField,
)

from facilities.registers.steps import Paper as PaperOf
from rollout.api.serializers import Declared
from rollout.api.shapes import Cells, paper_field
from rollout.models import Conclusion, DirectiveEvent, Milestone, Obstacle, Solution
from rollout.programme.directives.reading import STATES

LARGEST = 2**63 - 1
WHY = "Why; it stays with the change."


def text(longest: int, told: str, *, required: bool = True) -> CharField:
    return CharField(
        max_length=longest, required=required, allow_blank=not required, help_text=told
    )


def number(told: str, *, required: bool = False) -> IntegerField:
    return IntegerField(
        min_value=1,
        max_value=LARGEST,
        required=required,
        allow_null=not required,
        help_text=told,
    )


def code(told: str, *, required: bool = False) -> CharField:
    return CharField(
        max_length=40, required=required, allow_null=not required, allow_blank=False, help_text=told
    )


class Done(Serializer):
    change_set = CharField(help_text="The change set it was written in.")
    entry = IntegerField(
        required=False,
        allow_null=True,
        help_text="The number of the entry that was made, by which it is withdrawn.",
    )


class Made(Done):
    code = CharField(help_text="Its address.")


# --- Papers -----------------------------------------------------------------------------------


class NewPaper(Serializer):
    file = FileField(help_text="A photo or a PDF, at most 10 MB.")
    title = text(300, "What it is, as a person would call it.")
    number = text(80, "The number of the paper.", required=False)
    issuer = text(200, "Who issued it.", required=False)
    issued_on = DateField(required=False, allow_null=True, help_text="The day of the paper.")


class StoredPaper(Done):
    paper = IntegerField(help_text="By this number writes and acts name it.")
    sha256 = CharField(help_text="Of the file as it was stored.")


# --- Steps ------------------------------------------------------------------------------------


class Step(Serializer):
    code = CharField()
    label: Declared = CharField(help_text="In the language of the reader.")
    state = ChoiceField(["reached", "next", "passed-over", "later"])
    on = DateField(allow_null=True, help_text="The day it was reached; null: not on record.")
    day = CharField(help_text="The column that holds this day.")
    cells = ListField(child=CharField(), help_text="What it fixes besides, as columns.")
    elsewhere = CharField(
        allow_blank=True, help_text="Why it is not recorded with this row; empty: it is."
    )


class Steps(Serializer):
    register = CharField()
    key = IntegerField()
    on = DateField()
    version = CharField(allow_null=True)
    steps = Step(many=True)
    generated_at = DateTimeField()


class NewStep(Serializer):
    step = text(40, "The code of the step.")
    values = Cells(help_text="The day of the step and what it fixes, by column.")
    because = text(500, WHY, required=False)
    number = text(80, "The number of the paper that proves it.", required=False)
    issued_on = DateField(
        required=False,
        allow_null=True,
        help_text="The day of the paper; that of the step if absent.",
    )
    issuer = text(200, "Who issued the paper.", required=False)
    kind = ChoiceField(PaperOf.values, required=False, help_text="The kind of the paper.")
    paper = paper_field()


# --- Reports and checking -----------------------------------------------------------------------


class Nothing(Serializer):
    """No member: an empty object."""


class Report(Done):
    facility = CharField()
    due_on = DateField(allow_null=True, help_text="The week that it answers; null: none is asked.")
    happened_on = DateField(allow_null=True)
    nothing_changed = BooleanField(allow_null=True)


class WaitingCell(Serializer):
    cell = IntegerField(help_text="By this number it is accepted or returned.")
    register = CharField()
    row = IntegerField()
    column = CharField(allow_blank=True, help_text="Empty: the row itself was made.")
    old = CharField(
        allow_blank=True, allow_null=True, help_text="Null: names a person, read in person."
    )
    new = CharField(
        allow_blank=True, allow_null=True, help_text="Null: names a person, read in person."
    )
    because = CharField(allow_blank=True)
    paper = IntegerField(allow_null=True)


class WaitingChangeSet(Serializer):
    change_set = CharField()
    facility = CharField()
    at = DateTimeField()
    cells = WaitingCell(many=True, help_text="Those not judged yet; none: nothing has changed.")
    url = CharField(help_text="Where it is judged.")


class Waiting(Serializer):
    count = IntegerField(help_text="How many wait in all.")
    partial = BooleanField()  # type: ignore[assignment]  # declared fields are no attributes
    change_sets = WaitingChangeSet(many=True, help_text="The oldest first.")
    next = CharField(allow_null=True)
    generated_at = DateTimeField()


class ReturnedCell(Serializer):
    cell = number("Of the cell.", required=True)
    because = text(500, "What is to be mended.")


class Judgement(Serializer):
    accept = ListField(
        child=number("Of a cell.", required=True), required=False, help_text="Cells that are right."
    )
    returned = ReturnedCell(many=True, required=False, help_text="Cells to be mended.")


class Judged(Done):
    left = IntegerField(help_text="How many cells of the change set are not judged yet.")


class Because(Serializer):
    because = text(500, WHY)


# --- Obstacles --------------------------------------------------------------------------------


class Hold(Serializer):
    facility = CharField(allow_null=True)
    milestone = ChoiceField(Milestone.values)
    since = DateField()
    until = DateField(allow_null=True, help_text="Free from this day on; null: still held.")
    days = IntegerField()


class ObstacleRead(Serializer):
    code = CharField()
    name = CharField()
    kind = ChoiceField(Obstacle.Kind.values)
    kind_label = CharField()
    raised_on = DateField()
    cleared_on = DateField(allow_null=True)
    agency = CharField(allow_null=True, help_text="Who can clear it, by its code.")
    supplier = CharField(allow_blank=True)
    legal_reference = CharField(allow_blank=True)
    session = IntegerField(allow_null=True)
    facility_days = IntegerField(help_text="Days lost, summed over facilities.")
    holds = Hold(many=True)
    url = CharField()
    generated_at = DateTimeField(required=False, help_text="Of one that is read alone.")


class Obstacles(Serializer):
    on = DateField()
    known_at = DateTimeField(allow_null=True)
    area = CharField(allow_null=True)
    partial = BooleanField()  # type: ignore[assignment]
    count = IntegerField()
    obstacles = ObstacleRead(many=True, help_text="The costliest first.")
    generated_at = DateTimeField()


class _Described(Serializer):
    name_vi = text(200, "The obstacle, in Vietnamese.", required=False)
    name_en = text(200, "In English.", required=False)
    kind = ChoiceField(Obstacle.Kind.values, required=False)
    raised_by = text(200, "By whom.", required=False)
    raised_by_en = text(200, "By whom, in English.", required=False)
    agency = code("The agency that can clear it.")
    supplier = text(200, "The supplier that can clear it.", required=False)
    legal_reference = text(300, "Legal reference.", required=False)
    session = number("The working session.")


class NewObstacle(_Described):
    code = SlugField(max_length=40)
    raised_on = DateField()
    name_vi = text(200, "The obstacle, in Vietnamese.")
    kind = ChoiceField(Obstacle.Kind.values)
    raised_by = text(200, "By whom.")
    source: Declared = text(300, "Where it is written.", required=False)
    paper = paper_field()


class ChangedObstacle(_Described):
    because = text(500, WHY)


class NewHold(Serializer):
    facilities = ListField(
        child=code("Of a facility.", required=True), min_length=1, max_length=500
    )
    milestone = ChoiceField(Milestone.values)
    since = DateField()
    source: Declared = text(300, "Where it is written.", required=False)
    paper = paper_field()


class EndedHold(Serializer):
    facility = code("Of the facility.", required=True)
    milestone = ChoiceField(Milestone.values)
    ends_on = DateField(help_text="The first day on which it is free.")
    because = text(500, WHY)


class Cleared(Serializer):
    cleared_on = DateField()
    source: Declared = text(300, "Where it is written.", required=False)
    paper = paper_field()


class UrgedAbout(Serializer):
    happened_on = DateField()
    agency = code("Who was urged.")
    whom = text(200, "Who was urged, where no agency was.", required=False)
    letter_number = text(80, "The number of the letter.", required=False)
    note = text(500, "A note.", required=False)
    paper = paper_field()


class NewSolution(Serializer):
    text_vi = text(2000, "What was proposed, in Vietnamese.")
    text_en = text(2000, "In English.", required=False)
    proposed_on = DateField()
    proposer = ChoiceField(Solution.Proposer.values)
    facility = code("If a facility proposed it.")
    agency = code("If an agency proposed it.")
    session = number("The working session.")
    source: Declared = text(300, "Where it is written.", required=False)


class SettledSolution(Serializer):
    solution = text(40, "The code of the solution.")
    happened_on = DateField()
    directive = code("That takes it up.")
    because = text(500, "Or why it was dropped.", required=False)


# --- Directives -------------------------------------------------------------------------------


class Event(Serializer):
    entry = IntegerField()
    kind = ChoiceField(DirectiveEvent.Kind.values)
    on = DateField()
    agency = CharField(allow_null=True)
    note = CharField(allow_blank=True)


class Moved(Serializer):
    entry = IntegerField()
    on = DateField()
    due_on = DateField()
    because = CharField(allow_blank=True)


class DirectiveRead(Serializer):
    code = CharField()
    text = CharField()
    issued_on = DateField()
    document_number = CharField(allow_blank=True)
    session = IntegerField(allow_null=True)
    lead = CharField(allow_null=True, help_text="Null: those that take part carry it out together.")
    coordinating = ListField(child=CharField())
    due_on = DateField(allow_null=True)
    first_due_on = DateField(allow_null=True)
    days_late = IntegerField()
    state = ChoiceField(list(STATES))
    state_label = CharField()
    closed_on = DateField(allow_null=True)
    urgings = IntegerField()
    events = Event(many=True)
    moved = Moved(many=True)
    url = CharField()
    generated_at = DateTimeField(required=False, help_text="Of one that is read alone.")


class Directives(Serializer):
    on = DateField()
    known_at = DateTimeField(allow_null=True)
    area = CharField(allow_null=True)
    count = IntegerField()
    directives = DirectiveRead(many=True, help_text="Open ones first, the nearest due first.")
    generated_at = DateTimeField()


class NewDirective(Serializer):
    text_vi = text(2000, "The directive, in Vietnamese.")
    text_en = text(2000, "In English.", required=False)
    issued_on = DateField()
    issued_by = text(200, "Issued by.")
    lead = code("The leading agency; without one those that take part carry it out together.")
    coordinating = ListField(
        child=code("Of an agency.", required=True), required=False, max_length=100
    )
    due_on = DateField(required=False, allow_null=True)
    session = number("The working session at which it was given.")
    document_number = text(80, "Or the number of the letter it was given by.", required=False)
    code = SlugField(max_length=40, required=False)
    paper = paper_field()


class OfAgency(Serializer):
    agency = code("In whose name, or about whose answer.", required=True)
    happened_on = DateField()
    note = text(2000, "What was done, or is missing.")


class Answered(OfAgency):
    paper = paper_field()


class ClosedDirective(Serializer):
    happened_on = DateField()
    note = text(2000, "A note.", required=False)
    paper = paper_field()


class MovedDirective(Serializer):
    on = DateField(help_text="The day on which it was moved.")
    due_on = DateField(help_text="The new day.")
    because = text(300, WHY)


class UrgedDirective(Serializer):
    agency = code("Who was urged.", required=True)
    happened_on = DateField()
    letter_number = text(80, "The number of the letter.", required=False)
    note = text(500, "A note.", required=False)
    paper = paper_field()


# --- Councils ---------------------------------------------------------------------------------


class Condition(Serializer):
    condition = IntegerField(help_text="By this number it is fulfilled.")
    text = CharField()
    due_on = DateField()
    met_on = DateField(allow_null=True)
    days_late = IntegerField(help_text="Working days.")


class CouncilRead(Serializer):
    code = CharField()
    facility = CharField()
    level = CharField()
    scheduled_on = DateField(allow_null=True)
    first_scheduled_on = DateField(allow_null=True)
    held_on = DateField(allow_null=True)
    conclusion = ChoiceField(Conclusion.values, allow_null=True)
    conditions = Condition(many=True)
    generated_at = DateTimeField()


class FixedDay(Serializer):
    scheduled_on = DateField(help_text="The day on which it meets.")
    set_on = DateField(help_text="The day on which that was fixed.")
    because = text(300, "Why it is moved.", required=False)
    override = text(300, "Why, although the facility is not ready.", required=False)


def votes() -> IntegerField:
    return IntegerField(min_value=0, max_value=99, required=False, allow_null=True)


class Ruling(Serializer):
    held_on = DateField()
    conclusion = ChoiceField(Conclusion.values)
    votes_for = votes()
    votes_against = votes()
    votes_abstained = votes()
    minutes_number = text(60, "The number of the minutes.", required=False)
    paper = paper_field()


class Basis(Serializer):
    basis = text(300, "On what the council judges.")


class NewCondition(Serializer):
    owner = text(200, "Who answers for it.")
    text = text(500, "What is to be put right.")
    due_on = DateField()


class MetCondition(Serializer):
    condition = number("Of the condition.", required=True)
    met_on = DateField()
    note = text(500, "A note.", required=False)
    paper = paper_field()


class TakenBackEntry(Serializer):
    entry = number("Of the event, the move or the urging.", required=True)
    because = text(500, WHY)


class TakenBack(Done):
    undoes = CharField(help_text="The change set that was taken back.")
