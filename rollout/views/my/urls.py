"""Addresses of the officer's pages."""

from django.urls import path

from rollout.views.my import home, row, waiting

urlpatterns = [
    path("", home.home, name="my"),
    path("nothing-changed/", home.nothing_changed, name="my-nothing-changed"),
    path("waiting/<slug:step>/", waiting.waiting, name="my-waiting"),
    path("<slug:book>/", row.own_list, name="my-list"),
    path("<slug:book>/<int:pk>/", row.own_form, name="my-row"),
]
