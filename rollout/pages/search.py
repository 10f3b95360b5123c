"""One search over everything that its reader may see: places, files, devices, papers, decisions, people.

What is typed travels in the body of the request and stands in no address, no history and no log, since
it may be somebody's name. Accents, case and look-alikes do not count; every word must be found.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from facilities.folding import fold
from facilities.models import Contact, FacilityName, LogEntry, User
from facilities.naming import facilities_called
from facilities.permissions import Access
from rollout.day import Day
from rollout.models import Directive, Obstacle, WorkingSession
from rollout.pages.page import Page, SignedIn, page
from rollout.pages.programme.directives import seen_directives
from rollout.pages.programme.obstacles import seen_obstacles
from rollout.pages.seen import seen
from rollout.registers.catalogue import REGISTERS
from rollout.registers.keeping import kept_registers
from signatures.models import Certificate, StaffMember
from signatures.names import note

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_LETTERS, MOST_WORDS, LEAST_LETTERS = 100, 6, 2
MOST = 8  # of each kind; the lists have the rest

Words = list[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """`url` without the day; the page adds it."""

    label: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """`more`: whether there are further ones than are shown."""

    title: "StrOrPromise"
    hits: list[Hit]
    more: bool


@page(lambda access: access.sees_summary, section="search", stored=False)
def search(request: SignedIn, day: Day, access: Access) -> Page:
    asked = request.POST.get("q", "")[:MOST_LETTERS].strip()
    words = fold(asked).split()[:MOST_WORDS]
    is_short = bool(asked) and len("".join(words)) < LEAST_LETTERS
    groups = [] if is_short or not words else list(_found(words, day, access))
    context = {"asked": asked, "is_short": is_short, "groups": groups}
    return "search.html", context | {"seen": [] if asked else seen(request, day, access)}


def _found(words: Words, day: Day, access: Access) -> Iterator[Group]:
    for title, source in SOURCES:
        hits = list(islice(source(words, day, access), MOST + 1))
        if hits:
            yield Group(title, hits[:MOST], len(hits) > MOST)


def _holds(words: Words, *texts: str) -> bool:
    text = fold(" ".join(texts))
    return all(word in text for word in words)


def _every(words: Words, path: str = "search_key") -> Q:
    found = Q()
    for word in words:
        found &= Q(**{f"{path}__contains": word})
    return found


def _facilities(words: Words, day: Day, access: Access) -> Iterator[Hit]:
    among = (day.own_places(),)
    for name in facilities_called(words, day.on, day.known_at, among=among, most=MOST + 1):
        code = name.facility.code
        yield Hit(name.name, reverse("rollout:facility", args=[code]), code)


def _names(facility_ids: Iterable[int], day: Day) -> dict[int, str]:
    """What these facilities are called on the day: one query."""
    rows = FacilityName.objects.in_force(day.on, day.known_at).filter(facility__in=facility_ids)
    return {row.facility_id: row.name for row in rows}


def _rows_of(code: str) -> Callable[[Words, Day, Access], Iterator[Hit]]:
    """Rows of a register of the desk, for whoever keeps it."""

    def source(words: Words, day: Day, access: Access) -> Iterator[Hit]:
        if code not in kept_registers(access):
            return
        register = REGISTERS[code]
        rows: QuerySet[Any] = register.of_facilities(
            register.base(day.on, day.known_at), access.kept
        )
        own = Q()  # what is only of a facility whose name was typed is found on that one's page
        for word in words:
            own |= Q(**{f"{register.search_path}__contains": word})
        found = register.search(rows.filter(own), " ".join(words), day.on)
        keys = list(found.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        columns = register.bound(on=day.on)
        for key, values in register.values(keys, day.on, day.known_at, register.naming).items():
            yield Hit(register.named(values, columns), reverse("rollout:record", args=[code, key]))

    return source


def _obstacles(words: Words, day: Day, access: Access) -> Iterator[Hit]:
    if not access.opens_programme:
        return
    rows = Obstacle.objects.known(day.known_at).filter(raised_on__lte=day.on)
    found = [row for row in rows if _holds(words, row.code, row.name_vi, row.name_en)]
    # Which of them concern an area is worked out only where there is something to be found.
    if found and (day.area or not access.sees_programme):
        seen = {one.id for one in seen_obstacles(day, access)}
        found = [row for row in found if row.pk in seen]
    for row in found:
        yield Hit(row.name, reverse("rollout:obstacle", args=[row.code]), row.code)


def _directives(words: Words, day: Day, access: Access) -> Iterator[Hit]:
    if not access.sees_directives:
        return
    rows = Directive.objects.known(day.known_at).filter(issued_on__lte=day.on)
    found = {row.pk for row in rows if _holds(words, row.code, row.name)}
    for one in seen_directives(day, access) if found else ():
        if one.id in found:
            yield Hit(one.text, reverse("rollout:directive", args=[one.code]), one.code)


def _sessions(words: Words, day: Day, access: Access) -> Iterator[Hit]:
    if not access.sees_programme:
        return
    for one in WorkingSession.objects.known(day.known_at).order_by("-held_on"):
        told = f"{one.held_on:%d/%m/%Y}"
        if _holds(words, one.name_vi, one.name_en, one.chair, told):
            yield Hit(one.name, reverse("rollout:session", args=[one.pk]), told)


def _holders(words: Words, day: Day, access: Access) -> Iterator[Hit]:
    """Holders of certificates where the reader may see their names."""
    rows = Certificate.objects.standing(day.known_at).filter(_every(words, "holder_key"))
    if access.recorded is not None:
        rows = rows.filter(facility__in=access.recorded)
    found = list(rows.order_by("sort_key", "pk")[: MOST + 1])
    if isinstance(access.user, User):
        counts = Counter(row.facility_id for row in found)
        note(counts=counts, register="certificates", by=access.user, how=LogEntry.Kind.PAGE)
    names = _names({row.facility_id for row in found}, day)
    for row in found:
        beside = " · ".join(filter(None, (row.unit, names.get(row.facility_id, ""))))
        if access.keeps_of(row.facility_id):
            address = reverse("rollout:record", args=["certificates", row.pk])
        else:
            address = reverse("rollout:my-row", args=["certificates", row.pk])
        yield Hit(row.holder, address, beside)


def _staff(words: Words, day: Day, access: Access) -> Iterator[Hit]:
    """People on staff lists where the reader may see their names."""
    rows = StaffMember.objects.standing(day.known_at).filter(_every(words, "name_key"))
    if access.recorded is not None:
        rows = rows.filter(facility__in=access.recorded)
    found = list(rows.order_by("sort_key", "pk")[: MOST + 1])
    if isinstance(access.user, User):
        counts = Counter(row.facility_id for row in found)
        note(counts=counts, register="staff", by=access.user, how=LogEntry.Kind.PAGE)
    names = _names({row.facility_id for row in found}, day)
    for row in found:
        beside = " · ".join(filter(None, (row.unit, names.get(row.facility_id, ""))))
        if access.keeps_of(row.facility_id):
            address = reverse("rollout:record", args=["staff", row.pk])
        else:
            address = reverse("rollout:my-row", args=["staff", row.pk])
        yield Hit(row.name, address, beside)


def _contacts(words: Words, day: Day, access: Access) -> Iterator[Hit]:
    rows = Contact.objects.in_force(day.on, day.known_at).filter(_every(words))
    if access.readable is not None:
        rows = rows.filter(facility__in=access.readable)
    found = [
        row
        for row in rows.select_related("facility").order_by("name", "pk")[: 10 * MOST]
        if access.sees_contacts_in(row.facility_id)
        and (row.ends_on is None or row.ends_on > day.on)
    ]
    names = _names({row.facility_id for row in found}, day)
    for row in found:
        address = reverse("rollout:facility", args=[row.facility.code])
        note = f"{row.get_duty_display()} · {names.get(row.facility_id, '')}"
        yield Hit(row.name, f"{address}#contacts", note)


def _users(words: Words, day: Day, access: Access) -> Iterator[Hit]:
    """Accounts, for who manages them."""
    if not access.manages_users:
        return
    rows = User.objects.order_by("username").values_list("pk", "username", "full_name")
    for pk, username, full_name in rows.iterator():
        if _holds(words, username, full_name):
            address = reverse("admin:facilities_user_change", args=[pk])
            yield Hit(full_name or username, address, username)


SOURCES: tuple[tuple["StrOrPromise", Callable[[Words, Day, Access], Iterator[Hit]]], ...] = (
    (_("Facilities"), _facilities),
    (_("Holders of certificates"), _holders),
    (REGISTERS["staff"].label, _staff),
    (_("Contacts"), _contacts),
    *((REGISTERS[code].label, _rows_of(code)) for code in ("procurements", "assets")),
    (REGISTERS["certificates"].label, _rows_of("certificates")),
    (REGISTERS["councils"].label, _rows_of("councils")),
    (_("Obstacles"), _obstacles),
    (_("Directives"), _directives),
    (_("Working sessions"), _sessions),
    (REGISTERS["documents"].label, _rows_of("documents")),
    (_("Accounts"), _users),
)
