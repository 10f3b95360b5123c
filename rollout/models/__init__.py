from rollout.models.api_calls import ApiCall
from rollout.models.computed import Alert, JobRun, ProgressSnapshot
from rollout.models.councils import (
    Conclusion,
    ConditionMet,
    CouncilCondition,
    CouncilDate,
    CouncilExamined,
    CouncilMeeting,
    CouncilMember,
    CouncilRuling,
    CouncilScore,
    GroupResult,
    Mark,
)
from rollout.models.criteria import CriteriaGroup, CriteriaSet, Criterion
from rollout.models.desk import HeadingChoice, ImportFile, SavedView
from rollout.models.directives import Directive, DirectiveDue, DirectiveEvent, Urging
from rollout.models.forecasts import Forecast
from rollout.models.measure_codes import MeasureCode
from rollout.models.milestones import (
    Milestone,
    MilestoneEvent,
    MilestoneTarget,
    MilestoneTemplate,
)
from rollout.models.obstacles import Obstacle, ObstacleCleared, ObstacleHold
from rollout.models.papers import IssuedPaper
from rollout.models.programme import LegalDeadline, MeasureWeight, Programme, ProgrammeArea
from rollout.models.reminders import (
    AlertResponse,
    Audience,
    EscalationStep,
    FeedAddress,
    HolderMessage,
    Message,
    Notice,
    PostBox,
)
from rollout.models.reporting import ReportingCalendar, ReportingException, StatusReport
from rollout.models.sessions import AgendaItem, PublishedBrief, SessionConclusion, WorkingSession
from rollout.models.solutions import Solution, SolutionOutcome
from rollout.models.tracking import Absence, StepNotNeeded, Tracking
from rollout.models.webhooks import Webhook, WebhookCall

__all__ = [
    "Absence",
    "AgendaItem",
    "Alert",
    "AlertResponse",
    "ApiCall",
    "Audience",
    "Conclusion",
    "ConditionMet",
    "CouncilCondition",
    "CouncilDate",
    "CouncilExamined",
    "CouncilMeeting",
    "CouncilMember",
    "CouncilRuling",
    "CouncilScore",
    "CriteriaGroup",
    "CriteriaSet",
    "Criterion",
    "Directive",
    "DirectiveDue",
    "DirectiveEvent",
    "EscalationStep",
    "FeedAddress",
    "Forecast",
    "GroupResult",
    "HeadingChoice",
    "HolderMessage",
    "ImportFile",
    "IssuedPaper",
    "JobRun",
    "LegalDeadline",
    "Mark",
    "MeasureCode",
    "MeasureWeight",
    "Message",
    "Milestone",
    "MilestoneEvent",
    "MilestoneTarget",
    "MilestoneTemplate",
    "Notice",
    "Obstacle",
    "ObstacleCleared",
    "ObstacleHold",
    "PostBox",
    "Programme",
    "ProgrammeArea",
    "ProgressSnapshot",
    "PublishedBrief",
    "ReportingCalendar",
    "ReportingException",
    "SavedView",
    "SessionConclusion",
    "Solution",
    "SolutionOutcome",
    "StatusReport",
    "StepNotNeeded",
    "Tracking",
    "Urging",
    "Webhook",
    "WebhookCall",
    "WorkingSession",
]
