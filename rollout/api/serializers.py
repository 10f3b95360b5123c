"""The shape of the documents, for the schema alone; a test holds them to `document.py`."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import inline_serializer
from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateField,
    DateTimeField,
    DictField,
    FloatField,
    IntegerField,
    ListField,
    Serializer,
)

from equipment.stages import Path, Stage
from facilities.evidence import Rung
from facilities.models import Ownership
from rollout.day import MAPS
from rollout.figures.measures import BY_CODE
from rollout.models import Conclusion, CouncilMeeting, LegalDeadline
from rollout.programme.stages import FacilityStage, NextStep

UNITS = ("facilities", "certificates")
STATES = ("done", "under_way", "not_begun", "unknown")
MILESTONE_STATES = (*STATES, "late", "blocked", "not_needed")
RUNGS = tuple(rung.code for rung in Rung)

ON = _("The day looked at.")
KNOWN_AT = _("As it was known at this moment; null: as known now.")
MAP = _("With the facilities of that day, or with those of today.")
PARTIAL = _(
    "Whether the reader's role or key is for an area, and this is of its facilities only; what "
    "concerns no one facility is left out."
)
AREA = _("The code of the area whose facilities are counted; null: of all of them.")
GENERATED_AT = _("When the figures were computed. The entity tag does not depend on it.")
SHARE = _("Part of one. Above 1 when more is done than was planned; null when not known.")
DONE = _("Null where nothing is known: that is no zero.")
TOTAL = _("Out of how many, where it is known; null when it is known nowhere.")
NEWEST_ON = _("Day of the newest entry that counts here; null without any.")
SLIP_DAYS = _("Days after (+) or before (-) the first target.")
DETAIL_ONLY = _("Null without the right to see the rows of this facility.")

Declared = Any
"""A field named as an attribute of every serializer. The metaclass sets it aside; the stubs do not."""


class Scope(Serializer):
    area = CharField(allow_null=True, help_text=AREA)
    name = CharField(help_text=_("The province, or the area, as it was called on that day."))
    facilities = IntegerField(help_text=_("How many facilities are counted."))
    ownership = ChoiceField((*Ownership.values, "mixed"))
    public = IntegerField()
    private = IntegerField()


Evidence = inline_serializer("Evidence", {code: IntegerField() for code in RUNGS}).__class__


class Before(Serializer):
    done = IntegerField(allow_null=True, help_text=DONE)
    total = IntegerField(allow_null=True, help_text=TOTAL)
    share = FloatField(allow_null=True, help_text=SHARE)


class Measure(Serializer):
    code = ChoiceField(list(BY_CODE))
    label: Declared = CharField()
    rule = CharField(help_text=_("How it is counted, in words."))
    rule_version = IntegerField()
    unit = ChoiceField(UNITS)
    weight = FloatField(help_text=_("How much it counts in the weighted progress."))
    state = ChoiceField(STATES)
    done = IntegerField(allow_null=True, help_text=DONE)
    total = IntegerField(allow_null=True, help_text=TOTAL)
    share = FloatField(allow_null=True, help_text=SHARE)
    missing = IntegerField(allow_null=True)
    beyond = IntegerField(
        help_text=_("Of those done, how many take part without having to: not part of the total.")
    )
    known = IntegerField(
        help_text=_("Facilities of which it is known: total and share are theirs.")
    )
    unknown = IntegerField(help_text=_("Facilities of which it is not known."))
    tracked = BooleanField(
        help_text=_("False where it is about some facility, and nothing is known of any.")
    )
    begun = IntegerField(help_text=_("Facilities that have begun and not finished."))
    expected_by = DateField(
        allow_null=True,
        help_text=_(
            "The latest day on which the missing ones were planned to come; one before “on” has "
            "passed without them."
        ),
    )
    nothing_since = DateField(
        allow_null=True,
        help_text=_(
            "The day of the newest entry, where it is older than the reporting calendar allows "
            "and nobody has reported since; else null."
        ),
    )
    evidence = Evidence(help_text=_("How many of those done have each level of evidence."))
    newest_on = DateField(allow_null=True, help_text=NEWEST_ON)
    before = Before(allow_null=True, help_text=_("On the compared day; null without one."))
    change = IntegerField(allow_null=True, help_text=_("Done now less done on the compared day."))
    url = CharField(help_text=_("Page with the rows behind the figure."))


class Figure(Serializer):
    code = CharField()
    group = ChoiceField(("device", "his_level", "hosting"))
    label: Declared = CharField()
    value = IntegerField()
    facilities = IntegerField(help_text=_("At how many facilities."))
    evidence = Evidence()
    newest_on = DateField(allow_null=True, help_text=NEWEST_ON)
    url = CharField(help_text=_("Page with the rows behind the figure."))


class Cell(Serializer):
    done = IntegerField(allow_null=True, help_text=DONE)
    total = IntegerField(allow_null=True, help_text=TOTAL)
    share = FloatField(allow_null=True, help_text=SHARE)
    state = ChoiceField(STATES)


class CellWithEvidence(Cell):
    label: Declared = CharField()
    evidence = Evidence()
    newest_on = DateField(allow_null=True, help_text=NEWEST_ON)


class Milestone(Serializer):
    baseline = DateField(allow_null=True, help_text=_("The first target that was set."))
    target = DateField(allow_null=True, help_text=_("The target that holds now."))
    actual = DateField(allow_null=True, help_text=_("The day it was reached."))
    slip_days = IntegerField(allow_null=True, help_text=SLIP_DAYS)
    state = ChoiceField(MILESTONE_STATES)


class MilestoneWithCause(Milestone):
    label: Declared = CharField()
    because = CharField(allow_null=True, help_text=_("Why the target was moved."))
    held_by = CharField(allow_null=True, help_text=_("The obstacle that blocks it."))


class FacilityHead(Serializer):
    code = CharField()
    name = CharField(help_text=_("As it was called on that day."))
    kind = CharField(allow_null=True)
    kind_label = CharField()
    ownership = ChoiceField(Ownership.choices, allow_null=True)
    managed_by = CharField(allow_null=True, help_text=_("Code of the body that manages it."))
    managed_by_label = CharField()
    obliged = BooleanField(
        help_text=_("Whether it has to; false: it takes part without having to.")
    )
    area = CharField(help_text=_("Where it lay on that day; empty when not recorded."))
    stage = ChoiceField(FacilityStage.choices)
    stage_label = CharField()
    next_step = ChoiceField(NextStep.choices)
    next_step_label = CharField()
    progress = FloatField(allow_null=True, help_text=_("Weighted over the measures, 0 to 1."))
    days_late = IntegerField(
        help_text=_("Working days that it is late with anything but a report, at most; 0: none.")
    )
    council_on = DateField(
        allow_null=True, help_text=_("Date of the council meeting that has not ruled yet.")
    )
    url = CharField(help_text=_("This facility in this API, on the same day."))


class Facility(FacilityHead):
    measures = DictField(child=Cell(), help_text=_("By the measure's code."))
    milestones = DictField(child=Milestone(), help_text=_("By the milestone's code."))


class Deadline(Serializer):
    code = CharField()
    name = CharField()
    basis = CharField(help_text=_("The legal text that sets it."))
    on = DateField(help_text=_("The last day in time."))
    days_left = IntegerField(help_text=_("Negative once it has passed."))
    set_by = ChoiceField(LegalDeadline.SetBy.choices)
    applies_to = ChoiceField(LegalDeadline.AppliesTo.choices)
    applies_to_label = CharField()


class Progress(Serializer):
    on = DateField(help_text=ON)
    known_at = DateTimeField(allow_null=True, help_text=KNOWN_AT)
    compare = DateField(allow_null=True, help_text=_("The day it is held against."))
    map = ChoiceField(MAPS, help_text=MAP)
    scope = Scope()
    overall = FloatField(
        allow_null=True, help_text=_("Mean of the facilities' weighted progress, 0 to 1.")
    )
    newest_on = DateField(allow_null=True, help_text=NEWEST_ON)
    measures = Measure(many=True)
    figures = Figure(many=True)
    facilities = Facility(many=True, help_text=_("Longest overdue first, then least progress."))
    deadlines = Deadline(many=True, help_text=_("Nearest first."))
    generated_at = DateTimeField(help_text=GENERATED_AT)


class ProcurementStage(Serializer):
    code = ChoiceField(Stage.choices)
    label: Declared = CharField()
    baseline = DateField(allow_null=True, help_text=_("The first target that was set."))
    target = DateField(allow_null=True, help_text=_("The target that holds now."))
    actual = DateField(allow_null=True, help_text=_("The day it was reached."))
    slip_days = IntegerField(allow_null=True, help_text=SLIP_DAYS)
    because = CharField(help_text=_("Why the target was moved."))
    amount = IntegerField(allow_null=True, help_text=_("In dong."))
    evidence = ChoiceField(RUNGS, allow_null=True)


class Procurement(Serializer):
    code = CharField()
    title = CharField()
    path = ChoiceField(Path.choices)
    path_label = CharField()
    reached = ChoiceField(
        Stage.choices, allow_null=True, help_text=_("The furthest stage reached.")
    )
    bidding_ends_on = DateField(
        allow_null=True, help_text=_("By when the award is expected; null once it is decided.")
    )
    stages = ProcurementStage(many=True, help_text=_("In the order of the law."))


class Council(Serializer):
    code = CharField()
    level = ChoiceField(CouncilMeeting.Level.choices)
    level_label = CharField()
    criteria = CharField()
    first_scheduled_on = DateField(allow_null=True)
    scheduled_on = DateField(allow_null=True, help_text=_("The date that holds now."))
    because = CharField(help_text=_("Why the date was moved."))
    held_on = DateField(allow_null=True)
    slip_days = IntegerField(allow_null=True)
    conclusion = ChoiceField(
        Conclusion.choices, allow_null=True, help_text=_("Null before the council has met.")
    )
    conclusion_label = CharField()
    minutes_number = CharField()
    evidence = ChoiceField(RUNGS, allow_null=True)


class ExternalCode(Serializer):
    system = CharField(
        help_text=_("Who gives it: insurance, national-id, tax, budget, licence ...")
    )
    label: Declared = CharField()
    code = CharField(help_text=_("A text: leading zeros belong to it."))
    effective_from = DateField(help_text=_("Until another one of the system replaces it."))


class FacilityProgress(FacilityHead):
    on = DateField(help_text=ON)
    known_at = DateTimeField(allow_null=True, help_text=KNOWN_AT)
    map = ChoiceField(MAPS, help_text=MAP)
    measures = DictField(child=CellWithEvidence(), help_text=_("By the measure's code."))
    milestones = DictField(child=MilestoneWithCause(), help_text=_("By the milestone's code."))
    external_codes = ExternalCode(
        many=True, help_text=_("What other systems called it on that day.")
    )
    late_for = CharField(allow_null=True, help_text=_("What it is late with longest."))
    procurements = Procurement(many=True, allow_null=True, help_text=DETAIL_ONLY)
    councils = Council(many=True, allow_null=True, help_text=DETAIL_ONLY)
    generated_at = DateTimeField(help_text=GENERATED_AT)


class Point(Serializer):
    on = DateField()
    done = IntegerField(allow_null=True, help_text=DONE)
    total = IntegerField(allow_null=True, help_text=TOTAL)
    share = FloatField(allow_null=True, help_text=SHARE)


Trend = inline_serializer(
    "Trend",
    {
        "from": DateField(help_text=_("The first day.")),
        "to": DateField(help_text=_("The last day, included.")),
        "known_at": DateTimeField(allow_null=True, help_text=KNOWN_AT),
        "map": ChoiceField(MAPS, help_text=MAP),
        "area": CharField(allow_null=True, help_text=AREA),
        "measure": ChoiceField(list(BY_CODE)),
        "label": CharField(),
        "rule": CharField(help_text=_("How it is counted, in words.")),
        "rule_version": IntegerField(),
        "unit": ChoiceField(UNITS),
        "points": Point(many=True, help_text=_("One for every day.")),
        "generated_at": DateTimeField(help_text=GENERATED_AT),
    },
)


class Problem(Serializer):
    """Why a request was refused: problem details of RFC 9457."""

    type = CharField(help_text=_("Which refusal it is, for programs: urn:emr-rollout:problem:…"))
    title = CharField(help_text=_("The same in words, in the reader's language."))
    status = IntegerField()
    detail = CharField(help_text=_("What is wrong here, in the reader's language."))


class Invalid(Problem):
    """What is wrong, by parameter or by cell."""

    errors: Declared = DictField(child=ListField(child=CharField()))


class Successor(Serializer):
    code = CharField()
    name = CharField()
    url = CharField(help_text=_("Its document on the day asked about."))


class Gone(Problem):
    """The facility is no longer in the register."""

    on = DateField(help_text=_("Since when."))
    successors = Successor(
        many=True, help_text=_("Who carries on for it; empty when it was closed.")
    )
