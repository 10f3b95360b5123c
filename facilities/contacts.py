"""Who is to be called at a facility or an agency on a day, and how much of it a reader may see."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from facilities.models import AgencyContact, Contact
from facilities.models.contacts import SOLE
from facilities.permissions import Access

ORDER = {duty: place for place, duty in enumerate(Contact.Duty)}


class Person(NamedTuple):
    """Whom to call: what the person is there, and how to reach them."""

    name: str
    duty: str
    telephone: str


def contacts_of(facility_id: int, on: date, known_at: datetime | None = None) -> list[Contact]:
    """Those that hold on the day, the director first: one query."""
    return contacts_of_each([facility_id], on, known_at)[facility_id]


def contacts_of_each(
    facility_ids: Iterable[int], on: date, known_at: datetime | None = None
) -> dict[int, list[Contact]]:
    """The same of many: one query."""
    latest: dict[int, dict[object, Contact]] = defaultdict(dict)
    for row in Contact.objects.in_force(on, known_at).filter(facility__in=set(facility_ids)):
        latest[row.facility_id][row.duty if row.duty in SOLE else row.pk] = row
    found: dict[int, list[Contact]] = defaultdict(list)
    for pk, rows in latest.items():
        holding = (row for row in rows.values() if row.ends_on is None or row.ends_on > on)
        found[pk] = sorted(holding, key=lambda row: (ORDER[Contact.Duty(row.duty)], row.pk))
    return found


def responsible_at(
    access: Access, facility_ids: Iterable[int], on: date, known_at: datetime | None = None
) -> dict[int, Person]:
    """Of each facility its director, and for who may see more its IT officer where no director has a
    telephone: those this reader may call. One query, none for who may call nobody.
    """
    seen = [pk for pk in facility_ids if access.sees_director_of(pk)]
    if not seen:
        return {}
    found = {}
    for pk, rows in contacts_of_each(seen, on, known_at).items():
        in_full = access.sees_contacts_in(pk)
        open_to = [row for row in rows if in_full or row.duty == Contact.Duty.DIRECTOR]
        open_to.sort(key=lambda row: not row.telephone)
        if open_to:
            first = open_to[0]
            found[pk] = Person(first.name, str(first.get_duty_display()), first.telephone)
    return found


def responsible_of(
    access: Access, agency_ids: Iterable[int], on: date, known_at: datetime | None = None
) -> dict[int, Person]:
    """Of each agency who answers for it on the day, if this reader may see it: one query at most."""
    seen = [pk for pk in agency_ids if access.sees_contact_of(pk)]
    if not seen:
        return {}
    latest = {
        row.agency_id: row
        for row in AgencyContact.objects.in_force(on, known_at).filter(agency__in=seen)
    }
    return {
        pk: Person(row.name, row.position, row.telephone)
        for pk, row in latest.items()
        if row.ends_on is None or row.ends_on > on
    }


def contacts_for(
    access: Access, facility_id: int, on: date, known_at: datetime | None = None
) -> list[Contact]:
    """What this reader may see of them: all, the director's name and telephone, or nothing."""
    if access.sees_contacts_in(facility_id):
        return contacts_of(facility_id, on, known_at)
    if not access.sees_director_of(facility_id):
        return []
    found = contacts_of(facility_id, on, known_at)
    directors = [row for row in found if row.duty == Contact.Duty.DIRECTOR]
    for row in directors:
        row.email = ""
    return directors
