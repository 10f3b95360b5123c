"""What every decision asks: from which day, which paper, why. And how facilities and areas are chosen."""

import uuid
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import RegexValidator
from django.db.models import Case, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.as_of import AsOf
from facilities.choosing import (
    AREAS,
    FACILITIES,
    Searched,
    SearchedCheckboxes,
    SearchedMany,
    SearchedSelect,
)
from facilities.folding import tidy
from facilities.forms import PaperField
from facilities.models import Area, AreaName, Document, Facility, User
from facilities.models.places import in_language
from facilities.papers import store_paper
from facilities.registers.order import NAME_ORDER, with_name_order
from facilities.services import record
from rollout.models import Programme
from rollout.registers.facilities import CODE

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Kind = TypeVar("Kind", bound=forms.Field)

READ_DAYS = ["%Y-%m-%d", "%d/%m/%Y"]
PAPER = ("number", "issuer", "issued_on", "title")


class Named:
    """Rows are offered under the names that they bear on the day."""

    names: dict[int, str] = {}

    def label_from_instance(self, row: Facility | Area | Programme) -> str:
        return self.names.get(row.pk) or str(row)


class FacilityField(Named, Searched, forms.ModelChoiceField):
    widget = SearchedSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Facility.objects.none(), of=FACILITIES, **kwargs)


class FacilitiesField(Named, SearchedMany, forms.ModelMultipleChoiceField):
    widget = SearchedCheckboxes

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Facility.objects.none(), of=FACILITIES, **kwargs)


class AreaField(Named, Searched, forms.ModelChoiceField):
    widget = SearchedSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Area.objects.none(), of=AREAS, **kwargs)


class ProgrammeField(Named, forms.ModelChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Programme.objects.none(), **kwargs)


class AreasField(Named, SearchedMany, forms.ModelMultipleChoiceField):
    widget = SearchedCheckboxes

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Area.objects.none(), of=AREAS, **kwargs)


class TidyField(forms.CharField):
    """Vietnamese text in the one form in which it is stored."""

    def to_python(self, value: object) -> str:
        return tidy(super().to_python(value) or "")


def field_of(form: forms.BaseForm, name: str, kind: type[Kind]) -> Kind:
    """A field as the form declares it."""
    field = form.fields[name]
    if not isinstance(field, kind):
        raise TypeError(f"{name} is no {kind.__name__}")
    return field


def name_vi(*, required: bool = True) -> TidyField:
    label = gettext_lazy("Name in Vietnamese")
    return TidyField(label=label, max_length=200, required=required)


def name_en() -> TidyField:
    label = gettext_lazy("Name in English")
    return TidyField(label=label, max_length=200, required=False)


def code(*, required: bool = True) -> forms.SlugField:
    return forms.SlugField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy(
            "Lower-case letters, digits and hyphens. It cannot be changed later."
        ),
        validators=[
            RegexValidator(
                CODE,
                gettext_lazy("Write lower-case letters a to z, digits and hyphens: bv-luc-nam."),
            )
        ],
        required=required,
    )


def same_name() -> forms.BooleanField:
    label = gettext_lazy("They do have the same name")
    return forms.BooleanField(label=label, required=False)


class Taken(TypedDict):
    """What every decision says: from which day, why, who wrote it down, and its paper."""

    on: date
    because: str
    by: User
    document: Document | None


class Decision(forms.Form):
    """A decision about facilities. Subclasses add what it decides and how that is written."""

    label: "StrOrPromise"  # what is done, in the list of choices
    explained: "StrOrPromise"  # what follows from it, in a sentence

    change_set = forms.UUIDField(widget=forms.HiddenInput)
    on = forms.DateField(
        label=gettext_lazy("In force from"),
        input_formats=READ_DAYS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("The first day. It may lie ahead or in the past."),
    )
    because = TidyField(label=gettext_lazy("Reason"), max_length=300)
    number = TidyField(label=gettext_lazy("Number of the decision"), max_length=80, required=False)
    issuer = TidyField(label=gettext_lazy("Issued by"), max_length=200, required=False)
    issued_on = forms.DateField(
        label=gettext_lazy("Issued on"),
        input_formats=READ_DAYS,
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    title = TidyField(
        label=gettext_lazy("What it is about"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Empty: the reason."),
    )
    file = PaperField(required=False, label=gettext_lazy("Document that proves it (photo or PDF)"))

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        """`day`: on which the facilities and areas to choose from stand."""
        given = kwargs.get("initial") or {}
        kwargs["initial"] = {"change_set": uuid.uuid4(), "on": day} | given
        super().__init__(*args, **kwargs)
        self.asks_same_name = bool(self.data.get("although_same_name"))
        self._offer(day)

    def _offer(self, day: date) -> None:
        as_of = AsOf(day)
        # What a form was sent with may have left by its day: the verb says so, in words.
        listed = as_of.so_far(day).values() if self.is_bound else as_of.on(day)
        self.facilities = {facility.id: facility for facility in listed}
        rows = with_name_order(Facility.objects.filter(pk__in=self.facilities), day)
        in_rollout = [pk for pk, facility in self.facilities.items() if facility.in_rollout]
        first = Case(When(pk__in=in_rollout, then=0), default=1)
        areas = {
            name.area_id: in_language(name.name_vi, name.name_en)
            for name in AreaName.objects.in_force(day)
        }
        for field in self.fields.values():
            if isinstance(field, FacilityField | FacilitiesField):
                field.names = {pk: facility.name for pk, facility in self.facilities.items()}
                field.queryset = rows.order_by(first, NAME_ORDER)
            elif isinstance(field, AreaField | AreasField):
                field.names = areas
                field.queryset = Area.objects.filter(pk__in=areas).order_by("level", "code")

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        if any(cleaned.get(name) for name in PAPER) and not cleaned.get("issuer"):
            self.add_error("issuer", _("Say who issued the decision."))
        return cleaned

    @property
    def asked(self) -> Iterator[forms.BoundField]:
        """The fields of what is decided, before those of every decision."""
        for name in self.fields:
            if name in Decision.base_fields or name in self.apart:
                continue
            if name != "although_same_name" or self.asks_same_name:
                yield self[name]

    apart: frozenset[str] = frozenset()  # fields that a subclass shows by itself

    @property
    def paper_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in PAPER]

    def refuse(self, error: ValidationError) -> None:
        """Show beside its field what a verb refused."""
        problems = (
            error.error_dict
            if hasattr(error, "error_dict")
            else {NON_FIELD_ERRORS: error.error_list}
        )
        for name, found in problems.items():
            if any(problem.code == "duplicate_name" for problem in found):
                self.asks_same_name = True
            self.add_error(name if name in self.fields else None, found)

    def paper(self, by: User) -> Document | None:
        """The decision's paper: as uploaded, the one that is known by its number, or a new entry."""
        given = {name: self.cleaned_data[name] for name in PAPER}
        given["title"] = given["title"] or self.cleaned_data["because"]
        if self.cleaned_data.get("file"):
            return store_paper(upload=self.cleaned_data["file"], by=by, **given)
        if not given["issuer"]:
            return None
        if given["number"]:
            known = Document.objects.known().filter(number=given["number"], issuer=given["issuer"])
            if document := known.order_by("pk").first():
                return document
        return record(Document(**given), by=by)

    def carry_out(self, decision: Taken) -> None:
        """Write it. Raises ValidationError for what the verbs refuse."""
        raise NotImplementedError
