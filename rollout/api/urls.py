from django.urls import path

from rollout.api import exchange
from rollout.api.changes import ChangesView
from rollout.api.connections import ConnectionsView, ConnectionView
from rollout.api.councils import ACTS_OF_COUNCILS, CouncilView
from rollout.api.difference import DifferenceView
from rollout.api.forecast import ForecastView
from rollout.api.heartbeat import HeartbeatView
from rollout.api.papers import PapersView
from rollout.api.programme import AlertsView, DeadlinesView
from rollout.api.provinces import ProvincesView
from rollout.api.public import PublicSummaryView
from rollout.api.registers import RegistersView
from rollout.api.reporting import CheckingView, JudgeView, ReportView, UndoView
from rollout.api.schema import DocsView, SchemaView
from rollout.api.steering import (
    ACTS_OF_DIRECTIVES,
    ACTS_OF_OBSTACLES,
    DirectivesView,
    DirectiveView,
    ObstaclesView,
    ObstacleView,
)
from rollout.api.steps import StepsView
from rollout.api.views import FacilityProgressView, ProgressView, TrendView
from rollout.api.writing import BulkView, RowsView, RowView, WithdrawView

app_name = "api"
urlpatterns = [
    path("v1/progress/", ProgressView.as_view(), name="progress"),
    path("v1/progress/trend/", TrendView.as_view(), name="trend"),
    path(
        "v1/facilities/<slug:code>/progress/",
        FacilityProgressView.as_view(),
        name="facility-progress",
    ),
    path("v1/provinces/", ProvincesView.as_view(), name="provinces"),
    path("v1/connections/", ConnectionsView.as_view(), name="connections"),
    path(
        "v1/facilities/<slug:code>/connections/<slug:partner>/",
        ConnectionView.as_view(),
        name="facility-connection",
    ),
    path(
        "v1/facilities/<slug:code>/connections/<slug:partner>/heartbeat/",
        HeartbeatView.as_view(),
        name="heartbeat",
    ),
    path("v1/alerts/", AlertsView.as_view(), name="alerts"),
    path("v1/deadlines/", DeadlinesView.as_view(), name="deadlines"),
    path("v1/forecast/", ForecastView.as_view(), name="forecast"),
    path("v1/progress/difference/", DifferenceView.as_view(), name="difference"),
    path("v1/changes/", ChangesView.as_view(), name="changes"),
    path("v1/registers/", RegistersView.as_view(), name="registers"),
    path("v1/registers/<slug:register>/", RowsView.as_view(), name="register-rows"),
    path(
        "v1/registers/<slug:register>/<int:key>/",
        RowView.as_view(),
        name="register-row",
    ),
    path("v1/registers/<slug:register>/bulk/", BulkView.as_view(), name="register-bulk"),
    path(
        "v1/registers/<slug:register>/<int:key>/withdraw/",
        WithdrawView.as_view(),
        name="register-withdraw",
    ),
    path(
        "v1/registers/<slug:register>/<int:key>/steps/",
        StepsView.as_view(),
        name="register-steps",
    ),
    path("v1/papers/", PapersView.as_view(), name="papers"),
    path("v1/facilities/<slug:code>/reports/", ReportView.as_view(), name="report"),
    path("v1/checking/", CheckingView.as_view(), name="checking"),
    path("v1/checking/<uuid:change_set>/", JudgeView.as_view(), name="judge"),
    path("v1/change-sets/<uuid:change_set>/undo/", UndoView.as_view(), name="undo"),
    path("v1/councils/<str:code>/", CouncilView.as_view(), name="council"),
    path("v1/obstacles/", ObstaclesView.as_view(), name="obstacles"),
    path("v1/obstacles/<str:code>/", ObstacleView.as_view(), name="obstacle"),
    path("v1/directives/", DirectivesView.as_view(), name="directives"),
    path("v1/directives/<str:code>/", DirectiveView.as_view(), name="directive"),
    *(
        path(f"v1/{about}/<str:code>/{act}/", view.as_view(), name=f"{about[:-1]}-{act}")
        for about, views in (
            ("obstacles", ACTS_OF_OBSTACLES),
            ("directives", ACTS_OF_DIRECTIVES),
            ("councils", ACTS_OF_COUNCILS),
        )
        for act, view in views.items()
    ),
    path("v1/public/summary/", PublicSummaryView.as_view(), name="public-summary"),
    *exchange.urlpatterns,
    path("v1/schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
]
