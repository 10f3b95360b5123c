"""The register of contacts: one row a person of a facility and what that person is there."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.exchange.columns import Column, Kind
from facilities.models import Contact
from facilities.registers.choices import facilities_by_code, facility_names, labels
from facilities.registers.records import RecordRegister, Rows
from facilities.registers.register import Problems
from facilities.registers.writers import RowEntry, Writing

TELEPHONE = re.compile(r"\+?[0-9][0-9 .()-]{5,18}\Z")


class Contacts(RecordRegister[Contact]):
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

    def check(self, entry: RowEntry[Contact], problems: Problems, context: None, on: date) -> None:
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

    def create(self, entries: list[RowEntry[Contact]], writing: Writing) -> None:
        for entry in entries:
            entry.new["from"] = entry.day("from") or writing.on
        super().create(entries, writing)
