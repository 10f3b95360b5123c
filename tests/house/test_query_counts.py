"""How many queries each page and endpoint makes: in the reviewed file `query_counts.txt`.

The number must not depend on how many facilities there are. After a deliberate change, write the
file anew with `REWRITE_REVIEWED=1 pytest tests/house/test_query_counts.py`, and read what changed.
"""

import os
from pathlib import Path

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from equipment.models import StocktakeRound
from facilities.models import ChangeSet, Facility, Role
from rollout.api.councils import ACTS_OF_COUNCILS
from rollout.api.exchange.fhir import RESOURCES
from rollout.api.steering import ACTS_OF_DIRECTIVES, ACTS_OF_OBSTACLES
from rollout.models import CouncilMeeting, ImportFile, SavedView, WorkingSession
from signatures.models import Campaign, ReturnedList
from tests.factories import user_with
from tests.house.busy_province import ON, busy_province
from tests.house.desk_rows import GAP, TAG, brief_row, desk_rows, issued_paper, paper, row_of
from tests.house.test_access import ADDRESSES

FILE = Path(__file__).with_name("query_counts.txt")
REWRITE = bool(os.environ.get("REWRITE_REVIEWED"))
FEW, MANY = 3, 12
OF_MANY_KINDS = "rollout:todo"

ARGUMENTS = {
    "rollout:facility": {"code": "place-000"},
    "rollout:certificate-list": {"code": "place-000"},
    "rollout:coverage": {"code": "place-000"},
    "rollout:names-read": {"code": "place-000"},
    "rollout:returned-lists": {"code": "place-000"},
    "rollout:handovers": {"code": "place-000"},
    "rollout:sheet": {"code": "place-000", "form": "01"},
    "rollout:sheet-to-fill": {"code": "place-000", "form": "01"},
    "rollout:my-new": {"code": "staff"},
    "rollout:my-export": {"code": "staff", "form": "csv"},
    "api:register-rows": {"register": "connections"},
    "api:register-bulk": {"register": "connections"},
    "api:facility-progress": {"code": "place-000"},
    "api:report": {"code": "place-000"},
    "api:obstacle": {"code": "VM-0"},
    "api:directive": {"code": "CD-0"},
    **{
        f"api:{about}-{act}": {"code": "x"}
        for about, acts in (
            ("obstacle", ACTS_OF_OBSTACLES),
            ("directive", ACTS_OF_DIRECTIVES),
            ("council", ACTS_OF_COUNCILS),
        )
        for act in acts
    },
    **{
        f"api:fhir-{kind.lower()}-{what}": {"code": "place-000"}
        for kind in RESOURCES
        for what in ("read", "history-of")
    },
    **{
        f"api:fhir-{kind.lower()}-version": {"code": "place-000", "version": 1}
        for kind in RESOURCES
    },
    "api:facility-connection": {"code": "place-000", "partner": "bach-mai"},
    "rollout:absences": {"code": "place-000"},
    "rollout:measure": {"code": "signatures_issued"},
    "rollout:figure": {"group": "device", "key": "tablet"},
    "rollout:obstacle": {"code": "VM-0"},
    "rollout:directive": {"code": "CD-0"},
    "rollout:decide-day": {"code": "CD-0"},
    "rollout:decide-letter": {"code": "CD-0"},
    "rollout:decide-directive": {"code": "VM-0"},
    "rollout:decide-council": {"code": "place-000"},
    "rollout:connection": {"code": "place-000", "partner": "bach-mai"},
    "beat": {"secret": "nobody"},
    "calendar-feed": {"secret": "nobody"},
    "news-feed": {"secret": "nobody"},
    "unsubscribe": {"secret": "nobody"},
    "welcome": {"uid": "MQ", "token": "nobody"},
    "reset": {"uid": "MQ", "token": "nobody"},
    "rollout:my-waiting": {"step": "handed-over"},
    "rollout:register-bulk": {"code": "connections"},
    "rollout:register-paste": {"code": "connections"},
    "rollout:register-export": {"code": "certificates", "form": "csv"},
    "rollout:record-new": {"code": "assets"},
    "rollout:paper": {"kind": "report", "form": "docx"},
    "rollout:import-template": {"code": "connections", "form": "csv"},
    "rollout:view-save": {"code": "connections"},
}
# Their row is made by `desk_rows`.
ROWS = {
    "rollout:council": lambda: {"code": CouncilMeeting.objects.earliest("code").code},
    "rollout:handover-minutes": lambda: {"code": "place-000"},
    "rollout:returned": lambda: {"code": "place-000", "pk": ReturnedList.objects.get().pk},
    "rollout:held": lambda: {"code": "certificates", "pk": _row("certificates")},
    "rollout:held-account": lambda: {"pk": ChangeSet.objects.exclude(facility=None).get().by_id},
    "rollout:returned-undo": lambda: {"code": "place-000", "pk": ReturnedList.objects.get().pk},
    "rollout:campaign": lambda: {"pk": Campaign.objects.get().pk},
    "rollout:session": lambda: {"pk": WorkingSession.objects.latest("held_on").pk},
    "rollout:change-set": lambda: {"pk": ChangeSet.objects.exclude(facility=None).get().pk},
    "rollout:checking-change-set": lambda: {
        "pk": ChangeSet.objects.exclude(facility=None).get().pk
    },
    "rollout:asset": lambda: {"tag": TAG},
    "rollout:document": lambda: {"pk": paper().pk},
    "rollout:session-brief": lambda: {"pk": brief_row().session_id},
    "rollout:brief": lambda: {"pk": brief_row().pk},
    "rollout:issued-paper": lambda: {"pk": issued_paper().pk},
    "rollout:paper-issue": lambda: {"kind": "report"},
    "rollout:import": lambda: {"pk": ImportFile.objects.get().pk},
    "rollout:import-rejects": lambda: {"pk": ImportFile.objects.get().pk},
    "rollout:stocktake": lambda: {"pk": StocktakeRound.objects.get().pk},
    "rollout:stocktake-close": lambda: {"pk": StocktakeRound.objects.get().pk},
    "rollout:record-withdraw": lambda: {"code": "assets", "pk": _row("assets")},
    "api:register-row": lambda: {"register": "connections", "key": _row("connections")},
    "api:council": lambda: {"code": CouncilMeeting.objects.earliest("code").code},
    "api:register-steps": lambda: {"register": "connections", "key": _row("connections")},
    "api:judge": lambda: {"change_set": ChangeSet.objects.exclude(facility=None).get().pk},
    "api:undo": lambda: {"change_set": ChangeSet.objects.exclude(facility=None).get().pk},
    "api:heartbeat": lambda: {"code": "place-000", "partner": "nobody"},
    "api:register-withdraw": lambda: {"register": "connections", "key": _row("connections")},
    "rollout:record-step": lambda: {"code": "connections", "pk": _row("connections")},
    "rollout:my-step": lambda: {"code": "connections", "pk": _row("connections")},
    "rollout:note-add": lambda: {"code": "connections", "pk": _row("connections")},
    "rollout:view-drop": lambda: {"code": "connections", "pk": SavedView.objects.get().pk},
}
QUERIES = {
    "api:trend": {"measure": "official", "from": "2025-01-01", "to": "2025-05-21"},
    "api:connections": {},  # as they are now
    "api:registers": {},
    "api:changes": {},
    "api:difference": {"from": "2025-02-18", "to": "2025-05-21"},
    "api:facility-connection": {},
    "api:checking": {},
    "api:register-steps": {},
    "api:dhis2-metadata": {},
    "api:fhir-metadata": {},
    **{
        f"api:fhir-{kind.lower()}-{what}": {}
        for kind in RESOURCES
        for what in ("search", "history", "read", "history-of", "version")
    },
    "rollout:step-not-needed": {"gap": GAP},
}
# They show no rows of the province, or are not pages.
WITHOUT_ROWS = {"api:docs", "api:schema", "healthz", "login", "logout", "readyz", "set_language"}
PAGES = [n for n in ADDRESSES if not n.startswith("admin:") and n not in WITHOUT_ROWS] + [
    "admin:index",
    *(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        for model in admin.site._registry
    ),
]


