"""Forms of what is known: what is tracked, that there is none, that a step is not needed."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.choosing import AREAS, OF_AREA, OneOf
from facilities.forms import PaperField
from facilities.models import Area
from facilities.registers.choices import kind_labels
from rollout.models import MeasureCode
from rollout.pages.forms.fields import DayField, field_of, text_field
from rollout.pages.forms.reporting import OnceForm

OF_KIND = "kind:"


class TrackForm(OnceForm):
    """From a day on silence about some measures means no, or it means nothing any more."""

    measures = forms.MultipleChoiceField(
        label=gettext_lazy("Indicators"),
        choices=MeasureCode.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    is_tracked = forms.TypedChoiceField(
        label=gettext_lazy("What silence means"),
        choices=(
            ("yes", gettext_lazy("no: the records are complete")),
            ("no", gettext_lazy("nothing: the records are not complete any more")),
        ),
        coerce=lambda word: word == "yes",
    )
    of = OneOf(label=gettext_lazy("At which facilities"), required=False, of=AREAS)
    since = DayField(label=gettext_lazy("Holds from"))
    source = text_field(
        gettext_lazy("Reason"),
        300,
        help_text=gettext_lazy("For example the letter by which the Department collected it."),
    )

    def __init__(self, *args: Any, areas: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "of", forms.ChoiceField).choices = [
            ("", _("all facilities")),
            (
                _("Of a kind"),
                [
                    (f"{OF_KIND}{kind}", capfirst(str(label)))
                    for kind, label in kind_labels().items()
                ],
            ),
            (_("In an area"), [(f"{OF_AREA}{pk}", name) for pk, name in areas]),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        of = given.get("of", "")
        given["kind"] = of.removeprefix(OF_KIND) if of.startswith(OF_KIND) else ""
        area = of.removeprefix(OF_AREA) if of.startswith(OF_AREA) else None
        given["area"] = Area.objects.get(pk=area) if area else None
        return given


class AbsenceForm(OnceForm):
    """A facility has none of something that nothing is known of."""

    measure = forms.ChoiceField(label=gettext_lazy("Of what there is none"))
    happened_on = DayField(label=gettext_lazy("As of"))
    note = text_field(gettext_lazy("note"), 300, required=False)

    def __init__(self, *args: Any, measures: Iterable[str], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        field_of(self, "measure", forms.ChoiceField).choices = [
            (code, MeasureCode(code).label) for code in measures
        ]

    def clean_happened_on(self) -> date:
        return _not_to_come(self.cleaned_data["happened_on"], self.today)


class NotNeededForm(OnceForm):
    """A step that was passed over is not needed at a facility."""

    happened_on = DayField(label=gettext_lazy("Decided on"))
    because = text_field(
        gettext_lazy("It is not needed here because"),
        500,
        lines=3,
        help_text=gettext_lazy("It stands beside your name. No figure changes by it."),
    )
    paper = PaperField(required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_happened_on(self) -> date:
        return _not_to_come(self.cleaned_data["happened_on"], self.today)


def _not_to_come(day: date, today: date) -> date:
    if day > today:
        raise ValidationError(_("Give today or an earlier day."), code="to_come")
    return day
