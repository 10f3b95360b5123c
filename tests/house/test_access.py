"""Every address for every role: what it answers is in the reviewed file `access.txt`.

Two provinces are there, of which the addresses name rows of the first. The administration has one gate:
all of it is asked for by whom it lets in and by two whom it does not, a part of it by the others ("-").

An address without a row fails, and so does a row without an address. After a deliberate change,
write the file anew with `REWRITE_REVIEWED=1 pytest tests/house/test_access.py`, and read what
changed in it.
"""

import os
from datetime import date
from pathlib import Path
from unittest import mock

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from connectivity.models import Partner
from equipment.models import StocktakeRound
from facilities.models import ApiToken, Area, ChangeSet, Facility, FacilityArea, Role
from rollout.api.councils import ACTS_OF_COUNCILS
from rollout.api.exchange.fhir import RESOURCES
from rollout.api.steering import ACTS_OF_DIRECTIVES, ACTS_OF_OBSTACLES
from rollout.models import (
    CouncilMeeting,
    Directive,
    ImportFile,
    Obstacle,
    SavedView,
    WorkingSession,
)
from rollout.registers.catalogue import REGISTERS
from rollout.registers.loading import load_province
from rollout.site import guessing
from signatures.models import Campaign, ReturnedList
from tests.factories import START, AgencyFactory, UserFactory, user_with
from tests.house.desk_rows import (
    GAP,
    PER_REGISTER,
    TAG,
    brief_row,
    desk_rows,
    issued_paper,
    paper,
    row_of,
)
from tests.rollout import two_provinces

FILE = Path(__file__).with_name("access.txt")
REWRITE = bool(os.environ.get("REWRITE_REVIEWED"))

# How each visitor comes: made when Bac Giang is loaded. Officers are of Luc Nam or of elsewhere.
VISITORS = {
    "anonymous": lambda: None,
    "no-role": UserFactory,
    "department": lambda: user_with(Role.DEPARTMENT),
    "leader": lambda: user_with(Role.LEADER),
    "officer": lambda: user_with(Role.OFFICER, facility=Facility.objects.get(code=OWN)),
    "officer-elsewhere": lambda: user_with(
        Role.OFFICER, facility=Facility.objects.get(code="bg-ttyt-tanyen")
    ),
    "head": lambda: user_with(Role.HEAD, facility=Facility.objects.get(code=OWN)),
    "agency": lambda: user_with(Role.AGENCY, agency=_directive().coordinating.first()),
    "agency-elsewhere": lambda: user_with(Role.AGENCY, agency=AgencyFactory()),
    "former-leader": lambda: user_with(Role.LEADER, until=date(2025, 1, 1)),
    "department-of-area": lambda: user_with(Role.DEPARTMENT, area=_area_of(OWN)),
    "department-of-other-area": lambda: user_with(Role.DEPARTMENT, area=_area_of(ELSEWHERE)),
    "leader-of-area": lambda: user_with(Role.LEADER, area=_area_of(OWN)),
    "head-and-officer-elsewhere": lambda: _also(
        user_with(Role.HEAD, facility=Facility.objects.get(code=OWN)),
        role=Role.OFFICER,
        facility=Facility.objects.get(code=ELSEWHERE),
    ),
    "agency-and-officer-elsewhere": lambda: _also(
        user_with(Role.AGENCY, agency=_directive().coordinating.first()),
        role=Role.OFFICER,
        facility=Facility.objects.get(code=ELSEWHERE),
    ),
    "administrator": lambda: user_with(Role.ADMINISTRATOR),
    "client": lambda: user_with(Role.CLIENT),
    "token-progress": lambda: _token(ApiToken.Scope.PROGRESS),
    "token-detail": lambda: _token(ApiToken.Scope.REGISTERS),
    "token-programme": lambda: _token(ApiToken.Scope.PROGRAMME),
    "token-expired": lambda: _token(ApiToken.Scope.REGISTERS, expires_on=date(2025, 1, 1)),
}
OWN, ELSEWHERE = "bg-ttyt-lucnam", "bg-ttyt-tanyen"