def _row(register: str) -> int:
    return row_of(register, Facility.objects.get(code="place-000"))


def path_of(name: str) -> str:
    name, _slash, register = name.partition("/")
    if register:
        asks_row = name in ("rollout:record", "rollout:record-edit", "rollout:my-row")
        return reverse(
            name, kwargs={"code": register} | ({"pk": _row(register)} if asks_row else {})
        )
    return reverse(name, kwargs=ROWS[name]() if name in ROWS else ARGUMENTS.get(name))


def queries_of(name: str, browser: Client) -> tuple[int, int]:
    """With nothing cached, and with everything cached that the page caches."""
    query = {} if name.startswith("admin:") else QUERIES.get(name, {"on": ON.isoformat()})
    path = path_of(name)
    counts = []
    cache.clear()
    reset_queries()  # or those of all pages together are more than Django remembers
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            answer = browser.get(path, query)
        if answer.status_code != 200:
            return answer.status_code, 0
        counts.append(len(captured))
    return tuple(counts)


def counted(facilities: int, role: str, names: list[str]) -> dict[str, tuple[int, int]]:
    busy_province(facilities)
    desk_rows(Facility.objects.get(code="place-000"))
    browser = Client()
    browser.force_login(user_with(role))
    browser.get(reverse("login"))  # reads what is read once per process
    return {name: queries_of(name, browser) for name in names}


def reviewed() -> dict[str, tuple[int, int]]:
    lines = (line.split() for line in FILE.read_text().splitlines() if line[0] != "#")
    return {name: (int(cold), int(warm)) for name, cold, warm in lines}


@pytest.fixture(scope="module")
def written():
    """What was found, for writing the file anew."""
    found = {}
    yield found
    if REWRITE:
        width = max(map(len, found)) + 2
        lines = ["# page or endpoint, queries with an empty cache, queries with a full one"]
        lines += [f"{name.ljust(width)}{cold:>3} {warm:>3}" for name, (cold, warm) in found.items()]
        FILE.write_text("\n".join(lines) + "\n")


@pytest.mark.django_db
@pytest.mark.parametrize("facilities", [FEW, MANY])
@pytest.mark.parametrize("kind", ["pages", "admin"])
def test_queries_are_as_reviewed_whatever_the_number_of_facilities(kind, facilities, written):
    names = [name for name in PAGES if name.startswith("admin:") == (kind == "admin")]
    if kind == "admin":
        tables = [n for n in names if not n.startswith(("admin:facilities_user", "admin:axes"))]
        found = counted(facilities, Role.DEPARTMENT, tables)
        found = {name: counts for name, counts in found.items() if counts[0] not in (302, 403)}
    else:
        found = counted(facilities, Role.DEPARTMENT, names)
    if REWRITE and facilities == FEW:
        written.update(found)
    expected = written if REWRITE else reviewed()
    if facilities == MANY:
        # Of fewer kinds of lines on its first page it looks up less; never more.
        few = found.pop(OF_MANY_KINDS, (0, 0))
        assert few <= expected.get(OF_MANY_KINDS, few)
    assert found == {name: expected.get(name) for name in found}
