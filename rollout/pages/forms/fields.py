"""Fields that the programme's forms share."""

from typing import TYPE_CHECKING, Any, TypeVar

from django import forms

from facilities.choosing import Searched, SearchedSelect
from facilities.models import Agency
from rollout.models import WorkingSession
from rollout.templatetags.figures import day

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


Kind = TypeVar("Kind", bound=forms.Field)


class DayField(forms.DateField):
    """A day, as people here write it or as the browser's calendar sends it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            **kwargs,
        )


class OneRow(Searched, forms.ModelChoiceField):
    """One row of a table, which may come to hold many."""

    widget = SearchedSelect


class SessionField(OneRow):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=WorkingSession.objects.none(), **kwargs)

    def label_from_instance(self, session: WorkingSession) -> str:
        return f"{day(session.held_on)}: {session.name}"


class AgencyField(OneRow):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Agency.objects.none(), **kwargs)


class AgenciesField(forms.ModelMultipleChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Agency.objects.none(), **kwargs)


def text_field(
    label: "StrOrPromise", length: int, *, lines: int = 0, **kwargs: Any
) -> forms.CharField:
    """A line of text, or several lines."""
    if lines:
        kwargs["widget"] = forms.Textarea(attrs={"rows": lines})
    return forms.CharField(label=label, max_length=length, **kwargs)


def field_of(form: forms.BaseForm, name: str, kind: type[Kind]) -> Kind:
    """A field as the form declares it, so that its choices can be filled when the form is made."""
    field = form.fields[name]
    if not isinstance(field, kind):
        raise TypeError(f"{name} is no {kind.__name__}")
    return field


class Choosing(forms.Form):
    """Fills the choices of sessions and agencies when the form is made, not when it is imported."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, SessionField):
                field.queryset = WorkingSession.objects.known()
            elif isinstance(field, AgencyField | AgenciesField):
                field.queryset = Agency.objects.order_by("name_vi")
