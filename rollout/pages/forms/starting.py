"""The form that begins: which province, which areas, since when."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.folding import tidy
from facilities.models import Area
from rollout.pages.forms.fields import DayField, text_field
from rollout.pages.forms.reporting import OnceForm
from rollout.programme.beginning import provinces

MOST_AREAS = 2000
LONGEST_NAME = 200


class AreasForm(OnceForm):
    """Areas, one a line: the name in Vietnamese, and after a semicolon the English one."""

    level = forms.ChoiceField(
        label=gettext_lazy("They are"),
        choices=[choice for choice in Area.Level.choices if choice[0] != Area.Level.PROVINCE],
        initial=Area.Level.COMMUNE,
    )
    areas = forms.CharField(
        label=gettext_lazy("Areas, one a line"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "Paste a column of names. An English name may follow after a semicolon: "
            "Phường Tân An; Tan An ward."
        ),
    )
    since = DayField(
        label=gettext_lazy("Names hold from"),
        help_text=gettext_lazy("The first day of which you will record something."),
    )

    def clean_areas(self) -> list[tuple[str, str]]:
        found = []
        for line in self.cleaned_data["areas"].splitlines():
            vietnamese, _sep, english = (tidy(part) for part in line.partition(";"))
            if not vietnamese:
                continue
            if max(len(vietnamese), len(english)) > LONGEST_NAME:
                raise ValidationError(
                    _("A name has at most %(limit)s characters: “%(name)s…”.")
                    % {"limit": LONGEST_NAME, "name": line[:40]}
                )
            found.append((vietnamese, english))
        if len(found) > MOST_AREAS:
            raise ValidationError(
                _("At most %(limit)s areas at once; there are %(count)s.")
                % {"limit": MOST_AREAS, "count": len(found)}
            )
        return found


class ProvinceForm(AreasForm):
    """The province itself as well; its areas may follow later."""

    name_vi = text_field(
        gettext_lazy("Name of the province"),
        LONGEST_NAME,
        help_text=gettext_lazy("As in “Bắc Ninh”."),
    )
    name_en = text_field(gettext_lazy("Name in English"), LONGEST_NAME, required=False)
    field_order = ("name_vi", "name_en", "since", "level", "areas")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"since": date(today.year, 1, 1), "level": Area.Level.COMMUNE})
        super().__init__(*args, **kwargs)
        self.fields["areas"].required = False
        self.fields["name_vi"].widget = forms.TextInput(
            attrs={"maxlength": LONGEST_NAME, "list": "provinces", "autocomplete": "off"}
        )

    def clean(self) -> dict[str, Any]:
        """A province of the list brings its English name."""
        given = super().clean() or self.cleaned_data
        if given.get("name_vi") and not given.get("name_en"):
            known = {province.name_vi: province.name_en for province in provinces()}
            given["name_en"] = known.get(given["name_vi"], "")
        return given
