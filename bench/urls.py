"""The product's addresses, and beside them the constant answers to compare with (`bench.constant`)."""

from django.urls import include, path

from bench.constant import ConstantDocument, bare, constant_page
from bench.plain import ALERTS, ASSETS, PROCUREMENT, PROCUREMENTS

urlpatterns = [
    path("bench/bare/", bare),
    path("bench/page/", constant_page),
    path("api/bench/document/", ConstantDocument.as_view()),
    path("api/bench/assets/", ASSETS),
    path("api/bench/procurements/", PROCUREMENTS),
    path("api/bench/procurements/<int:pk>/", PROCUREMENT),
    path("api/bench/alerts/", ALERTS),
    path("", include("rollout.urls")),
]
