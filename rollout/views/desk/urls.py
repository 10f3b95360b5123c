"""Addresses of the desk. Lists come last: their codes must not hide the other pages."""

from django.urls import path

from rollout.views.desk import (
    acts,
    assets,
    bulk,
    calendar,
    checking,
    contradictions,
    home,
    lists,
    record,
    reorganise,
    reporting,
    shortfalls,
    stocktake,
)

urlpatterns = [
    path("", home.home, name="desk"),
    path("checking/", checking.checking, name="checking"),
    path("checking/<uuid:pk>/", checking.checking_act, name="checking-act"),
    path("contradictions/", contradictions.contradiction_list, name="contradictions"),
    path("acts/", acts.act_list, name="act-list"),
    path("acts/<uuid:pk>/", acts.act, name="act"),
    path("reorganise/", reorganise.reorganise, name="reorganise"),
    path("shortfalls/", shortfalls.shortfalls, name="shortfalls"),
    path("shortfalls/move/", shortfalls.device_move, name="device-move"),
    path("assets/labels/", assets.labels, name="asset-labels"),
    path("assets/pattern/", assets.pattern, name="asset-pattern"),
    path("stocktakes/", stocktake.stocktake_list, name="stocktake-list"),
    path("stocktakes/<int:pk>/", stocktake.stocktake, name="stocktake"),
    path("stocktakes/<int:pk>/close/", stocktake.stocktake_close, name="stocktake-close"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("reporting/", reporting.reporting, name="reporting"),
    path("<slug:book>/", lists.book_list, name="book-list"),
    path("<slug:book>/export.<slug:form>", lists.book_export, name="book-export"),
    path("<slug:book>/bulk/", bulk.book_bulk, name="book-bulk"),
    path("<slug:book>/views/", lists.view_save, name="view-save"),
    path("<slug:book>/views/<int:pk>/drop/", lists.view_drop, name="view-drop"),
    path("<slug:book>/new/", record.record_new, name="record-new"),
    path("<slug:book>/<int:pk>/", record.record, name="record"),
    path("<slug:book>/<int:pk>/edit/", record.record_edit, name="record-edit"),
    path("<slug:book>/<int:pk>/withdraw/", record.record_withdraw, name="record-withdraw"),
    path("<slug:book>/<int:pk>/notes/", record.note_add, name="note-add"),
]
