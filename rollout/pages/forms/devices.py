"""Forms about devices: moving them, adding many by pattern, opening a stocktake."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from equipment.assets import assets_on
from equipment.models import Asset, DeviceMovement, DeviceType
from equipment.patterns import MOST, expand
from equipment.registers.assets import ARRIVALS
from equipment.registers.choices import device_types
from equipment.services import move
from facilities.choosing import FACILITIES, OneOf
from facilities.folding import tidy
from facilities.forms import PaperField
from facilities.models import Document, Facility, User
from facilities.papers import store_paper
from facilities.permissions import Places
from facilities.registers.choices import NamesOfDay
from facilities.services import record
from rollout.pages.forms.fields import field_of

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
NOTHING = [("", "—")]


class DeviceForm(forms.Form):
    """Its id of a change set travels in it: sent twice, it writes once.

    `places`: the facilities for which the person writes, to choose from; None: all.
    """

    change_set = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        *,
        today: date,
        places: Places,
        initial: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        first = {"change_set": uuid.uuid4()} | (initial or {})
        super().__init__(data, files, initial=first, **kwargs)
        self.today = today
        named = [*NamesOfDay(today, places).items()]
        facilities = named if len(named) == 1 else [*NOTHING, *named]  # the only one is chosen
        for name in ("facility", "giver", "taker"):
            if name in self.fields:
                field_of(self, name, forms.ChoiceField).choices = facilities
        if "type" in self.fields:
            types = [*NOTHING, *device_types().items()]
            field_of(self, "type", forms.ChoiceField).choices = types

    def refuse(self, error: ValidationError) -> None:
        """Show beside its field what a verb refused."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, problems in error.error_dict.items():
            self.add_error(name if name in self.fields else None, problems)

    def not_to_come(self, name: str) -> date:
        day = self.cleaned_data[name]
        if day and day > self.today:
            raise ValidationError(
                gettext("This day is still to come. Record it once it has happened.")
            )
        return day


def lines_of(text: str) -> list[str]:
    """What was typed or pasted, one a line; empty lines left out."""
    return [line for line in map(tidy, text.splitlines()) if line]


class MoveForm(DeviceForm):
    type = forms.ChoiceField(label=_("Device type"))
    giver = OneOf(label=_("From"), of=FACILITIES)
    taker = OneOf(label=_("To"), of=FACILITIES)
    quantity = forms.IntegerField(label=_("How many"), min_value=1, max_value=100_000)
    tags = forms.CharField(
        label=_("Their inventory numbers, one a line"),
        required=False,
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only of those that have one."),
    )
    happened_on = forms.DateField(label=_("Moved on"), widget=DAY, input_formats=DAY_FORMATS)
    number = forms.CharField(label=_("Number of the decision"), required=False, max_length=80)
    issuer = forms.CharField(label=_("Issued by"), required=False, max_length=200)
    issued_on = forms.DateField(
        label=_("Issued on"), required=False, widget=DAY, input_formats=DAY_FORMATS
    )
    file = PaperField(required=False)
    because = forms.CharField(label=_("Reason"), max_length=500)

    def clean_happened_on(self) -> date:
        return self.not_to_come("happened_on")

    def clean_tags(self) -> list[str]:
        return list(dict.fromkeys(lines_of(self.cleaned_data["tags"])))

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("giver") and cleaned["giver"] == cleaned.get("taker"):
            self.add_error("taker", gettext("Devices move to another facility."))
        if len(cleaned.get("tags", ())) > cleaned.get("quantity", MOST):
            self.add_error("tags", gettext("These are more numbers than devices that move."))
        if not cleaned.get("number") and not cleaned.get("file") and not self.errors.get("file"):
            self.add_error("number", gettext("Give the number of the decision, or attach it."))
        return cleaned


