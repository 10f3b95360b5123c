"""The registers of contacts: a row a person of a facility or of an agency, and what they are there."""

import re
from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.exchange.columns import Column, Kind
from facilities.models import AgencyContact, Contact, Record
from facilities.registers.choices import (
    agencies,
    agencies_by_code,
    facilities_by_code,
    facility_names,
    labels,
)
from facilities.registers.few import holding
from facilities.registers.records import RecordRegister, Rows
from facilities.registers.register import Problems
from facilities.registers.writers import RowEntry, Writing

Person = TypeVar("Person", bound=Record)

TELEPHONE = re.compile(r"\+?[0-9][0-9 .()-]{5,18}\Z")


REACHED = (
    Column(
        "telephone",
        gettext_lazy("telephone"),
        personal=True,
        filtered=False,
        max_length=20,
        digits=10,
        aliases=("Điện thoại", "SĐT", "Số điện thoại"),
    ),
    Column(
        "email",
        gettext_lazy("e-mail"),
        personal=True,
        filtered=False,
        max_length=254,
        aliases=("Email", "Thư điện tử"),
    ),
    Column(
        "from",
        gettext_lazy("valid from"),
        Kind.DAY,
        filtered=False,
        help=gettext_lazy("Left empty, a new one holds from the day of writing."),
    ),
    Column(
        "until",
        gettext_lazy("until"),
        Kind.DAY,
        filtered=False,
        help=gettext_lazy("First day on which it no longer holds."),
    ),
)


class _People(RecordRegister[Person]):
    """What is asked of whomever one is to call."""

    def check(self, entry: RowEntry[Person], problems: Problems, context: None, on: date) -> None:
        if (told := entry.text("telephone")) and not TELEPHONE.match(told):
            problems.refuse("telephone", _("Write digits, with + for another country."))
        if told := entry.text("email"):
            try:
                validate_email(told)
            except ValidationError:
                problems.refuse("email", _("This is no e-mail address."))
        begin, end = entry.day("from") or on, entry.day("until")
        if entry.row is not None and entry.day("from") is None:
            problems.refuse("from", _("Fill this in."))
        if end and end <= begin:
            problems.refuse("until", _("It must come after the first day."))

    def create(self, entries: list[RowEntry[Person]], writing: Writing) -> None:
        for entry in entries:
            entry.new["from"] = entry.day("from") or writing.on
        super().create(entries, writing)


class Contacts(_People[Contact]):
    code = "contacts"
    label = gettext_lazy("contacts")
    row_label = gettext_lazy("contact")
    model = Contact
    keys = (("facility", "duty", "name", "from"), ("facility", "duty", "name"))
    default_sort = "facility"
    columns = (
        Column(
            "facility", gettext_lazy("facility"), Kind.CODE, choices=facility_names, required=True
        ),
        Column(
            "duty",
            gettext_lazy("duty"),
            Kind.CHOICE,
            choices=labels(Contact.Duty),
            required=True,
            aliases=("Chức vụ", "Vai trò"),
        ),
        Column(
            "name",
            gettext_lazy("full name"),
            required=True,
            personal=True,
            filtered=False,
            max_length=150,
            aliases=("Họ và tên", "Họ tên"),
        ),
        *REACHED,
    )
    writers = (
        Rows(
            columns={
                "facility": "facility",
                "duty": "duty",
                "name": "name",
                "telephone": "telephone",
                "email": "email",
                "from": "effective_from",
                "until": "ends_on",
            },
            find={"facility": facilities_by_code},
            codes={"facility": "facility__code"},
        ),
    )


class AgencyContacts(_People[AgencyContact]):
    """Who answers for an agency; the latest one holds."""

    code = "agency-contacts"
    label = gettext_lazy("contacts of agencies")
    row_label = gettext_lazy("contact of an agency")
    model = AgencyContact
    facility_path = ""
    is_by_facility = False
    keys = (("agency", "name", "from"), ("agency", "name"))
    default_sort = "agency"
    columns = (
        Column(
            "agency",
            gettext_lazy("agency"),
            Kind.CHOICE,
            choices=agencies,
            required=True,
            aliases=("Cơ quan", "Đơn vị"),
        ),
        Column(
            "name",
            gettext_lazy("full name"),
            required=True,
            personal=True,
            filtered=False,
            max_length=150,
            aliases=("Họ và tên", "Họ tên"),
        ),
        Column(
            "position",
            gettext_lazy("position"),
            filtered=False,
            max_length=150,
            aliases=("Chức vụ",),
        ),
        *REACHED,
    )
    writers = (
        Rows(
            columns={
                "agency": "agency",
                "name": "name",
                "position": "position",
                "telephone": "telephone",
                "email": "email",
                "from": "effective_from",
                "until": "ends_on",
            },
            find={"agency": agencies_by_code},
            codes={"agency": "agency__code"},
        ),
    )

    def of_facilities(
        self, rows: QuerySet[AgencyContact], facility_ids: Iterable[int] | None
    ) -> QuerySet[AgencyContact]:
        """They are of no facility."""
        return rows if facility_ids is None else rows.none()

    def facility_of(self, row: AgencyContact) -> int | None:
        return None

    def search(self, rows: QuerySet[AgencyContact], text: str, on: date) -> QuerySet[AgencyContact]:
        return holding(rows, text, ("name", "position", "agency__name_vi", "agency__name_en"))
