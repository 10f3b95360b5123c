"""The programme in the admin: milestones, councils, obstacles, directives, yardsticks, jobs."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from facilities.administration import FactAdmin, FactForm, ReadOnlyAdmin, TableAdmin
from facilities.grouping import grouped
from rollout.figures.measures import BY_CODE
from rollout.figures.snapshots import OVERALL
from rollout.models import (
    Absence,
    Alert,
    CouncilDate,
    CouncilMeeting,
    CouncilRuling,
    CriteriaGroup,
    CriteriaSet,
    Criterion,
    Directive,
    DirectiveEvent,
    JobRun,
    LegalDeadline,
    MeasureWeight,
    MilestoneEvent,
    MilestoneTarget,
    MilestoneTemplate,
    Obstacle,
    ObstacleCleared,
    ObstacleHold,
    Programme,
    ProgrammeArea,
    ProgressSnapshot,
    Solution,
    SolutionOutcome,
    StepNotNeeded,
    Tracking,
    WorkingSession,
)
from rollout.notices.alerts import RULES
from rollout.programme.directives import rules
from rollout.programme.services import record_milestone, record_ruling
from rollout.schedule import LABELS

if TYPE_CHECKING:
    from django.contrib.admin.filters import _ListFilterChoices
    from django_stubs_ext import StrOrPromise

MEASURES = {code: measure.label for code, measure in BY_CODE.items()}
MEASURES[OVERALL] = _("overall progress")


def filter_by(labels: "Mapping[str, StrOrPromise]") -> type[admin.AllValuesFieldListFilter]:
    """A filter over stored codes that shows them under their labels."""

    class LabelledFilter(admin.AllValuesFieldListFilter):
        def choices(self, changelist: ChangeList) -> "Iterator[_ListFilterChoices]":
            for choice in super().choices(changelist):
                shown = labels.get(str(choice["display"]), choice["display"])
                yield {**choice, "display": shown}

    return LabelledFilter


class MeasureLabel:
    """Mixin for rows about one measure: shows its label in the place of its code."""

    @admin.display(description=_("indicator"), ordering="measure")
    def measure_label(self, row: ProgressSnapshot) -> "StrOrPromise":
        return MEASURES.get(row.measure, row.measure)


admin.site.register(
    [
        Absence,
        CouncilDate,
        DirectiveEvent,
        LegalDeadline,
        MeasureWeight,
        MilestoneTarget,
        MilestoneTemplate,
        Obstacle,
        ObstacleCleared,
        ObstacleHold,
        ProgrammeArea,
        StepNotNeeded,
        Tracking,
        Solution,
        SolutionOutcome,
        WorkingSession,
    ],
    FactAdmin,
)


@admin.register(MilestoneEvent)
class MilestoneEventAdmin(FactAdmin):
    not_asked = ("source", "assumed")
    verb = staticmethod(record_milestone)
    verb_takes = (
        "facility",
        "milestone",
        "happened_on",
        "document",
    )


@admin.register(Programme)
class ProgrammeAdmin(TableAdmin):
    fixed = ("area",)


# A set that councils have ruled by stays as it is but for wording: the next circular is another set.
@admin.register(CriteriaSet)
class CriteriaSetAdmin(TableAdmin):
    fixed = ("code", "signed_on", "in_force_from")
    list_display = ("code", "name_vi", "in_force_from", "lapses_on")
    search_fields = ("code", "name_vi", "name_en")


@admin.register(CriteriaGroup)
class CriteriaGroupAdmin(TableAdmin):
    fixed = ("code", "criteria_set")
    list_display = ("code", "criteria_set", "number", "name_vi")
    list_filter = ("criteria_set",)
    search_fields = ("code", "name_vi", "name_en")


@admin.register(Criterion)
class CriterionAdmin(TableAdmin):
    fixed = ("code", "group")
    list_display = ("code", "group", "number", "name_vi", "grade")
    list_filter = ("group__criteria_set", "grade")
    search_fields = ("code", "name_vi", "name_en")


@admin.register(CouncilMeeting)
class CouncilMeetingAdmin(ReadOnlyAdmin):
    """To read. Meetings are entered and changed on their pages and in their register."""

    list_display = ("code", "facility_name", "level", "criteria_set")
    list_filter = ("level",)
    search_fields = ("code",)


@admin.register(CouncilRuling)
class CouncilRulingAdmin(FactAdmin):
    facility_of = "meeting"
    not_asked = ("source", "assumed")
    verb = staticmethod(record_ruling)
    verb_takes = (
        "meeting",
        "conclusion",
        "minutes_number",
        "document",
    )
    verb_calls = MappingProxyType({"held_on": "happened_on"})


class DirectiveForm(FactForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        fault = rules.nobody_answers(cleaned.get("lead"), cleaned.get("coordinating") or ())
        if "lead" in self.fields and fault:
            self.add_error("lead", fault)
        return cleaned


@admin.register(Directive)
class DirectiveAdmin(FactAdmin):
    form = DirectiveForm
    filter_horizontal = ("coordinating",)


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    seen_by = "sees_programme"
    list_display = ("what_is_due", "due_on", "severity", "level", "raised_on", "cleared_on")
    list_filter = (
        ("cleared_on", admin.EmptyFieldListFilter),
        "severity",
        ("rule", filter_by({code: rule.label for code, rule in RULES.items()})),
    )
    search_fields = ("what_vi", "what_en")

    @admin.display(description=_("what"))
    def what_is_due(self, alert: Alert) -> str:
        return alert.what


@admin.register(ProgressSnapshot)
class ProgressSnapshotAdmin(MeasureLabel, ReadOnlyAdmin):
    seen_by = "sees_programme"
    list_display = ("on", "facility_name", "measure_label", "done", "total", "share", "computed_at")
    list_filter = (("measure", filter_by(MEASURES)), ("facility", admin.EmptyFieldListFilter))
    date_hierarchy = "on"


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    seen_by = "sees_admin"
    list_display = ("job_label", "started_at", "time_taken", "rows", "error")
    fields = ("job_label", "started_at", "ended_at", "time_taken", "rows", "error")
    readonly_fields = ("job_label", "time_taken")
    list_filter = (("job", filter_by(LABELS)), ("error", admin.EmptyFieldListFilter))
    date_hierarchy = "started_at"

    @admin.display(description=_("job"), ordering="job")
    def job_label(self, run: JobRun) -> "StrOrPromise":
        return run.label

    @admin.display(description=_("time taken"))
    def time_taken(self, run: JobRun) -> str | None:
        if run.duration is None:
            return None
        seconds = grouped(run.duration.total_seconds(), 1)
        return gettext("%(seconds)s s") % {"seconds": seconds}
