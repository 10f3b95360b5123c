"""How the tables behave in the admin, whichever app they belong to.

Three kinds of tables: reference rows, which may be changed; facts, which may be added, checked and
withdrawn; and what jobs compute, which may be read. Nothing is deleted anywhere.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from facilities import clock, services
from facilities.grouping import grouped
from facilities.models import Facility, FacilityName, Record, User
from facilities.permissions import Access, access_of

KEPT = "access_today"  # on the request, once it has been asked


def access_to(request: HttpRequest) -> Access:
    """What the signed-in user may do today: asked once per request."""
    access: Access | None = getattr(request, KEPT, None)
    if access is None:
        access = access_of(request.user, clock.today())
        setattr(request, KEPT, access)
    return access


def signed_in(request: HttpRequest) -> User:
    """Who is asking. The admin lets nobody else in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def real_day() -> date:
    """The day by the clock: keys end by it, whatever day the product shows."""
    return clock.real_day()


def current_name(facility: str) -> Subquery:
    """SQL for what the facility (a path to its key) is called today; its English name where asked for."""
    names = (
        FacilityName.objects.in_force(clock.today())
        .filter(facility=OuterRef(facility))
        .order_by("-effective_from", "-recorded_at", "-pk")
    )
    if (get_language() or "").startswith("en"):
        names = names.annotate(
            name_shown=models.Case(
                models.When(~Q(name_en=""), then="name_en"), default=models.F("name_vi")
            )
        )
        return Subquery(names.values("name_shown")[:1])
    return Subquery(names.values("name_vi")[:1])


Shown = str | Callable[[Any], Any]  # a column of a list: its name, or what computes it


class FacilityChoice(forms.ModelChoiceField):
    """Facilities under the names they bear today."""

    def label_from_instance(self, facility: Any) -> str:
        return f"{facility.name_now or facility.code} ({facility.code})"


def grouped_column(field: models.Field, empty: str) -> Callable[[models.Model], str]:
    """A whole number of a row as people read it, in place of the bare field."""

    @admin.display(description=field.verbose_name, ordering=field.name)
    def column(row: models.Model) -> str:
        value = getattr(row, field.name)
        return empty if value is None else grouped(value)

    column.__name__ = field.name  # names the style of the column
    return column


def answer_column(field: models.Field, empty: str) -> Callable[[models.Model], str]:
    """Yes, no, or nothing said, in words: the icon for what is not known speaks English."""

    @admin.display(description=field.verbose_name, ordering=field.name)
    def column(row: models.Model) -> str:
        value = getattr(row, field.name)
        return empty if value is None else (_("yes") if value else _("no"))

    column.__name__ = field.name
    return column


