"""Forms made of cells: the same columns, the same reading of days and numbers, as in files."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from facilities.choosing import SearchedSelect, meant
from facilities.exchange.cells import BadCell, parse
from facilities.exchange.choices import Unknown
from facilities.exchange.columns import Column, Kind, Value
from facilities.registers.entering import Stale
from facilities.registers.register import Register

FEW = 6  # so many cells are asked in one group
SEEN, REASON, THEIRS = "seen-", "because-", "theirs-"


class CellField(forms.CharField):
    """One cell. A day is asked with the browser's calendar and read as people write it."""

    def __init__(self, column: Column, **kwargs: Any):
        self.column = column
        kwargs.setdefault("label", column.heading())
        kwargs.setdefault("help_text", column.help)
        super().__init__(required=False, widget=_widget(column), **kwargs)

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else self.column.text(value)

    def clean(self, value: Any) -> Value:
        text = (value or "").strip()
        if not text:
            return self.column.empty
        if isinstance(self.widget, SearchedSelect) and self.widget.is_long():
            try:
                return meant(self.widget.labels(), text, self.column.suggests)
            except Unknown as error:
                raise ValidationError(str(error)) from None
        try:
            return parse(self.column, text)
        except BadCell as error:
            raise ValidationError(str(error)) from None


def _widget(column: Column) -> forms.Widget:
    if column.choices is not None:
        widget = SearchedSelect(choices=[("", "—"), *column.choices().items()])
        widget.of = column.suggests
        return widget
    if column.kind == Kind.DAY:
        return forms.DateInput(attrs={"type": "date"})
    if column.is_number:
        return forms.TextInput(attrs={"inputmode": "numeric", "class": "num"})
    if column.lines:
        return forms.Textarea(attrs={"maxlength": column.max_length, "rows": 3})
    return forms.TextInput(attrs={"maxlength": column.max_length})


class CellForm(forms.Form):
    """Some cells of one row. `values`: what stands now, remembered in the form as what was seen."""

    data: QueryDict  # the cells as sent

    change_set = forms.UUIDField(widget=forms.HiddenInput)
    because = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        help_text=_("Needed when something that is there is changed or undone."),
    )

    def __init__(
        self,
        register: Register,
        columns: Iterable[Column],
        values: Mapping[str, Value],
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        *,
        asks_reason: bool = True,
        initial: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ):
        if data and data.get("choose") == "theirs":
            data = _with_theirs(data)
        given = {"change_set": uuid.uuid4(), **values, **(initial or {})}
        super().__init__(data, files, initial=given, **kwargs)
        self.odd: set[str] = set()  # columns for whose values a reason is asked
        self.register, self.columns = register, [column for column in columns if column.writable]
        self.values = values
        for column in self.columns:
            self.fields[column.code] = CellField(column)
            self.fields[SEEN + column.code] = forms.CharField(
                required=False,
                strip=False,
                widget=forms.HiddenInput,
                initial=column.text(values.get(column.code, column.empty)),
            )
            self.fields[REASON + column.code] = forms.CharField(required=False, max_length=500)
        self.order_fields(
            [*(n for n in self.fields if n not in ("change_set", "because")), "because"]
        )
        self.asks_reason = asks_reason

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        if self.asks_reason and not cleaned.get("because", "").strip() and self.changes_a_value:
            self.add_error("because", _("Give the reason."))
        return cleaned

    @property
    def changes_a_value(self) -> bool:
        """Whether something that was there when the form was drawn is replaced or taken back."""
        return any(
            seen not in (None, "") and code in self.cleaned_data and self.cleaned_data[code] != seen
            for code, seen in self.seen.items()
        )

    @property
    def has_values(self) -> bool:
        """Whether anything is there that could be changed, so that a reason may be needed."""
        return any(self.values.get(column.code) not in (None, "") for column in self.columns)

    @property
    def written(self) -> dict[str, Value]:
        """The cells as sent."""
        return {c.code: self.cleaned_data[c.code] for c in self.columns}

    @property
    def seen(self) -> dict[str, Value]:
        """The cells as they stood when the form was drawn."""
        return {c.code: self._seen(c) for c in self.columns}

    def _seen(self, column: Column) -> Value:
        try:
            # Browsers end lines in two signs.
            seen = self.cleaned_data.get(SEEN + column.code, "").replace("\r\n", "\n")
            return column.value(seen)
        except ValueError:  # only a forged form
            return column.empty

    @property
    def reasons(self) -> dict[str, str]:
        """Reasons given for odd values, by column."""
        return {
            c.code: reason
            for c in self.columns
            if (reason := self.cleaned_data.get(REASON + c.code, "").strip())
        }

    def show_both(self, error: Stale) -> list[dict[str, str]]:
        """After a conflict: what was seen, what stands now, what was typed. The form sent again
        has seen what stands now; `choose=theirs` takes it."""
        self.data = self.data.copy()
        found = []
        for column in self.columns:
            if column.code not in error.cells:
                continue
            seen, now = error.cells[column.code]
            self.data[SEEN + column.code] = column.text(now)
            found.append(
                {
                    "label": column.heading(),
                    "name": THEIRS + column.code,
                    "seen": column.show(seen),
                    "now": column.show(now),
                    "now_text": column.text(now),
                    "yours": column.show(self.cleaned_data.get(column.code)),
                }
            )
        return found

    def refuse(self, error: ValidationError) -> None:
        """Show beside its field what the verb refused, and ask a reason where one would do."""
        self.odd = set(getattr(error, "odd", ()))
        if hasattr(error, "error_dict"):
            for name, problems in error.error_dict.items():
                if name in self.fields:
                    self.add_error(name, problems)
                else:
                    self.add_error(None, [self._named(name, one) for one in problems])
        else:
            self.add_error(None, error)

    def _named(self, code: str, error: ValidationError) -> ValidationError:
        """What is wrong with a cell that this form does not show says which cell."""
        column = next((one for one in self.register.columns if one.code == code), None)
        if column is None:
            return error
        return ValidationError(f"{column.heading()}: {' '.join(error.messages)}", code=error.code)

    def lines(self) -> Iterator[dict[str, Any]]:
        """For the template: field, its reason field if one is to be asked, what stood when seen."""
        for column in self.columns:
            reason = self[REASON + column.code]
            asked = column.code in self.odd or bool(reason.value())
            yield {
                "column": column,
                "field": self[column.code],
                "seen": self[SEEN + column.code],
                "reason": reason if asked else None,
            }

    def groups(self) -> Iterator[dict[str, Any]]:
        """The lines in the parts that the register makes of a row; in one part where it makes none.

        What is wrong, or has a value, is never folded away.
        """
        lines = {line["column"].code: line for line in self.lines()}
        parts = self.register.parts(self.values) if len(lines) > FEW else ()
        for part in parts:
            some = [lines.pop(code) for code in part.columns if code in lines]
            if some:
                folded = part.folded and not any(
                    line["field"].errors or line["field"].value() for line in some
                )
                yield {"title": part.title, "folded": folded, "lines": some}
        if lines:
            yield {"title": "", "folded": False, "lines": list(lines.values())}


def _with_theirs(sent: QueryDict) -> QueryDict:
    """What stands now instead of what was typed, in the cells of a conflict."""
    data = sent.copy()
    for name in list(data):
        if name.startswith(THEIRS):
            data[name.removeprefix(THEIRS)] = str(data[name])
    return data