# Addresses that take an argument: whose page is opened.
ARGUMENTS = {
    "rollout:facility": lambda: {"code": OWN},
    "rollout:certificate-list": lambda: {"code": OWN},
    "rollout:coverage": lambda: {"code": OWN},
    "rollout:names-read": lambda: {"code": OWN},
    "rollout:held": lambda: {"code": "certificates", "pk": _row("certificates")},
    "rollout:held-account": lambda: {"pk": _change_set().by_id},
    "rollout:returned-lists": lambda: {"code": OWN},
    "rollout:handovers": lambda: {"code": OWN},
    "rollout:handover-minutes": lambda: {"code": OWN},
    "rollout:returned": lambda: {"code": OWN, "pk": ReturnedList.objects.get().pk},
    "rollout:returned-undo": lambda: {"code": OWN, "pk": ReturnedList.objects.get().pk},
    "rollout:campaign": lambda: {"pk": Campaign.objects.get().pk},
    "rollout:sheet": lambda: {"code": OWN, "form": "01"},
    "rollout:sheet-to-fill": lambda: {"code": OWN, "form": "01"},
    "rollout:my-new": lambda: {"code": "staff"},
    "rollout:my-export": lambda: {"code": "staff", "form": "csv"},
    "api:register-rows": lambda: {"register": "connections"},
    "api:register-bulk": lambda: {"register": "connections"},
    "api:register-withdraw": lambda: {"register": "connections", "key": _row("connections")},
    "api:register-row": lambda: {"register": "connections", "key": _row("connections")},
    "api:facility-progress": lambda: {"code": OWN},
    "api:facility-connection": lambda: {
        "code": OWN,
        "partner": Partner.objects.get(counted=True).code,
    },
    "api:heartbeat": lambda: {
        "code": OWN,
        "partner": Partner.objects.get(counted=True).code,
    },
    "api:register-steps": lambda: {"register": "connections", "key": _row("connections")},
    "api:report": lambda: {"code": OWN},
    "api:judge": lambda: {"change_set": _change_set().pk},
    "api:undo": lambda: {"change_set": _change_set().pk},
    "api:obstacle": lambda: {"code": Obstacle.objects.earliest("code").code},
    "api:directive": lambda: {"code": _directive().code},
    "api:council": lambda: {"code": CouncilMeeting.objects.earliest("code").code},
    **{
        f"api:{about}-{act}": lambda: {"code": "x"}  # POST alone
        for about, acts in (
            ("obstacle", ACTS_OF_OBSTACLES),
            ("directive", ACTS_OF_DIRECTIVES),
            ("council", ACTS_OF_COUNCILS),
        )
        for act in acts
    },
    **{
        f"api:fhir-{kind.lower()}-{what}": lambda: {"code": OWN}
        for kind in RESOURCES
        for what in ("read", "history-of")
    },
    **{
        f"api:fhir-{kind.lower()}-version": lambda: {"code": OWN, "version": 1}
        for kind in RESOURCES
    },
    "rollout:absences": lambda: {"code": OWN},
    "rollout:measure": lambda: {"code": "servers"},
    "rollout:figure": lambda: {"group": "device", "key": "tablet"},
    "rollout:obstacle": lambda: {"code": Obstacle.objects.earliest("code").code},
    "rollout:decide-day": lambda: {"code": _directive().code},
    "rollout:decide-letter": lambda: {"code": _directive().code},
    "rollout:decide-directive": lambda: {"code": Obstacle.objects.earliest("code").code},
    "rollout:decide-council": lambda: {"code": "bg-ttyt-yenthe"},
    "rollout:directive": lambda: {"code": _directive().code},
    "rollout:council": lambda: {"code": CouncilMeeting.objects.earliest("code").code},
    "rollout:connection": lambda: {"code": OWN, "partner": Partner.objects.get(counted=True).code},
    "beat": lambda: {"secret": "nobody"},
    "calendar-feed": lambda: {"secret": "nobody"},
    "news-feed": lambda: {"secret": "nobody"},
    "unsubscribe": lambda: {"secret": "nobody"},
    "welcome": lambda: {"uid": "MQ", "token": "nobody"},
    "reset": lambda: {"uid": "MQ", "token": "nobody"},
    "rollout:paper": lambda: {"kind": "report", "form": "docx"},
    "rollout:session": lambda: {"pk": WorkingSession.objects.latest("held_on").pk},
    "rollout:change-set": lambda: {"pk": _change_set().pk},
    "rollout:checking-change-set": lambda: {"pk": _change_set().pk},
    "rollout:asset": lambda: {"tag": TAG},
    "rollout:document": lambda: {"pk": paper().pk},
    "rollout:session-brief": lambda: {"pk": brief_row().session_id},
    "rollout:brief": lambda: {"pk": brief_row().pk},
    "rollout:issued-paper": lambda: {"pk": issued_paper().pk},
    "rollout:paper-issue": lambda: {"kind": "report"},
    "rollout:import": lambda: {"pk": ImportFile.objects.get().pk},
    "rollout:import-rejects": lambda: {"pk": ImportFile.objects.get().pk},
    "rollout:import-template": lambda: {"code": "connections", "form": "csv"},
    "rollout:stocktake": lambda: {"pk": StocktakeRound.objects.get().pk},
    "rollout:stocktake-close": lambda: {"pk": StocktakeRound.objects.get().pk},
    "rollout:my-waiting": lambda: {"step": "handed-over"},
    "rollout:register-bulk": lambda: {"code": "connections"},
    "rollout:register-paste": lambda: {"code": "connections"},
    "rollout:register-export": lambda: {"code": "connections", "form": "csv"},
    "rollout:record-new": lambda: {"code": "assets"},
    "rollout:record-withdraw": lambda: {"code": "assets", "pk": _row("assets")},
    "rollout:record-step": lambda: {"code": "connections", "pk": _row("connections")},
    "rollout:my-step": lambda: {"code": "connections", "pk": _row("connections")},
    "rollout:note-add": lambda: {"code": "connections", "pk": _row("connections")},
    "rollout:view-save": lambda: {"code": "connections"},
    "rollout:view-drop": lambda: {"code": "connections", "pk": SavedView.objects.get().pk},
    "admin:app_list": lambda: {"app_label": "facilities"},
    "admin:view_on_site": lambda: {"content_type_id": 0, "object_id": 0},
    "admin:auth_user_password_change": lambda: {"id": 0},
}
QUERIES = {
    "": {"on": "2025-05-21"},
    "api:trend": {"measure": "official", "from": "2025-05-01", "to": "2025-05-21"},
    "api:connections": {},  # as they are now
    "api:facility-connection": {},
    "api:schema": {},
    "api:registers": {},
    "api:changes": {},
    "api:difference": {"from": "2025-02-18", "to": "2025-05-21"},
    "api:register-bulk": {},
    "api:register-withdraw": {},
    "api:docs": {},
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
WHOLE_ADMIN = {"anonymous", "no-role", "department", "administrator"}
MODELS = {f"{m._meta.app_label}_{m._meta.model_name}": m for m in admin.site._registry}
OTHER_TABLES = MODELS.keys() - {"facilities_area"}


def _row(register: str) -> int:
    return row_of(register, Facility.objects.get(code=OWN))


def _change_set() -> ChangeSet:
    """What the officer of Luc Nam reported."""
    return ChangeSet.objects.get(facility__code=OWN)


def _directive() -> Directive:
    return Directive.objects.earliest("code")


def _area_of(code: str):
    """The area in which the facility lies by itself."""
    return FacilityArea.objects.in_force(date(2025, 5, 21)).filter(facility__code=code).last().area


def _also(user, **held):
    user.assignments.create(valid_from=START, **held)
    return user


def _token(scope, expires_on=date(2100, 1, 1)) -> str:
    user = user_with(Role.CLIENT)
    return ApiToken.make(user=user, label="test", scope=scope, expires_on=expires_on)[1]


def addresses(patterns=None, inside=()):
    """The full name of every address, e.g. "rollout:facility"."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            deeper = (*inside, entry.namespace) if entry.namespace else inside
            yield from addresses(entry.url_patterns, deeper)
        elif isinstance(entry, URLPattern) and entry.name:
            name = ":".join((*inside, entry.name))
            if name in PER_REGISTER:  # an address for each register
                yield from (f"{name}/{register}" for register in REGISTERS)
            else:
                yield name


ADDRESSES = sorted(set(addresses()), key=lambda name: (name.startswith("admin:"), name))


PATHS: dict[str, str] = {}  # of every address, looked up once: the rows are those of the module


def _path_of(name: str) -> str:
    """Where it is; the pages of one row in the administration open the first row of their table."""
    name, _slash, register = name.partition("/")
    if register:
        asks_row = name in ("rollout:record", "rollout:record-edit", "rollout:my-row")
        return reverse(
            name, kwargs={"code": register} | ({"pk": _row(register)} if asks_row else {})
        )
    if name in ARGUMENTS:
        return reverse(name, kwargs=ARGUMENTS[name]())
    table = name.removeprefix("admin:").rsplit("_", 1)[0]
    if table in MODELS and not name.endswith(("_add", "_changelist")):
        row = MODELS[table].objects.order_by("pk").first()
        return reverse(name, args=[row.pk if row else 0])
    return reverse(name)


@pytest.fixture(scope="module")
def _bac_giang(bac_giang_of_the_module, django_db_blocker, tmp_path_factory):
    # One wrong key asks for everything here: it is not slowed as a guesser is.
    patient = mock.patch.object(guessing, "FROM_ADDRESS", 10_000)
    with django_db_blocker.unblock(), transaction.atomic(), patient:
        load_province(two_provinces.write(tmp_path_factory.mktemp("second") / two_provinces.CODE))
        desk_rows(Facility.objects.get(code=OWN))
        PATHS.update((name, _path_of(name)) for name in ADDRESSES)
        yield
        transaction.set_rollback(True)


def is_asked(visitor: str, name: str) -> bool:
    """Whether the visitor walks there: it takes only POST to leave, and whoever comes may."""
    if name == "logout":
        return False
    table = name.removeprefix("admin:").rsplit("_", 1)[0]
    return visitor in WHOLE_ADMIN or not name.startswith("admin:") or table not in OTHER_TABLES


def answers(visitor: str) -> dict[str, int]:
    """The status of every address that one visitor asks for, by GET."""
    return walked(VISITORS[visitor](), [name for name in ADDRESSES if is_asked(visitor, name)])


def walked(made, names, **asked) -> dict[str, int]:
    """The status of these addresses for a person or a key. `asked`: more in the address."""
    browser = Client(raise_request_exception=False)
    headers = {}
    if isinstance(made, str):
        headers["authorization"] = f"Bearer {made}"
    elif made is not None:
        browser.force_login(made)
    found = {}
    for name in names:
        plain = name.startswith(("admin:", "rollout:my"))  # they speak of today
        query = QUERIES.get(name, {} if plain else QUERIES[""])
        found[name] = browser.get(PATHS[name], query | asked, headers=headers).status_code
    return found


def reviewed() -> dict[str, dict[str, int]]:
    """visitor -> address -> status, from the file."""
    lines = [line.split() for line in FILE.read_text().splitlines() if line and line[0] != "#"]
    visitors = lines[0][1:]
    return {
        visitor: {line[0]: int(line[column]) for line in lines[1:] if line[column] != "-"}
        for column, visitor in enumerate(visitors, start=1)
    }


@pytest.fixture(scope="module")
def written():
    """What was found, for writing the file anew."""
    found = {}
    yield found
    if REWRITE:
        width = max(map(len, ADDRESSES)) + 2
        names = list(VISITORS)
        lines = [
            "# What each address answers to a GET by each visitor. See test_access.py.",
            "address".ljust(width) + " ".join(names),
        ]
        for name in found[names[0]]:
            cells = (str(found[v].get(name, "-")).ljust(len(v)) for v in names)
            lines.append(name.ljust(width) + " ".join(cells))
        FILE.write_text("\n".join(line.rstrip() for line in lines) + "\n")


# Nobody's answer may depend on who asked before, and what is kept is computed once for all of them.
@pytest.mark.keeps_cache
@pytest.mark.django_db
@pytest.mark.usefixtures("_bac_giang")
@pytest.mark.parametrize("visitor", VISITORS)
def test_every_address_answers_each_visitor_as_reviewed(visitor, written):
    found = written[visitor] = answers(visitor)
    if not REWRITE:
        assert found == reviewed()[visitor]


@pytest.mark.parametrize("visitor", ["anonymous", "no-role", "former-leader", "token-expired"])
def test_who_has_no_role_opens_nothing(visitor):
    """Whatever is rewritten into the file, this must hold."""
    open_to_all = {"healthz", "login", "readyz", "set_language", "admin:login", "admin:jsi18n"}
    open_to_all |= {"api:schema", "api:docs"}  # how to ask; no figure of anybody
    open_to_all |= {
        "password_change",
        "password_change_done",
        "rollout:account",
        "rollout:held-own",
    }  # the own
    open_to_all |= {"forgotten"}  # asks for a link, whoever asks
    opened = {name for name, status in reviewed()[visitor].items() if status == 200}
    assert opened <= open_to_all


@pytest.mark.parametrize("visitor", ["leader", "officer", "agency", "client", "token-programme"])
def test_administration_is_closed_to_whoever_does_not_administer(visitor):
    found = reviewed()[visitor]
    assert not [n for n in found if n.startswith("admin:") and found[n] == 200 and "login" not in n]


def test_nothing_breaks():
    """A fault must not be written into the file as if it were an answer."""
    broken = {(v, n) for v, row in reviewed().items() for n, status in row.items() if status >= 500}
    assert not broken


@pytest.mark.django_db
@pytest.mark.usefixtures("_bac_giang")
@pytest.mark.parametrize("visitor", ["anonymous", "leader", "officer", "agency", "administrator"])
def test_nobody_else_writes_at_the_desk(visitor):
    """What a GET does not open, a POST does not either."""
    made = VISITORS[visitor]()
    browser = Client(raise_request_exception=False)
    if made is not None:
        browser.force_login(made)
    desk = [n for n in ADDRESSES if not n.startswith("admin:") and PATHS[n].startswith("/desk/")]
    shared = {"rollout:stocktake", "rollout:stocktake-close", "rollout:stocktake-list"}
    found = {n: browser.post(PATHS[n]).status_code for n in desk if n not in shared}
    assert set(found.values()) <= ({302} if visitor == "anonymous" else {403, 405}), found


# --- Roles and places: what somebody may do elsewhere opens nothing here. -------------------------

# Of each role the column that tells what it opens at Luc Nam, and how to hold it at a place.
ROLES = {
    "department": ("department-of-area", Role.DEPARTMENT),
    "leader": ("leader-of-area", Role.LEADER),
    "officer": ("officer", Role.OFFICER),
    "head": ("head", Role.HEAD),
}
PLACES = {  # a facility, and an area that it lies in
    "own": (OWN, None),
    "same-province": (ELSEWHERE, None),
    "other-province": ("hd-tinh", two_provinces.CODE),
}
OF_NO_PLACE = {
    "beat", "calendar-feed", "news-feed", "unsubscribe", "welcome", "reset", "api:register-rows",
    "api:register-bulk",
    *(f"rollout:{name}" for name in (
        "measure", "figure", "paper", "my-new", "my-export", "my-waiting", "import-template",
        "register-bulk", "register-paste", "register-export", "record-new", "view-save", "view-drop",
    )),
}  # fmt: skip
# What is told of a facility to whoever sees the summary, and what several facilities share.
OF_THE_PROVINCE = {
    "rollout:facility",
    "api:facility-progress",
    *(
        f"api:fhir-{kind}-{what}"
        for kind in ("organization", "location")
        for what in (
            "read",
            "history-of",
            "version",
        )
    ),
    "rollout:obstacle",
    "rollout:directive",
    "rollout:document",
}
PLACED = [
    name
    for name in ADDRESSES
    if (name in ARGUMENTS and name not in OF_NO_PLACE and not name.startswith("admin:"))
    or name.partition("/")[0] in ("rollout:record", "rollout:record-edit", "rollout:my-row")
]
REFUSED = {403, 404}


def held(role: str, place: str) -> dict:
    """The role at the place: of a facility or of an area."""
    facility, area = PLACES[place]
    found = {"role": ROLES[role][1]}
    if role in ("officer", "head"):
        return found | {"facility": Facility.objects.get(code=facility)}
    return found | {"area": Area.objects.get(code=area) if area else _area_of(facility)}


def opened_here(role: str) -> set[str]:
    row = reviewed()[ROLES[role][0]]
    return {name for name in PLACED if row[name] == 200}


@pytest.mark.keeps_cache
@pytest.mark.django_db
@pytest.mark.usefixtures("_bac_giang")
@pytest.mark.parametrize("elsewhere", ["same-province", "other-province"])
@pytest.mark.parametrize("role", ROLES)
def test_a_role_elsewhere_opens_nothing_here_whatever_else_somebody_is(role, elsewhere):
    for also in (None, *ROLES):
        own = opened_here(also) if also else set()
        asked = opened_here(role) - own
        if elsewhere == "same-province":
            asked -= OF_THE_PROVINCE
        person = user_with(**held(role, elsewhere))
        if also:
            _also(person, **held(also, "own"))
        found = walked(person, sorted(asked))
        assert {name: status for name, status in found.items() if status not in REFUSED} == {}, also


@pytest.mark.django_db
@pytest.mark.usefixtures("_bac_giang")
def test_two_roles_at_two_places_keep_what_each_opens():
    """The test above would pass if nothing opened at all."""
    sample = ["rollout:certificate-list", "rollout:facility", "api:register-row"]
    for role in ROLES:
        person = _also(user_with(**held(role, "own")), **held("officer", "other-province"))
        asked = [name for name in sample if name in opened_here(role)]
        assert len(asked) >= 2, role
        assert set(walked(person, asked).values()) == {200}, role


@pytest.mark.django_db
@pytest.mark.usefixtures("_bac_giang")
@pytest.mark.parametrize("role", ROLES)
def test_another_province_is_no_lens_for_whoever_has_none_of_it(role):
    """`?area=` of the first province is refused to people of the second, on every page they open."""
    person = user_with(**held(role, "other-province"))
    asked = ["rollout:leader", "rollout:compare", "rollout:measure", "rollout:search"]
    assert set(walked(person, asked).values()) == {200}
    assert set(walked(person, asked, area="bac-giang").values()) == {403}
