"""Who is to be called at a facility on a day, and how much of it a reader may see."""

from datetime import date, datetime

from facilities.models import Contact
from facilities.models.contacts import SOLE
from facilities.permissions import Access

ORDER = {duty: place for place, duty in enumerate(Contact.Duty)}


def contacts_of(facility_id: int, on: date, known_at: datetime | None = None) -> list[Contact]:
    """Those that hold on the day, the director first: one query."""
    begun = Contact.objects.in_force(on, known_at).filter(facility=facility_id)
    latest: dict[object, Contact] = {}
    for row in begun:
        latest[row.duty if row.duty in SOLE else row.pk] = row
    holding = [row for row in latest.values() if row.ends_on is None or row.ends_on > on]
    return sorted(holding, key=lambda row: (ORDER[Contact.Duty(row.duty)], row.pk))


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
