"""Addresses of the pages."""

from django.urls import include, path

from rollout.pages import search, start
from rollout.pages.notices import feeds, inbox, lists
from rollout.pages.programme import connections, councils, directives, obstacles, sessions
from rollout.pages.publishing import briefs, papers
from rollout.pages.registers import (
    assets,
    certificates,
    documents,
    drafts,
    imports,
    returned,
    sheets,
)
from rollout.pages.summary import (
    absences,
    compare,
    facility,
    figure,
    forecast,
    leader,
    nation,
    overall,
    suggest,
    timeline,
)
from rollout.pages.todo import page as todo

app_name = "rollout"

urlpatterns = [
    path("", leader.leader, name="leader"),
    path("search/", search.search, name="search"),
    path("todo/", todo.todo, name="todo"),
    path("start/", start.start, name="start"),
    path("facilities/<slug:code>/", facility.facility, name="facility"),
    path(
        "facilities/<slug:code>/certificates/",
        certificates.certificate_list,
        name="certificate-list",
    ),
    path("facilities/<slug:code>/sheets/<slug:form>/", sheets.sheet, name="sheet"),
    path(
        "facilities/<slug:code>/sheets/<slug:form>/to-fill.xlsx",
        sheets.sheet_to_fill,
        name="sheet-to-fill",
    ),
    path("facilities/<slug:code>/returned/", returned.returned_lists, name="returned-lists"),
    path("facilities/<slug:code>/returned/<int:pk>/", returned.returned, name="returned"),
    path(
        "facilities/<slug:code>/returned/<int:pk>/undo/",
        returned.returned_undo,
        name="returned-undo",
    ),
    path("facilities/<slug:code>/names/", certificates.names_read, name="names-read"),
    path("facilities/<slug:code>/none/", absences.absences, name="absences"),
    path("measures/progress/", overall.overall, name="overall"),
    path("measures/<slug:code>/", figure.measure, name="measure"),
    path("figures/<slug:group>/<slug:key>/", figure.figure, name="figure"),
    path("councils/", councils.council_list, name="council-list"),
    path("councils/criteria/", councils.criteria_list, name="criteria-list"),
    path("councils/new/", councils.council_new, name="council-new"),
    path("councils/<str:code>/", councils.council, name="council"),
    path("obstacles/", obstacles.obstacle_list, name="obstacle-list"),
    path("obstacles/new/", obstacles.obstacle_new, name="obstacle-new"),
    path("obstacles/<str:code>/", obstacles.obstacle, name="obstacle"),
    path("waiting/", obstacles.waiting, name="waiting"),
    path("directives/", directives.directive_list, name="directive-list"),
    path("directives/new/", directives.directive_new, name="directive-new"),
    path("directives/<str:code>/", directives.directive, name="directive"),
    path("sessions/", sessions.session_list, name="session-list"),
    path("sessions/new/", sessions.session_new, name="session-new"),
    path("sessions/<int:pk>/", sessions.session, name="session"),
    path("sessions/<int:pk>/brief/", briefs.session_brief, name="session-brief"),
    path("briefs/<int:pk>/", briefs.published_brief, name="brief"),
    path("connections/", connections.connection_list, name="connection-list"),
    path("connections/<slug:code>/<slug:partner>/", connections.connection, name="connection"),
    path("forecast/", forecast.forecast, name="forecast"),
    path("nation/", nation.provinces, name="nation"),
    path("nation.csv", nation.provinces_csv, name="nation-export"),
    path("compare/", compare.compare, name="compare"),
    path("compare.csv", compare.compare_csv, name="compare-export"),
    path("timeline/", timeline.timeline, name="timeline"),
    path("month/", feeds.month, name="month"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("deadlines/", lists.deadline_list, name="deadline-list"),
    path("papers/", papers.paper_list, name="paper-list"),
    path("papers/<slug:kind>.<slug:form>", papers.paper, name="paper"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("alerts/", lists.alert_list, name="alert-list"),
    path("imports/", imports.import_list, name="import-list"),
    path("imports/new/<slug:code>/", imports.import_new, name="import-new"),
    path("imports/<int:pk>/", imports.import_file, name="import"),
    path("imports/<int:pk>/rejects.xlsx", imports.import_rejects, name="import-rejects"),
    path(
        "imports/template/<slug:code>.<slug:form>",
        imports.import_template,
        name="import-template",
    ),
    path("d/<path:tag>/", assets.asset, name="asset"),
    path("suggest/", suggest.suggest, name="suggest"),
    path("drafts/", drafts.keep, name="draft"),
    path("drafts/drop/", drafts.drop, name="draft-drop"),
    path("my/", include("rollout.pages.my.urls")),
    path("desk/", include("rollout.pages.desk.urls")),
]
