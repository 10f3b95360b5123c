"""The decisions that can be taken about facilities and areas, each as a form that calls its verb."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Unpack

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities import reorganising
from facilities.as_of import AsOf, FacilityOnDay
from facilities.folding import fold
from facilities.models import Area, Facility, Ownership, Scope
from facilities.registers.choices import body_labels, kind_labels
from rollout.models import Programme
from rollout.programme.services import steer
from rollout.registers.reorganisation.asking import (
    AreaField,
    AreasField,
    Decision,
    FacilitiesField,
    FacilityField,
    ProgrammeField,
    Taken,
    TidyField,
    code,
    field_of,
    name_en,
    name_vi,
    same_name,
)

FACILITY = gettext_lazy("Facility")
SPLIT_OFF = 3  # new facilities in one form


def _kinds() -> list[tuple[str, str]]:
    return [(code, capfirst(str(label))) for code, label in kind_labels().items()]


def _bodies() -> list[tuple[str, str]]:
    return [("", "—"), *((code, str(label)) for code, label in body_labels().items())]


class Open(Decision):
    label = gettext_lazy("Open a facility")
    explained = gettext_lazy("A new facility begins. It counts from its first day on.")

    code = code()
    name_vi = name_vi()
    name_en = name_en()
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=_kinds)
    ownership = forms.ChoiceField(label=gettext_lazy("Ownership"), choices=Ownership.choices)
    managed_by = forms.ChoiceField(
        label=gettext_lazy("Managed by"), choices=_bodies, required=False
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("Scope"),
        choices=[choice for choice in Scope.choices if choice[0] != Scope.CLOSED],
    )
    area = AreaField(label=gettext_lazy("Area"), required=False)
    although_same_name = same_name()

    def carry_out(self, decision: Taken) -> None:
        names = ("code", "name_vi", "name_en", "kind", "ownership", "managed_by", "scope", "area")
        reorganising.open_facility(
            **{name: self.cleaned_data[name] for name in names},
            although_same_name=self.cleaned_data["although_same_name"],
            **decision,
        )


class Rename(Decision):
    label = gettext_lazy("Rename a facility")
    explained = gettext_lazy("The facility goes on under its code; earlier days keep the old name.")

    facility = FacilityField(label=FACILITY)
    name_vi = name_vi()
    name_en = name_en()
    although_same_name = same_name()

    def carry_out(self, decision: Taken) -> None:
        names = ("facility", "name_vi", "name_en", "although_same_name")
        reorganising.rename(**{name: self.cleaned_data[name] for name in names}, **decision)


class Close(Decision):
    label = gettext_lazy("Close a facility")
    explained = gettext_lazy(
        "Nobody carries on for it: what it had counts until the day before. If another facility "
        "takes it over, merge instead."
    )

    facility = FacilityField(label=FACILITY)

    def carry_out(self, decision: Taken) -> None:
        reorganising.close_facility(facility=self.cleaned_data["facility"], **decision)


class Merge(Decision):
    label = gettext_lazy("Merge facilities")
    explained = gettext_lazy(
        "Devices and certificates pass to the facility that carries on. The others leave the "
        "register and answer under their old codes. Earlier days stay as they were."
    )

    predecessors = FacilitiesField(label=gettext_lazy("Facilities that merge"))
    successor = FacilityField(
        label=gettext_lazy("Carries on"),
        required=False,
        empty_label=gettext_lazy("a new facility, named below"),
    )
    code = code(required=False)
    name_vi = name_vi(required=False)
    name_en = name_en()
    although_same_name = same_name()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("successor"):
            for name in ("code", "name_vi"):
                if name in cleaned and not cleaned[name]:
                    self.add_error(name, _("Choose who carries on, or name the new facility."))
        return cleaned

    def carry_out(self, decision: Taken) -> None:
        successor = self.cleaned_data["successor"]
        if successor is None:
            first = _on_its_day(self.cleaned_data["predecessors"][0], decision["on"])
            successor = _opened_like(
                first,
                code=self.cleaned_data["code"],
                name_vi=self.cleaned_data["name_vi"],
                name_en=self.cleaned_data["name_en"],
                although_same_name=self.cleaned_data["although_same_name"],
                **decision,
            )
        reorganising.merge(
            predecessors=self.cleaned_data["predecessors"], successor=successor, **decision
        )


class Split(Decision):
    label = gettext_lazy("Split a facility")
    explained = gettext_lazy(
        "Nothing passes on by itself: record which devices went along as moves, and the rest for "
        "each new facility."
    )

    predecessor = FacilityField(label=gettext_lazy("Facility that is split"))
    goes_on = forms.BooleanField(
        label=gettext_lazy("It goes on under its own code"), required=False
    )
    although_same_name = same_name()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, SPLIT_OFF + 1):
            self.fields[f"code_{number}"] = code(required=False)
            self.fields[f"name_vi_{number}"] = name_vi(required=False)
        self.order_fields([name for name in self.fields if name != "although_same_name"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.new: list[tuple[int, str, str]] = []
        for number in range(1, SPLIT_OFF + 1):
            names = [f"code_{number}", f"name_vi_{number}"]
            values = [cleaned.get(name, "") for name in names]
            if all(values):
                new_code, new_name = values
                self.new.append((number, new_code, new_name))
            elif any(values):
                missing = names[values.index("")]
                if missing not in self.errors:
                    self.add_error(missing, _("A new facility needs a code and a name."))
        if not self.new and not self.errors:
            self.add_error("code_1", _("Name at least one facility that is split off."))
        return cleaned

    def carry_out(self, decision: Taken) -> None:
        predecessor = self.cleaned_data["predecessor"]
        like = _on_its_day(predecessor, decision["on"])
        successors = [predecessor] if self.cleaned_data["goes_on"] else []
        for number, new_code, new_name in self.new:
            try:
                opened = _opened_like(
                    like,
                    code=new_code,
                    name_vi=new_name,
                    although_same_name=self.cleaned_data["although_same_name"],
                    **decision,
                )
            except ValidationError as error:
                raise ValidationError(
                    {f"{name}_{number}": problems for name, problems in error.error_dict.items()}
                ) from None
            successors.append(opened)
        reorganising.split(predecessor=predecessor, successors=successors, **decision)


class Move(Decision):
    label = gettext_lazy("Move facilities to another area")
    explained = gettext_lazy("As when districts are abolished. Figures do not change.")

    facilities_moved = FacilitiesField(label=gettext_lazy("Facilities"))
    area = AreaField(label=gettext_lazy("Area in which they lie then"))

    def carry_out(self, decision: Taken) -> None:
        for facility in self.cleaned_data["facilities_moved"]:
            reorganising.move_to_area(facility=facility, area=self.cleaned_data["area"], **decision)


class OpenArea(Decision):
    label = gettext_lazy("Open an area")
    explained = gettext_lazy("A new province, district, commune or ward.")

    code = code()
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=Area.Level.choices)
    name_vi = name_vi()
    name_en = name_en()
    parent = AreaField(label=gettext_lazy("Lies in"), required=False)

    def carry_out(self, decision: Taken) -> None:
        names = ("code", "level", "name_vi", "name_en", "parent")
        reorganising.open_area(**{name: self.cleaned_data[name] for name in names}, **decision)


class RenameArea(Decision):
    label = gettext_lazy("Rename an area")
    explained = gettext_lazy("The province's own name stands at the top of every page.")

    area = AreaField(label=gettext_lazy("Area"))
    name_vi = name_vi()
    name_en = name_en()

    def carry_out(self, decision: Taken) -> None:
        names = ("area", "name_vi", "name_en")
        reorganising.rename_area(**{name: self.cleaned_data[name] for name in names}, **decision)


class Steer(Decision):
    label = gettext_lazy("Become part of another province")
    explained = gettext_lazy(
        "From the day on the other province's name stands on pages and documents. Put the "
        "areas into it as well."
    )

    programme = ProgrammeField(label=gettext_lazy("Province that becomes part of it"))
    area = AreaField(label=gettext_lazy("Province"))

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, day=day, **kwargs)
        self.programmes = Programme.objects.select_related("area").order_by("area__code")
        if len(self.programmes) < 2:
            del self.fields["programme"]
            return
        field = field_of(self, "programme", ProgrammeField)
        area = field_of(self, "area", AreaField)
        field.names = {one.pk: area.names.get(one.area_id, "") for one in self.programmes}
        field.queryset = self.programmes

    def carry_out(self, decision: Taken) -> None:
        programme = self.cleaned_data.get("programme") or self.programmes.first()
        if programme is None:
            raise ValidationError(_("No province has been entered yet. Begin with one."))
        steer(programme=programme, area=self.cleaned_data["area"], **decision)


class MoveArea(Decision):
    label = gettext_lazy("Put areas into another one")
    explained = gettext_lazy("As when provinces merge.")

    areas = AreasField(label=gettext_lazy("Areas"))
    parent = AreaField(label=gettext_lazy("Lie in"))

    def carry_out(self, decision: Taken) -> None:
        for area in self.cleaned_data["areas"]:
            reorganising.move_area(area=area, parent=self.cleaned_data["parent"], **decision)


class RenameMany(Decision):
    """The names of many facilities, each beside the one it bears now. Only those changed are written."""

    label = gettext_lazy("Rename many facilities")
    explained = gettext_lazy(
        "Overwrite the names that change; the others stay. One decision, one day."
    )
    # Three fields each, and a form holds at most a thousand.
    most = 300

    although_same_name = same_name()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = sorted(self.facilities.values(), key=lambda f: (not f.in_rollout, f.code))
        if self.is_bound:
            shown = [facility for facility in shown if f"was-{facility.id}" in self.data]
        self.listed = shown[: self.most]
        self.left_out = len(shown) - len(self.listed)
        for facility in self.listed:
            for field, name in self._names(facility).items():
                self.fields[field] = TidyField(required=False, max_length=200, initial=name)
        self.apart = frozenset(name for f in self.listed for name in self._names(f))

    @staticmethod
    def _names(facility: FacilityOnDay) -> dict[str, str]:
        return {
            f"name_vi-{facility.id}": facility.name_vi,
            f"name_en-{facility.id}": facility.name_en,
            f"was-{facility.id}": facility.name_vi,
        }

    @property
    def rows(self) -> Iterator[tuple[FacilityOnDay | forms.BoundField, ...]]:
        for facility in self.listed:
            fields = [self[name] for name in self._names(facility)]
            yield facility, *fields

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.renamed: dict[int, tuple[str, str]] = {}
        for facility in self.listed:
            name, english, was = (cleaned.get(field, "") for field in self._names(facility))
            if (name, english) == (was, facility.name_en):
                continue
            if not name:
                self.add_error(f"name_vi-{facility.id}", _("A facility has a name."))
            elif was != facility.name_vi:
                self.add_error(
                    f"name_vi-{facility.id}",
                    _("Somebody renamed it meanwhile: %(name)s.") % {"name": facility.name_vi},
                )
            else:
                self.renamed[facility.id] = (name, english)
        if not self.renamed and not self.errors:
            self.add_error(None, _("No name has been changed."))
        return cleaned

    def carry_out(self, decision: Taken) -> None:
        """Names may be swapped, so what counts is whether two are the same in the end."""
        self._refuse_same_names(decision["on"])
        rows = Facility.objects.in_bulk(self.renamed)
        for pk, (name, english) in self.renamed.items():
            reorganising.rename(
                facility=rows[pk],
                name_vi=name,
                name_en=english,
                although_same_name=True,
                **decision,
            )

    def _refuse_same_names(self, on: date) -> None:
        if self.cleaned_data["although_same_name"]:
            return
        borne: dict[str, list[int]] = {}
        for facility in AsOf(on).on(on):
            name = self.renamed.get(facility.id, (facility.name_vi, ""))[0]
            borne.setdefault(fold(name), []).append(facility.id)
        problems = {
            f"name_vi-{pk}": ValidationError(
                _("Another facility has the same name."), code="duplicate_name"
            )
            for keys in borne.values()
            if len(keys) > 1
            for pk in keys
            if pk in self.renamed
        }
        if problems:
            raise ValidationError(problems)


def _on_its_day(facility: Facility, on: date) -> FacilityOnDay:
    """The facility as described on the day. Raises ValidationError if it is not in the register then."""
    found = AsOf(on, facility_ids=frozenset({facility.pk})).on(on)
    if not found:
        raise ValidationError(
            _("“%(code)s” is not in the register on that day.") % {"code": facility.code}
        )
    return found[0]


def _opened_like(
    like: FacilityOnDay,
    *,
    code: str,
    name_vi: str,
    name_en: str = "",
    although_same_name: bool,
    **decision: Unpack[Taken],
) -> Facility:
    """A new facility of the kind, the ownership, the scope and the area of another one."""
    return reorganising.open_facility(
        kind=like.kind,
        ownership=like.ownership,
        managed_by=like.managed_by,
        scope=like.scope,
        area=Area.objects.filter(pk=like.area_id).first() if like.area_id else None,
        code=code,
        name_vi=name_vi,
        name_en=name_en,
        although_same_name=although_same_name,
        **decision,
    )


DECISIONS: dict[str, type[Decision]] = {
    "open": Open,
    "rename": Rename,
    "rename-many": RenameMany,
    "close": Close,
    "merge": Merge,
    "split": Split,
    "move": Move,
    "open-area": OpenArea,
    "rename-area": RenameArea,
    "move-area": MoveArea,
    "steer": Steer,
}
