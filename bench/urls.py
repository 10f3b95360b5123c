"""The product's addresses, and beside them the constant answers to compare with (`bench.constant`)."""

from django.urls import include, path

from bench.constant import ConstantDocument, bare, constant_page

urlpatterns = [
    path("bench/bare/", bare),
    path("bench/page/", constant_page),
    path("api/bench/document/", ConstantDocument.as_view()),
    path("", include("rollout.urls")),
]
