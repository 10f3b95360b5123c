"""Which file of a province's folder fills which table, in the order they depend on each other.

A cell for another row holds what the files call that row: its code, or, for documents, sessions and
obstacles, the first column of their own file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Field, ManyToManyField, Model

from connectivity.models import ConnectionStep, Partner
from equipment.models import (
    DeviceMovement,
    DeviceNorm,
    DeviceType,
    Hosting,
    ItLevel,
    Procurement,
    ProcurementLot,
    StageEvent,
    StageTarget,
)
from facilities.models import (
    Agency,
    Area,
    AreaCode,
    AreaName,
    AreaParent,
    CalendarDay,
    CodeSystem,
    Document,
    ExternalCode,
    Facility,
    FacilityArea,
    FacilityBeds,
    FacilityKind,
    FacilityLevel,
    FacilityLineage,
    FacilityName,
    FacilityOwnership,
    FacilityScope,
    Kind,
    KindTerm,
    ManagingBody,
    ManagingBodyTerm,
    Record,
)
from rollout.models import (
    Absence,
    ConditionMet,
    CouncilCondition,
    CouncilDate,
    CouncilMeeting,
    CouncilMember,
    CouncilRuling,
    CriteriaGroup,
    CriteriaSet,
    Criterion,
    Directive,
    DirectiveDue,
    DirectiveEvent,
    LegalDeadline,
    MeasureWeight,
    MilestoneEvent,
    MilestoneTarget,
    MilestoneTemplate,
    Obstacle,
    ObstacleCleared,
    ObstacleHold,
    ReportingCalendar,
    SessionConclusion,
    Solution,
    SolutionOutcome,
    StepNotNeeded,
    Tracking,
    WorkingSession,
)
from signatures.models import Batch, SignatureNeed, SigningRule

PROOF = ("document", "source", "assumed")


@dataclass(frozen=True)
class Sheet:
    """One table filled from one file. The `key` fields tell a row from every other of its table.

    Several sheets may read one file: then `takes` names the fields that are this sheet's own, a
    row that leaves them all empty says nothing to it, and rows may repeat a key.
    """

    name: str
    model: type[Model]
    key: tuple[str, ...]
    file: str = ""
    takes: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()  # fields of which one at least is filled
    column_of: Mapping[str, str] = field(default_factory=dict)  # field -> column, where they differ

    @property
    def file_name(self) -> str:
        return f"{self.file or self.name}.csv"

    @property
    def is_record(self) -> bool:
        return issubclass(self.model, Record)

    def fields(self) -> list[Field | ManyToManyField]:
        """What this sheet fills of the row. Only rows of other sheets can be named in a cell."""
        found = [
            f
            for f in (*self.model._meta.concrete_fields, *self.model._meta.many_to_many)
            if f.editable
            and not f.primary_key
            and f.name != "file"
            and (not f.is_relation or f.related_model in SHEET_OF)
        ]
        if not self.takes:
            return found
        own = {*self.key, *self.takes, *PROOF}
        return [f for f in found if f.name in own]


def _of_facility(name: str, model: type[Model], *takes: str) -> Sheet:
    return Sheet(name, model, ("facility", "effective_from"), file="facilities", takes=takes)


SHEETS = (
    Sheet("documents", Document, ("code",)),
    Sheet("areas", Area, ("code",), takes=("code", "level"), column_of={"code": "area"}),
    Sheet(
        "area_names",
        AreaName,
        ("area", "effective_from"),
        file="areas",
        takes=("name_vi", "name_en"),
    ),
    Sheet("area_parents", AreaParent, ("area", "effective_from"), file="areas", takes=("parent",)),
    Sheet("agencies", Agency, ("code",)),
    Sheet("calendar_days", CalendarDay, ("day",)),
    Sheet("kinds", Kind, ("code",), takes=("code",), column_of={"code": "kind"}),
    Sheet(
        "kind_terms",
        KindTerm,
        ("kind", "effective_from"),
        file="kinds",
        takes=(
            "name_vi",
            "name_en",
            "deadline_group",
            "group_without_beds",
            "asks_committee",
            "signers_vi",
            "signers_en",
        ),
    ),
    Sheet("managing_bodies", ManagingBody, ("code",), takes=("code",), column_of={"code": "body"}),
    Sheet(
        "managing_body_terms",
        ManagingBodyTerm,
        ("body", "effective_from"),
        file="managing_bodies",
        takes=("name_vi", "name_en", "is_local"),
    ),
    Sheet("milestone_templates", MilestoneTemplate, ("kind", "milestone", "effective_from")),
    Sheet("facilities", Facility, ("code",), takes=("code",), column_of={"code": "facility"}),
    _of_facility("facility_names", FacilityName, "name_vi", "name_en"),
    _of_facility("facility_kinds", FacilityKind, "kind"),
    _of_facility("facility_ownerships", FacilityOwnership, "ownership", "managed_by"),
    _of_facility("facility_scopes", FacilityScope, "scope", "because"),
    _of_facility("facility_areas", FacilityArea, "area"),
    _of_facility("facility_beds", FacilityBeds, "has_beds", "beds"),
    _of_facility("facility_levels", FacilityLevel, "level", "facility_class"),
    Sheet("code_systems", CodeSystem, ("code",)),
    Sheet("area_codes", AreaCode, ("area", "system", "effective_from")),
    Sheet("external_codes", ExternalCode, ("facility", "system", "effective_from")),
    Sheet("facility_lineage", FacilityLineage, ("predecessor", "successor", "effective_from")),
    Sheet("device_types", DeviceType, ("code",)),
    Sheet("device_norms", DeviceNorm, ("device_type", "kind", "facility", "effective_from")),
    Sheet("procurements", Procurement, ("code",)),
    Sheet("procurement_lots", ProcurementLot, ("procurement", "facility", "device_type")),
    Sheet("stage_targets", StageTarget, ("procurement", "stage", "effective_from")),
    Sheet("stage_events", StageEvent, ("procurement", "stage")),
    Sheet(
        "device_movements",
        DeviceMovement,
        ("facility", "device_type", "happened_on", "reason", "procurement"),
    ),
    Sheet("it_levels", ItLevel, ("facility", "happened_on")),
    Sheet("hosting", Hosting, ("facility", "happened_on")),
    Sheet("signature_needs", SignatureNeed, ("facility", "effective_from")),
    Sheet("signing_rules", SigningRule, ("facility", "unit", "duty", "effective_from")),
    Sheet("batches", Batch, ("code",)),
    Sheet("partners", Partner, ("code",)),
    Sheet("connection_steps", ConnectionStep, ("facility", "partner", "step", "attempt")),
    Sheet("milestone_targets", MilestoneTarget, ("facility", "milestone", "effective_from")),
    Sheet("milestone_events", MilestoneEvent, ("facility", "milestone")),
    Sheet("criteria_sets", CriteriaSet, ("code",)),
    Sheet("criteria_groups", CriteriaGroup, ("code",)),
    Sheet("criteria", Criterion, ("code",)),
    Sheet("council_meetings", CouncilMeeting, ("code",)),
    Sheet("council_dates", CouncilDate, ("meeting", "effective_from")),
    Sheet("council_members", CouncilMember, ("meeting", "name", "organisation")),
    Sheet("council_rulings", CouncilRuling, ("meeting",)),
    Sheet("council_conditions", CouncilCondition, ("code",)),
    Sheet("conditions_met", ConditionMet, ("condition",)),
    Sheet("working_sessions", WorkingSession, ("code",)),
    Sheet("session_conclusions", SessionConclusion, ("session",)),
    Sheet("obstacles", Obstacle, ("code",)),
    Sheet("obstacle_holds", ObstacleHold, ("obstacle", "facility", "milestone")),
    Sheet("obstacles_cleared", ObstacleCleared, ("obstacle",)),
    Sheet("directives", Directive, ("code",), one_of=("lead", "coordinating")),
    Sheet("directive_dues", DirectiveDue, ("directive", "effective_from")),
    Sheet("directive_events", DirectiveEvent, ("directive", "kind", "happened_on")),
    Sheet("solutions", Solution, ("code",), one_of=("obstacle", "session")),
    Sheet("solution_outcomes", SolutionOutcome, ("solution",), one_of=("directive", "because")),
    Sheet("legal_deadlines", LegalDeadline, ("code", "effective_from")),
    Sheet("reporting_calendars", ReportingCalendar, ("effective_from", "area")),
    Sheet("measure_weights", MeasureWeight, ("measure", "kind", "effective_from")),
    Sheet("tracking", Tracking, ("measure", "area", "kind", "effective_from")),
    Sheet("absences", Absence, ("facility", "measure")),
    Sheet("steps_not_needed", StepNotNeeded, ("gap",)),
)

SHEET_OF = {sheet.model: sheet for sheet in SHEETS}
