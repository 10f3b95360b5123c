from rollout.models.computed import Alert, JobRun, ProgressSnapshot
from rollout.models.councils import (
    Conclusion,
    CouncilDate,
    CouncilMeeting,
    CouncilRuling,
)
from rollout.models.desk import HeadingChoice, ImportFile, SavedView
from rollout.models.milestones import Milestone, MilestoneEvent, MilestoneTarget
from rollout.models.programme import LegalDeadline, MeasureWeight, Programme
from rollout.models.reporting import ReportingCalendar, ReportingException, StatusReport
from rollout.models.steering import (
    Directive,
    DirectiveEvent,
    Obstacle,
    ObstacleCleared,
    ObstacleHold,
    WorkingSession,
)

__all__ = [
    "Alert",
    "Conclusion",
    "CouncilDate",
    "CouncilMeeting",
    "CouncilRuling",
    "Directive",
    "DirectiveEvent",
    "HeadingChoice",
    "ImportFile",
    "JobRun",
    "LegalDeadline",
    "MeasureWeight",
    "Milestone",
    "MilestoneEvent",
    "MilestoneTarget",
    "Obstacle",
    "ObstacleCleared",
    "ObstacleHold",
    "Programme",
    "ProgressSnapshot",
    "ReportingCalendar",
    "ReportingException",
    "SavedView",
    "StatusReport",
    "WorkingSession",
]
