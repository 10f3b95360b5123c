"""Choosing one of many: a list as long as it can be read, and above that a search with suggestions.

With at most `MOST` choices a field is the list it would be anyway. With more it is a line of text: what
is typed is looked up as people name things, by name, code or the code of another system; a page's
script offers names meanwhile, and none is needed for it to work.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from facilities.exchange.choices import Choices, Unknown
from facilities.exchange.columns import Column
from facilities.folding import fold
from facilities.models import Facility
from facilities.registers.choices import (
    MOST_LISTED,
    NamesOfDay,
    areas_called,
    codes_elsewhere,
)

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

MOST = MOST_LISTED
FACILITIES, AREAS = "facilities", "areas"  # what a page's script may ask names of
OF_AREA = "area:"  # before an area, where a list holds other things too

_WITH_CODE = re.compile(r"^.+ \(([^()]+)\)$")
SEVERAL = ";"


class _Named(Choices):
    """Numbers of rows say nothing to people."""

    def _named(self, codes: Iterable[str], *, codes_too: bool = True) -> str:
        codes = list(codes)
        return super()._named(codes, codes_too=codes_too and not all(c.isdigit() for c in codes))


def meant(labels: Mapping[str, str], text: str, of: str = "") -> str:
    """The choice that a typed text means. Raises Unknown, with near names.

    `of`: `FACILITIES` where the choices are facilities, under their codes or their keys; `AREAS` where
    they are areas, likewise or after `OF_AREA`, which may be told with the one they lie in.
    """
    text = text.strip()
    if text in labels:
        return text
    if isinstance(labels, NamesOfDay) and (near := labels.like(text)):
        # What the whole list would say of it, these say: no other name can be meant.
        try:
            return _Named(Column("chosen", "", choices=lambda: near)).code(text)
        except Unknown:
            pass
    column = Column("chosen", "", choices=lambda: labels)
    try:
        return _Named(column).code(text)
    except Unknown:
        told = _WITH_CODE.match(text)
        asked = told.group(1) if told else text
        if asked in labels:
            return asked
        if of == FACILITIES and (code := _facility(asked, labels)):
            return code
        if of == AREAS and (code := _area(text, labels)):
            return code
        raise


def _area(text: str, labels: Mapping[str, str]) -> str:
    """By its name of today with that of the area it lies in, as suggestions write it."""
    found = [
        key
        for area in areas_called(text)
        for key in (area.code, str(area.id), f"{OF_AREA}{area.id}")
        if key in labels
    ]
    return found[0] if len(found) == 1 else ""


def _facility(text: str, labels: Mapping[str, str]) -> str:
    """By its code or the code of another system today."""
    codes = {text.lower()} | codes_elsewhere().get(fold(text), set())
    found = {
        key
        for pk, code in Facility.objects.filter(code__in=codes).values_list("pk", "code")
        for key in (code, str(pk))
        if key in labels
    }
    return found.pop() if len(found) == 1 else ""


def text_field(name: str, text: str, attrs: Mapping[str, Any], of: str = "") -> "SafeString":
    """The line of text that stands for a long list."""
    place = f"{attrs.get('id', name)}-names"
    offered = {"list": place, "data-suggest": of, "autocomplete": "off"} if of else {}
    kept = {key: value for key, value in attrs.items() if key not in ("multiple", "size")}
    line = forms.TextInput().render(name, text, kept | offered)
    return format_html('{}<datalist id="{}"></datalist>', line, place) if of else line


class _Searched(forms.widgets.ChoiceWidget):
    """A list of choices that becomes a line of text when it is long."""

    of = ""
    names: NamesOfDay | None = None  # the choices, where they are the facilities of a day

    def labels(self) -> Mapping[str, str]:
        if self.names is not None:
            return self.names
        found: dict[str, str] = {}
        # Rows are asked once, however often they are looked through.
        self.choices = list(self.choices)
        for value, label in self.choices:
            if isinstance(label, list | tuple):
                found |= {str(inner): str(text) for inner, text in label}
            else:
                found[str(value)] = str(label)
        found.pop("", None)
        return found

    def is_long(self) -> bool:
        return self.names.is_long if self.names is not None else len(self.labels()) > MOST

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        if not self.is_long():
            return super().render(name, value, attrs, renderer)
        labels = self.labels()
        given = value if isinstance(value, list | tuple) else [value]
        texts = [_told(str(one), labels) for one in given if one not in (None, "")]
        built = self.build_attrs(self.attrs, attrs)
        return text_field(name, f"{SEVERAL} ".join(texts), built, self.of)


def _told(value: str, labels: Mapping[str, str]) -> str:
    """A choice in words that mean it alone: communes share names."""
    label = labels.get(value, value)
    if isinstance(labels, NamesOfDay):
        labels = labels.like(label)
    alone = sum(one == label for one in labels.values()) < 2
    return label if alone else f"{label} ({value})"


class SearchedSelect(_Searched, forms.Select):
    pass


class SearchedSelectMultiple(_Searched, forms.SelectMultiple):
    pass


class SearchedCheckboxes(_Searched, forms.CheckboxSelectMultiple):
    pass


class Searched:
    """For fields of choices: what was typed becomes the choice that is meant. `of`: see `meant`."""

    widget: Any

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = self.widget.of = of

    def clean(self, value: Any) -> Any:
        names = getattr(self.widget, "names", None)
        if value and names is not None:
            names.prepare(value if isinstance(value, list) else [str(value)])
        if value and isinstance(self.widget, _Searched) and self.widget.is_long():
            labels = self.widget.labels()
            try:
                value = self._meant(labels, value)
            except Unknown as error:
                raise ValidationError(str(error), code="invalid_choice") from None
        return super().clean(value)  # type: ignore[misc]  # a mixin

    def _meant(self, labels: Mapping[str, str], value: Any) -> Any:
        return meant(labels, str(value), self.of)


class SearchedMany(Searched):
    """Several, one after the other with a semicolon between them."""

    def _meant(self, labels: Mapping[str, str], value: Any) -> Any:
        found = []
        for text in value:
            parts = [text] if text in labels else str(text).split(SEVERAL)
            found += [meant(labels, part, self.of) for part in parts if part.strip()]
        return found


class OneOf(Searched, forms.ChoiceField):
    widget = SearchedSelect


class OneOfTyped(Searched, forms.TypedChoiceField):
    widget = SearchedSelect


class SomeOfTyped(SearchedMany, forms.TypedMultipleChoiceField):
    widget = SearchedSelectMultiple


def chooser(
    name: str,
    choices: Iterable[tuple[str, Any]],
    value: str = "",
    *,
    of: str = "",
    **attrs: str,
) -> "SafeString":
    """The field of a page that asks without a form. `attrs`: of the element, `id` among them."""
    widget = SearchedSelect(choices=list(choices))
    widget.of = of
    return widget.render(name, value, {"id": name} | attrs)