def move_devices(form: MoveForm, *, by: User) -> list[DeviceMovement]:
    """What a valid form says, recorded on both sides. Raises ValidationError by field."""
    said = form.cleaned_data
    common = {
        "device_type": DeviceType.objects.get(code=said["type"]),
        "giver": Facility.objects.get(code=said["giver"]),
        "taker": Facility.objects.get(code=said["taker"]),
        "happened_on": said["happened_on"],
        "by": by,
    }
    assets = _standing(said["tags"], common)
    common["document"] = _paper(said, by)
    made: list[DeviceMovement] = []
    for asset in assets:
        made += move(quantity=1, asset=asset, **common)
    if rest := said["quantity"] - len(assets):
        made += move(quantity=rest, **common)
    return made


def _standing(tags: list[str], move: dict[str, Any]) -> list[Asset]:
    standing = assets_on(move["happened_on"]).filter(
        tag__in=tags, place_id=move["giver"].pk, device_type=move["device_type"]
    )
    by_tag = {asset.tag: asset for asset in standing}
    if missing := [tag for tag in tags if tag not in by_tag]:
        raise ValidationError(
            {
                "tags": gettext("Not of this type, or not at the giving facility: %(tags)s.")
                % {"tags": ", ".join(missing[:10])}
            }
        )
    return [by_tag[tag] for tag in tags]


def _paper(said: dict, by: User) -> Document:
    described = {
        "title": gettext("Decision to move devices"),
        "number": said["number"],
        "issuer": said["issuer"],
        "issued_on": said["issued_on"],
    }
    if said["file"]:
        return store_paper(upload=said["file"], by=by, **described)
    known = Document.objects.known().filter(number=said["number"], issuer=said["issuer"]).first()
    return known or record(Document(**described), by=by)


@dataclass(frozen=True, slots=True)
class NewAsset:
    """One of the assets that a pattern stands for."""

    tag: str
    serial: str


class PatternForm(DeviceForm):
    type = forms.ChoiceField(label=_("Device type"))
    facility = OneOf(label=_("Facility"), of=FACILITIES)
    pattern = forms.CharField(
        label=_("Inventory numbers"),
        max_length=100,
        help_text=_("A range in braces: LN-TAB-{001..020} stands for twenty numbers."),
    )
    serials = forms.CharField(
        label=_("Serial numbers, one a line"),
        required=False,
        max_length=MOST * 82,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In the order of the inventory numbers; or none at all."),
    )
    model = forms.CharField(label=_("Model"), required=False, max_length=120)
    arrival = forms.ChoiceField(
        label=_("How they came"),
        required=False,
        help_text=_(
            "Empty: they are among those in the facility's count, as long as there are any "
            "without a number; further ones add to it."
        ),
    )
    warranty_until = forms.DateField(
        label=_("Warranty until"), required=False, widget=DAY, input_formats=DAY_FORMATS
    )
    day = forms.DateField(label=_("There since"), widget=DAY, input_formats=DAY_FORMATS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [*NOTHING, *((way.value, way.label) for way in ARRIVALS)]
        field_of(self, "arrival", forms.ChoiceField).choices = ways

    def clean_day(self) -> date:
        return self.not_to_come("day")

    def clean_pattern(self) -> list[str]:
        return expand(tidy(self.cleaned_data["pattern"]))

    def clean_serials(self) -> list[str]:
        return lines_of(self.cleaned_data["serials"])

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        tags, serials = cleaned.get("pattern"), cleaned.get("serials")
        if tags and serials and len(tags) != len(serials):
            self.add_error(
                "serials",
                gettext("%(serials)s serial numbers for %(tags)s inventory numbers.")
                % {"serials": len(serials), "tags": len(tags)},
            )
        return cleaned

    @property
    def new_assets(self) -> list[NewAsset]:
        tags = self.cleaned_data["pattern"]
        serials = self.cleaned_data["serials"] or [""] * len(tags)
        return [NewAsset(tag, serial) for tag, serial in zip(tags, serials, strict=True)]


class RoundForm(DeviceForm):
    """Opens a stocktake."""

    facility = OneOf(label=_("Facility"), of=FACILITIES)
    title = forms.CharField(label=_("Title"), max_length=200)
