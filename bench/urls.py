"""The product's addresses, and beside them the constant answers to compare with (`bench.constant`)."""

from django.urls import include, path

from bench.constant import ConstantDocument, constant_page

urlpatterns = [
    path("bench/page/", constant_page),
    path("api/bench/document/", ConstantDocument.as_view()),
    path("", include("rollout.urls")),
]