class TableAdmin(admin.ModelAdmin):
    """Who sees, adds and changes rows follows from roles: names of properties of `Access`."""

    seen_by = "manages_reference"
    added_by: str | None = "manages_reference"
    changed_by: str | None = "manages_reference"
    fixed: tuple[
        str, ...
    ] = ()  # cannot be changed once the row exists: figures of the past hang on it
    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._allows(request, self.seen_by)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._allows(request, self.added_by)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._allows(request, self.changed_by)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    @staticmethod
    def _allows(request: HttpRequest, what: str | None) -> bool:
        return what is not None and getattr(access_to(request), what)

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *(self.fixed if obj else ()))

    @cached_property
    def _in_words(self) -> dict[Shown, Shown]:
        empty, found = self.get_empty_value_display(), dict[Shown, Shown]()
        for field in self.opts.concrete_fields:
            if isinstance(field, models.IntegerField) and not (field.primary_key or field.choices):
                found[field.name] = grouped_column(field, empty)
            elif isinstance(field, models.BooleanField) and field.null:
                found[field.name] = answer_column(field, empty)
        return found

    def readable(self, names: Iterable[Any]) -> tuple[Any, ...]:
        """The columns of that name, numbers grouped, answers in words: for what is shown and not typed."""
        return tuple(self._in_words.get(name, name) for name in names)

    def get_list_display(self, request: HttpRequest) -> tuple[Shown, ...]:
        return self.readable(super().get_list_display(request))

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[Any, ...]:
        fields = super().get_fields(request, obj)
        typed = obj is None or self.has_change_permission(request, obj)
        return tuple(fields) if typed else self.readable(fields)

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        if db_field.related_model is Facility:
            kwargs["form_class"] = FacilityChoice
            kwargs["queryset"] = Facility.objects.annotate(name_now=current_name("pk"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows = super().get_queryset(request)
        if any(field.name == "facility" for field in self.opts.concrete_fields):
            rows = rows.annotate(facility_name_now=current_name("facility_id"))
        return rows

    @admin.display(description=gettext_lazy("facility"), ordering="facility_name_now")
    def facility_name(self, row: Any) -> str:
        return row.facility_name_now or self.get_empty_value_display()

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        return [field.name for field in self.opts.concrete_fields if field.many_to_one]


class ReadOnlyAdmin(TableAdmin):
    """What jobs compute and note."""

    added_by = changed_by = None


REFUSAL = "refusal"  # on the request whose fact the verb refused


class FactForm(forms.ModelForm):
    """Shows what the verb said when it refused to record the fact."""

    facility_of: str | None = None  # the field whose row says which facility the fact is about
    refusal: ValidationError | None = None

    def full_clean(self) -> None:
        super().full_clean()
        if not self.is_bound or self.refusal is None:
            return
        if not hasattr(self.refusal, "error_dict"):
            self.add_error(None, self.refusal)
            return
        for name, problems in self.refusal.error_dict.items():
            self.add_error(name if name in self.fields else None, problems)

    def clean(self) -> dict[str, Any]:
        super().clean()
        about = self.facility_of and self.cleaned_data.get(self.facility_of)
        if about:
            self.instance.facility = about.facility
        return self.cleaned_data


class StandingFilter(admin.SimpleListFilter):
    """Withdrawn entries apart from those that stand."""

    title = gettext_lazy("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", _("Stands")), ("no", _("Withdrawn"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        return (
            queryset.filter(withdrawn_at__isnull=self.value() == "yes")
            if self.value()
            else queryset
        )


class CheckedFilter(admin.SimpleListFilter):
    """What the Department has compared with the paper, and what waits for it."""

    title = gettext_lazy("comparison with the document")
    parameter_name = "checked"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", _("Compared")), ("no", _("Not compared yet"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        return (
            queryset.filter(checked_at__isnull=self.value() == "no") if self.value() else queryset
        )


class FactAdmin(TableAdmin):
    """A fact is recorded, compared with its paper, withdrawn; it is never edited."""

    changed_by = None
    reviewed_by = "manages_reference"  # who checks and withdraws
    form = FactForm
    facility_of: str | None = None
    not_asked: tuple[str, ...] = ()  # fields that the verb fills in by itself
    # The verb that records such a fact (as a staticmethod), the fields it is given, and those that it
    # calls otherwise (argument -> field). None: there are no rules beyond those of the row.
    verb: Callable[..., Record] | None = None
    verb_takes: tuple[str, ...] = ()
    verb_calls: Mapping[str, str] = MappingProxyType({})
    change_form_template = "facilities/admin/fact.html"
    list_filter: ClassVar[tuple[Any, ...]] = (StandingFilter, CheckedFilter, "assumed")
    actions: tuple[str, ...] = ("check_selected",)
    clocks: tuple[str, ...] = (
        "evidence_label",
        "recorded_at",
        "recorded_by",
        "checked_at",
        "checked_by",
        "withdrawn_at",
        "withdrawn_by",
        "withdrawn_because",
    )

    @property
    def own_fields(self) -> list[str]:
        """What this kind of fact says, without what every record carries."""
        common = {field.name for field in Record._meta.get_fields()}
        dropped = {"facility"} if self.facility_of else set()
        return [
            field.name
            for field in (*self.opts.concrete_fields, *self.opts.many_to_many)
            if field.editable and not field.primary_key and field.name not in common | dropped
        ]

    @property
    def _paper_fields(self) -> list[str]:
        names = {field.name for field in self.opts.concrete_fields}
        return [name for name in ("document", "source", "assumed") if name in names]

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[Any, ...]:
        shown = [*self.own_fields, *self._paper_fields]
        if obj is None:
            return tuple(name for name in shown if name not in self.not_asked)
        if hasattr(self.model, "facility"):
            shown = ["facility_name", *(name for name in shown if name != "facility")]
        return self.readable([*shown, *self.clocks])

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> tuple[str, ...]:
        return ("facility_name", *self.clocks) if obj else ()

    def get_list_display(self, request: HttpRequest) -> tuple[Shown, ...]:
        plain = {field.name for field in self.opts.concrete_fields} - {"facility"}
        named = ["facility_name"] if hasattr(self.model, "facility") else []
        own = [name for name in self.own_fields if name in plain]
        return self.readable([*named, *own, "evidence_label", "recorded_by", "withdrawn_at"])

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Newest first."""
        names = {field.name for field in self.opts.concrete_fields}
        day = next((n for n in ("happened_on", "effective_from") if n in names), "recorded_at")
        return (f"-{day}", "-pk")

    def get_list_display_links(
        self, request: HttpRequest, list_display: Sequence[Shown]
    ) -> tuple[Shown, ...]:
        return tuple(list_display[:1])

    def get_form(
        self,
        request: HttpRequest,
        obj: models.Model | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        if issubclass(form, FactForm):
            form.facility_of = self.facility_of
            form.refusal = getattr(request, REFUSAL, None)
        return form

    @admin.display(description=gettext_lazy("evidence"))
    def evidence_label(self, fact: Record) -> str:
        return capfirst(str(fact.evidence(clock.today()).label))

    def record(self, fact: Any, *, by: User) -> Record:
        """By its verb; raises ValidationError when the fact cannot be so."""
        if self.verb is None:
            return services.record(fact, by=by)
        fields = {name: name for name in self.verb_takes} | dict(self.verb_calls)
        given = {argument: getattr(fact, field) for argument, field in fields.items()}
        return self.verb(**given, by=by)

    def take_back(self, fact: Any, *, because: str, by: User) -> Record:
        """The verb that withdraws; raises ValidationError when that cannot be."""
        return services.withdraw(fact=fact, because=because, by=by)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.pk = self.record(obj, by=signed_in(request)).pk

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().add_view(request, form_url, extra_context)
        except ValidationError as refusal:
            # Nothing was stored. The form is shown again and says why.
            setattr(request, REFUSAL, refusal)
            return super().add_view(request, form_url, extra_context)

    def has_review_permission(self, request: HttpRequest) -> bool:
        return self._allows(request, self.reviewed_by)

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/withdraw/", wrap(self.withdraw_view), name=f"{name}_withdraw"),
            path("<int:pk>/check/", wrap(require_POST(self.check_view)), name=f"{name}_check"),
        ]
        return own + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        fact = self.get_object(request, object_id)
        offered = {}
        if fact is not None and fact.withdrawn_at is None and self.has_review_permission(request):
            offered["withdraw_url"] = self._address("withdraw", fact)
            if fact.checked_at is None:
                offered["check_url"] = self._address("check", fact)
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **offered}
        )

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the reason, then withdraw."""
        fact = self._fact(request, pk)
        because, problems = request.POST.get("because", ""), []
        if request.method == "POST":
            try:
                self.take_back(fact, because=because, by=signed_in(request))
            except ValidationError as error:
                problems = error.messages
            else:
                self.log_change(request, fact, [{"changed": {"fields": ["withdrawn_at"]}}])
                self.message_user(
                    request, _("The entry has been withdrawn. It stays readable."), messages.SUCCESS
                )
                return HttpResponseRedirect(self._address("change", fact))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Withdraw an entry"),
            "opts": self.opts,
            "original": fact,
            "because": because,
            "problems": problems,
            "back": self._address("change", fact),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "facilities/admin/withdraw.html", context)

    def check_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        fact = self._fact(request, pk)
        self._check(request, [fact])
        return HttpResponseRedirect(self._address("change", fact))

    @admin.action(
        description=gettext_lazy("Mark as compared with the document"), permissions=["review"]
    )
    def check_selected(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        self._check(request, queryset)

    def _check(self, request: HttpRequest, facts: Iterable[Record]) -> None:
        checked = 0
        for fact in facts:
            try:
                services.check(fact=fact, by=signed_in(request))
            except ValidationError as error:
                self.message_user(request, f"{fact}: {' '.join(error.messages)}", messages.ERROR)
            else:
                self.log_change(request, fact, [{"changed": {"fields": ["checked_at"]}}])
                checked += 1
        if checked:
            text = ngettext(
                "%(count)s entry is marked as compared with its document.",
                "%(count)s entries are marked as compared with their documents.",
                checked,
            )
            self.message_user(request, text % {"count": checked}, messages.SUCCESS)

    def _fact(self, request: HttpRequest, pk: int) -> Record:
        if not self.has_review_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def _address(self, view: str, fact: Record) -> str:
        name = f"{self.opts.app_label}_{self.opts.model_name}_{view}"
        return reverse(f"admin:{name}", args=[fact.pk], current_app=self.admin_site.name)
