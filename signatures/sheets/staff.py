"""What the staff list and the register of certificates put into a sheet before it is filled in."""

from collections.abc import Iterable
from datetime import date, timedelta

from facilities.as_of import AsOf
from facilities.models import Facility
from signatures.certificates import CertificateOnDay, certificates
from signatures.models import CertificateEvent, StaffEvent, StaffMember
from signatures.sheets.fields import Form
from signatures.sheets.filling import Person
from signatures.staff import NO_EMAIL, standing
from signatures.steps import Step

SOON = timedelta(days=120)  # a certificate that ends within these is put up for renewal
NONE_YET = (NO_EMAIL, Step.NOT_REQUESTED, Step.RETURNED, Step.EXPIRED, Step.REVOKED)


def working(facility: Facility, on: date) -> dict[int, Person]:
    """Everybody on the staff list who had not left by the day, with the serial of a certificate."""
    gone = StaffEvent.objects.as_of(on).filter(kind=StaffEvent.Kind.LEFT)
    rows = (
        StaffMember.objects.standing()
        .filter(facility=facility)
        .exclude(pk__in=gone.values("member"))
        .order_by("sort_key", "pk")
    )
    serials: dict[int, str] = {}
    for one in certificates(AsOf(on, facility_ids=frozenset({facility.pk}))):
        if one.certificate.member_id and one.certificate.serial:
            serials[one.certificate.member_id] = one.certificate.serial
    return {
        row.pk: Person(
            key=row.pk,
            name=row.name,
            unit=row.unit,
            position=row.position,
            email=row.email,
            operator=row.get_operator_display() if row.operator else "",
            serial=serials.get(row.pk, ""),
        )
        for row in rows
    }


def asked_already(facility: Facility, on: date) -> set[int]:
    """Whose request is on its way, or whose certificate is valid: nobody asks twice."""
    rows = StaffMember.objects.standing().filter(facility=facility).annotate(came=standing(on))
    return set(rows.exclude(came__in=NONE_YET).values_list("pk", flat=True))


def waiting_for_email(facility: Facility, on: date) -> int:
    """How many people wait for an official e-mail before anything can be asked for."""
    without = [person for person in working(facility, on).values() if not person.email]
    return len({person.key for person in without} - asked_already(facility, on))


def prefilled(form: Form, facility: Facility, on: date) -> list[dict[str, str]]:
    """The rows of a sheet to fill in: what is on record, the rest empty."""
    if form.code in ("01", "import"):
        asked = asked_already(facility, on)
        people = working(facility, on).values()
        return [_of_person(person) for person in people if person.key not in asked]
    if not form.is_of_people:
        return [{}]
    members = StaffMember.objects.filter(facility=facility)
    emails = dict(members.values_list("pk", "email"))
    gone = set(
        StaffEvent.objects.as_of(on)
        .filter(kind=StaffEvent.Kind.LEFT, facility=facility)
        .values_list("member", flat=True)
    )
    found = certificates(AsOf(on, facility_ids=frozenset({facility.pk})))
    return [_of_certificate(form, one, emails) for one in _chosen(form, found, gone, on)]


def _of_person(person: Person) -> dict[str, str]:
    return {
        "member": str(person.key),
        "name": person.name,
        "unit": person.unit,
        "position": person.position,
        "email": person.email,
        "operator": person.operator,
        "old-serial": person.serial,
    }


def _chosen(
    form: Form, found: Iterable[CertificateOnDay], gone: set[int], on: date
) -> list[CertificateOnDay]:
    """Renewed: what ends soon and was not renewed. Revoked: of who left. Restored: nobody knows."""
    valid = [one for one in found if one.counts_as(CertificateEvent.Kind.ISSUED)]
    if form.code == "04":
        return [
            one
            for one in valid
            if one.valid_until
            and one.valid_until <= on + SOON
            and CertificateEvent.Kind.RENEWED not in one.days
        ]
    if form.code == "05":
        left = CertificateEvent.Kind.LEFT
        return [one for one in valid if left in one.days or one.certificate.member_id in gone]
    return []


def _of_certificate(form: Form, one: CertificateOnDay, emails: dict[int, str]) -> dict[str, str]:
    return {
        "certificate": one.certificate.holder,
        "serial": one.certificate.serial,
        "email": emails.get(one.certificate.member_id or 0, ""),
        "renew": "x" if form.code == "04" else "",
    }
