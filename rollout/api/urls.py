from django.urls import path

from rollout.api.schema import DocsView, SchemaView
from rollout.api.views import FacilityProgressView, ProgressView, TrendView

app_name = "api"
urlpatterns = [
    path("v1/progress/", ProgressView.as_view(), name="progress"),
    path("v1/progress/trend/", TrendView.as_view(), name="trend"),
    path(
        "v1/facilities/<slug:code>/progress/",
        FacilityProgressView.as_view(),
        name="facility-progress",
    ),
    path("v1/schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
]
