"""Forms of the reporting calendar."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from facilities.as_of import FacilityOnDay
from facilities.choosing import FACILITIES, OneOfTyped
from facilities.models import Record
from rollout.models import ReportingCalendar, ReportingException
from rollout.pages.forms.fields import field_of
from rollout.programme.reporting import Week
from rollout.templatetags.figures import day


class OnceForm(forms.Form):
    """Its id of a change set travels in it: sent twice, it writes once."""

    change_set = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        *,
        initial: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        first = {"change_set": uuid.uuid4()} | (initial or {})
        super().__init__(data, files, initial=first, **kwargs)

    def refuse(self, error: ValidationError) -> None:
        """Show beside its field what the verb refused."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, problems in error.error_dict.items():
            self.add_error(name if name in self.fields else None, problems)

    def focus_on_wrong(self) -> None:
        """A browser that shows the form again goes to its first wrong field."""
        for name, field in self.fields.items():
            if name in self.errors and not field.widget.is_hidden:
                field.widget.attrs["autofocus"] = True
                return


class ExceptionForm(OnceForm):
    """No report is asked for a week."""

    due_on = forms.TypedChoiceField(label=_("Week that ends on"), coerce=date.fromisoformat)
    facility = OneOfTyped(
        label=_("Facility"), required=False, coerce=int, empty_value=None, of=FACILITIES
    )
    because = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(
        self, *args: Any, weeks: Iterable[Week], facilities: list[FacilityOnDay], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "due_on", forms.ChoiceField).choices = [
            (week.due_on.isoformat(), day(week.due_on)) for week in weeks
        ]
        field_of(self, "facility", forms.ChoiceField).choices = [
            ("", _("All facilities")),
            *((facility.id, facility.name) for facility in facilities),
        ]

    @property
    def made(self) -> Record:
        given = self.cleaned_data
        return ReportingException(
            due_on=given["due_on"], facility_id=given["facility"], because=given["because"]
        )


class CalendarForm(OnceForm):
    """From a day on, reports are due at another hour or weekday. Weeks that have passed stay as they were."""

    effective_from = forms.DateField(
        label=_("Holds from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        help_text=_("Today or later: weeks that have passed stay as they were."),
    )
    weekday = forms.TypedChoiceField(
        label=_("Weekday"), choices=ReportingCalendar.Weekday.choices, coerce=int
    )
    hour = forms.IntegerField(
        label=_("Hour"),
        min_value=1,
        max_value=24,
        help_text=_("The cut-off, in local time: 16 is four in the afternoon."),
    )
    source = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("For example the letter that says so.")
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_effective_from(self) -> date:
        found = self.cleaned_data["effective_from"]
        if found < self.today:
            raise ValidationError(_("Give today or a later day."), code="past")
        if ReportingCalendar.objects.known().filter(effective_from=found).exists():
            raise ValidationError(
                _("There is a calendar from this day on. Withdraw it first, or take another day."),
                code="taken",
            )
        return found

    @property
    def made(self) -> Record:
        given = {name: value for name, value in self.cleaned_data.items() if name != "change_set"}
        return ReportingCalendar(**given)


class WithdrawForm(OnceForm):
    """An exception or a calendar was wrong."""

    row = forms.IntegerField()
    because = forms.CharField(max_length=500, error_messages={"required": _("Give the reason.")})
