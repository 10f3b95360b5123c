"""The programme in the admin: milestones, councils, obstacles, directives, yardsticks, jobs."""

from django.contrib import admin

from facilities.administration import FactAdmin, ReadOnlyAdmin, TableAdmin
from rollout.models import (
    Alert,
    CouncilDate,
    CouncilMeeting,
    CouncilRuling,
    Directive,
    DirectiveEvent,
    JobRun,
    LegalDeadline,
    MeasureWeight,
    MilestoneEvent,
    MilestoneTarget,
    Obstacle,
    ObstacleCleared,
    ObstacleHold,
    Programme,
    ProgressSnapshot,
    WorkingSession,
)

admin.site.register(
    [
        CouncilDate,
        DirectiveEvent,
        LegalDeadline,
        MeasureWeight,
        MilestoneEvent,
        MilestoneTarget,
        Obstacle,
        ObstacleCleared,
        ObstacleHold,
        WorkingSession,
    ],
    FactAdmin,
)


@admin.register(Programme)
class ProgrammeAdmin(TableAdmin):
    def has_add_permission(self, request):
        return super().has_add_permission(request) and not Programme.objects.exists()

    def save_model(self, request, obj, form, change):
        obj.pk = 1  # the one row
        super().save_model(request, obj, form, change)


@admin.register(CouncilMeeting)
class CouncilMeetingAdmin(TableAdmin):
    fixed = ("code", "facility", "level")
    list_display = ("code", "facility_name", "level", "criteria")
    list_filter = ("level",)
    search_fields = ("code",)


@admin.register(CouncilRuling)
class CouncilRulingAdmin(FactAdmin):
    facility_of = "meeting"


@admin.register(Directive)
class DirectiveAdmin(FactAdmin):
    filter_horizontal = ("coordinating",)


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    seen_by = "sees_programme"
    list_display = ("what", "due_on", "severity", "level", "raised_on", "cleared_on")
    list_filter = (("cleared_on", admin.EmptyFieldListFilter), "severity", "rule")
    search_fields = ("what_vi", "what_en")


@admin.register(ProgressSnapshot)
class ProgressSnapshotAdmin(ReadOnlyAdmin):
    seen_by = "sees_programme"
    list_display = ("on", "facility_name", "measure", "done", "total", "share", "computed_at")
    list_filter = ("measure", ("facility", admin.EmptyFieldListFilter))
    date_hierarchy = "on"


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    seen_by = "sees_admin"
    list_display = ("job", "started_at", "duration", "rows", "error")
    list_filter = ("job", ("error", admin.EmptyFieldListFilter))
    date_hierarchy = "started_at"
