"""Forms of the reporting calendar."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from facilities.as_of import FacilityOnDay
from facilities.choosing import AREAS, FACILITIES, OneOfTyped
from rollout.models import ReportingCalendar, ReportingException
from rollout.pages.forms.fields import field_of
from rollout.templatetags.figures import day

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


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


class OfArea(OnceForm):
    """What holds for everybody or for an area; whoever acts for areas says which."""

    area = OneOfTyped(label=_("Area"), required=False, coerce=int, empty_value=None, of=AREAS)

    def offer(self, areas: Iterable[tuple[int, str]], everybody: "StrOrPromise | None") -> None:
        """`everybody`: what no area at all means; None: it may not be chosen."""
        first = [] if everybody is None else [("", everybody)]
        area = field_of(self, "area", forms.ChoiceField)
        area.choices, area.required = [*first, *areas], everybody is None


class ExceptionForm(OfArea):
    """No report is asked for a week."""

    field_order = ["due_on", "facility", "area", "because"]

    due_on = forms.TypedChoiceField(label=_("Week that ends on"), coerce=date.fromisoformat)
    facility = OneOfTyped(
        label=_("Facility"), required=False, coerce=int, empty_value=None, of=FACILITIES
    )
    because = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(
        self,
        *args: Any,
        weeks: Iterable[date],
        facilities: Iterable[FacilityOnDay],
        areas: list[tuple[int, str]],
        is_of_an_area: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.is_of_an_area = is_of_an_area
        field_of(self, "due_on", forms.ChoiceField).choices = [
            (due_on.isoformat(), day(due_on)) for due_on in weeks
        ]
        field_of(self, "facility", forms.ChoiceField).choices = [
            ("", _("All of the area") if is_of_an_area else _("All facilities")),
            *((facility.id, facility.name) for facility in facilities),
        ]
        self.offer(areas, _("None: the facility alone") if is_of_an_area else _("Every area"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("facility") and given.get("area"):
            self.add_error("area", _("Give an area or a facility, not both."))
        if self.is_of_an_area and not (given.get("facility") or given.get("area") or self.errors):
            self.add_error("area", _("Choose a facility, or the area for all that lie in it."))
        return given

    @property
    def made(self) -> ReportingException:
        given = self.cleaned_data
        return ReportingException(
            due_on=given["due_on"],
            facility_id=given["facility"],
            area_id=given["area"],
            because=given["because"],
        )


class CalendarForm(OfArea):
    """From a day on, reports are due at another hour or weekday. Weeks that have passed stay as they were."""

    field_order = ["area", "effective_from"]

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

    def __init__(
        self,
        *args: Any,
        today: date,
        areas: list[tuple[int, str]],
        is_of_an_area: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["area"].help_text = _(
            "Its facilities report by this calendar, unless a smaller area has its own."
        )
        self.offer(areas, None if is_of_an_area else _("Every area without its own calendar"))

    def clean_effective_from(self) -> date:
        found = self.cleaned_data["effective_from"]
        if found < self.today:
            raise ValidationError(_("Give today or a later day."), code="past")
        return found

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        since: date | None = given.get("effective_from")
        if since is None or "area" not in given:
            return given
        same_area = ReportingCalendar.objects.known().filter(area=given["area"])
        if same_area.filter(effective_from=since).exists():
            told = _(
                "There is a calendar from this day on. Withdraw it first, or take another day."
            )
            self.add_error("effective_from", ValidationError(told, code="taken"))
        return given

    @property
    def made(self) -> ReportingCalendar:
        given = {name: value for name, value in self.cleaned_data.items() if name != "change_set"}
        given["area_id"] = given.pop("area")
        return ReportingCalendar(**given)


class WithdrawForm(OnceForm):
    """An exception or a calendar was wrong."""

    row = forms.IntegerField()
    because = forms.CharField(max_length=500, error_messages={"required": _("Give the reason.")})
