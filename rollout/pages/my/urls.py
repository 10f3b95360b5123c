"""Addresses of the officer's pages."""

from django.urls import path

from rollout.pages.my import home, row, step, waiting

urlpatterns = [
    path("", home.home, name="my"),
    path("nothing-changed/", home.nothing_changed, name="my-nothing-changed"),
    path("waiting/<slug:step>/", waiting.waiting, name="my-waiting"),
    path("<slug:code>/", row.own_list, name="my-list"),
    path("<slug:code>/new/", row.own_new, name="my-new"),
    path("<slug:code>/export.<slug:form>", row.own_export, name="my-export"),
    path("<slug:code>/<int:pk>/", row.own_form, name="my-row"),
    path("<slug:code>/<int:pk>/step/", step.own_step, name="my-step"),
]
