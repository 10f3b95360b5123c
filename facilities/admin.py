"""People, places and papers in the admin."""

from collections.abc import Sequence
from typing import Any

from axes.utils import reset
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from facilities import access_log, accounts, clock, keys, second_factor, sessions
from facilities.administration import (
    FactAdmin,
    Shown,
    StandingFilter,
    TableAdmin,
    current_name,
    real_day,
    signed_in,
)
from facilities.models import (
    OF_A_FACILITY,
    OF_AN_AREA,
    Agency,
    ApiToken,
    Area,
    AreaCode,
    AreaName,
    AreaParent,
    CodeSystem,
    Document,
    ExternalCode,
    Facility,
    FacilityArea,
    FacilityBeds,
    FacilityKind,
    FacilityLevel,
    FacilityLineage,
    FacilityName,
    FacilityOwnership,
    FacilityScope,
    Kind,
    KindTerm,
    LogEntry,
    ManagingBody,
    ManagingBodyTerm,
    Role,
    RoleAssignment,
    SignedInSession,
    User,
)

Did = LogEntry.Kind

admin.site.unregister(Group)  # what people may do is in their role assignments

admin.site.register(
    [
        AreaName,
        AreaParent,
        AreaCode,
        ExternalCode,
        FacilityArea,
        FacilityBeds,
        FacilityKind,
        FacilityLevel,
        FacilityLineage,
        FacilityName,
        FacilityOwnership,
        FacilityScope,
        KindTerm,
        ManagingBodyTerm,
    ],
    FactAdmin,
)


@admin.register(CodeSystem)
class CodeSystemAdmin(TableAdmin):
    fixed = ("code",)
    list_display = ("code", "name_vi", "name_en", "example")


@admin.register(Facility)
class FacilityAdmin(TableAdmin):
    fixed = ("code",)
    list_display = ("code", "name_now")
    search_fields = ("code", "facilityname__name_vi", "facilityname__name_en")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).annotate(name_now=current_name("pk"))

    @admin.display(description=gettext_lazy("name today"), ordering="name_now")
    def name_now(self, facility: Any) -> str | None:
        return facility.name_now


@admin.register(Kind, ManagingBody)
class CodeAdmin(TableAdmin):
    """What a code is called, and what it means, is dated and stands in a table of its own."""

    fixed = ("code",)
    list_display = ("code",)
    search_fields = ("code",)


@admin.register(Area)
class AreaAdmin(TableAdmin):
    fixed = ("code", "level")
    list_display = ("code", "level")
    list_filter = ("level",)
    search_fields = ("code", "names__name_vi", "names__name_en")


@admin.register(Agency)
class AgencyAdmin(TableAdmin):
    fixed = ("code",)
    list_display = ("code", "name_vi", "name_en")
    search_fields = ("code", "name_vi", "name_en")


@admin.register(Document)
class DocumentAdmin(FactAdmin):
    list_filter = (StandingFilter,)
    list_display_links = ("number", "title")
    search_fields = ("number", "title", "issuer")
    actions = ()
    clocks = ("recorded_at", "recorded_by", "withdrawn_at", "withdrawn_by", "withdrawn_because")

    # The paper's file is handed in and out by pages that ask who is asking, not here.
    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[Any, ...]:
        return tuple(name for name in super().get_fields(request, obj) if name != "file")

    def get_list_display(self, request: HttpRequest) -> tuple[Shown, ...]:
        return ("number", "title", "issuer", "issued_on", "recorded_by", "withdrawn_at")

    def get_list_display_links(
        self, request: HttpRequest, list_display: Sequence[Shown]
    ) -> tuple[Shown, ...]:
        return self.list_display_links


class RoleAssignmentForm(forms.ModelForm):
    """Says in words what the constraints demand."""

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        role = cleaned.get("role", self.instance.role)
        for name, needed_by, problem in (
            ("facility", OF_A_FACILITY, _("Only people of a facility have one, and must.")),
            ("agency", (Role.AGENCY,), _("Only an officer of an agency has one, and must.")),
        ):
            if name in self.fields and (role in needed_by) != bool(cleaned.get(name)):
                self.add_error(name, problem)
        if role not in OF_AN_AREA and cleaned.get("area"):
            self.add_error(
                "area",
                _(
                    "Only staff of the Department, a leader or a REST client may be limited to an "
                    "area. Leave it empty."
                ),
            )
        begin = cleaned.get("valid_from", self.instance.valid_from)
        end = cleaned.get("valid_until")
        if begin and end and end <= begin:
            self.add_error("valid_until", _("It must come after the first day."))
        return cleaned


class RoleAssignmentInline(admin.TabularInline):
    """Roles are added here, and ended on their own page: neither is changed nor removed."""

    model = RoleAssignment
    form = RoleAssignmentForm
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True  # whoever may open the user

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class PasswordForm(AdminPasswordChangeForm):
    """Django's form, with its warning in the reader's language."""

    usable_password_help_text = format_lazy(  # type: ignore[assignment]  # lazy in Django too
        '{}<ul id="id_unusable_warning" class="messagelist"><li class="warning">{}</li></ul>',
        gettext_lazy("Whether this person may sign in with a password."),
        gettext_lazy("If not, the password that is set now is lost."),
    )


@admin.register(User)
class UserAdmin(TableAdmin, DjangoUserAdmin):
    seen_by = added_by = changed_by = "manages_users"
    change_password_form = PasswordForm
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (gettext_lazy("Person"), {"fields": ("full_name", "email", "language")}),
        (gettext_lazy("Sign-in"), {"fields": ("is_active", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "username",
                    "full_name",
                    "email",
                    "language",
                    "usable_password",
                    "password1",
                    "password2",
                ),
            },
        ),
    )
    readonly_fields = ("last_login", "date_joined")
    list_display = ("username", "full_name", "is_active", "last_login")
    list_filter = ("is_active", "assignments__role")
    search_fields = ("username", "full_name", "email")
    filter_horizontal = ()
    ordering = ("username",)
    inlines = (RoleAssignmentInline,)
    actions = ("lift_lock", "remove_second_factor", "end_sessions", "deactivate", "reinstate")

    def get_inlines(
        self, request: HttpRequest, obj: models.Model | None
    ) -> tuple[type[admin.TabularInline], ...]:
        return self.inlines if obj else ()

    @admin.action(
        description=gettext_lazy("Lift the lock after failed sign-ins"), permissions=["change"]
    )
    def lift_lock(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        lifted = 0
        for user in queryset:
            if count := reset(username=user.username):
                lifted += count
                access_log.note(Did.LOCK_LIFTED, by=signed_in(request), about=user)
        text = ngettext("%(count)s lock lifted.", "%(count)s locks lifted.", lifted)
        self.message_user(request, text % {"count": lifted}, messages.SUCCESS)

    @admin.action(
        description=gettext_lazy("Remove the second factor (lost telephone)"),
        permissions=["change"],
    )
    def remove_second_factor(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        # The own one is removed on the own page, with a code.
        by = signed_in(request)
        count = sum(second_factor.remove(user, by=by) for user in queryset.exclude(pk=by.pk))
        text = ngettext(
            "%(count)s second factor removed.", "%(count)s second factors removed.", count
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Sign out everywhere"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        by = signed_in(request)
        others = SignedInSession.objects.filter(user__in=queryset.exclude(pk=by.pk))
        count = sessions.end(others, by=by)
        text = ngettext("%(count)s session ended.", "%(count)s sessions ended.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Deactivate"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        # Nobody locks themselves out by a slip.
        with transaction.atomic():
            closed = list(queryset.filter(is_active=True).exclude(pk=request.user.pk))
            count = User.objects.filter(pk__in=[user.pk for user in closed]).update(is_active=False)
            sessions.end(SignedInSession.objects.filter(user__in=closed), by=signed_in(request))
            for user in closed:
                access_log.note(Did.ACCOUNT_OFF, by=signed_in(request), about=user)
        text = ngettext("%(count)s account deactivated.", "%(count)s accounts deactivated.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Open again"), permissions=["change"])
    def reinstate(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        count = accounts.open_again(queryset, by=signed_in(request))
        text = ngettext(
            "%(count)s account opened again.", "%(count)s accounts opened again.", count
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    def save_formset(
        self, request: HttpRequest, form: forms.BaseForm, formset: Any, change: bool
    ) -> None:
        super().save_formset(request, form, formset, change)
        access_log.roles_given(formset.new_objects, by=signed_in(request))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data:
            done = Did.ACCOUNT_ON if obj.is_active else Did.ACCOUNT_OFF
            access_log.note(done, by=signed_in(request), about=obj)
        if not change and obj.has_usable_password():
            accounts.password_set(obj, by_another=True)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        with transaction.atomic():
            before = User.objects.filter(pk=id).values_list("password", flat=True).first()
            answer = super().user_change_password(request, id, form_url)
            user = User.objects.filter(pk=id).first()
            if user is not None and user.password != before:
                others = SignedInSession.objects.filter(user=user)
                sessions.end(others.exclude(key=request.session.session_key), by=signed_in(request))
                access_log.note(Did.PASSWORD, by=signed_in(request), about=user)
                if user.pk != request.user.pk and user.has_usable_password():
                    accounts.password_set(user, by_another=True)
        return answer


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(TableAdmin):
    seen_by = added_by = changed_by = "manages_users"
    form = RoleAssignmentForm
    fixed = ("user", "role", "facility", "agency", "area", "valid_from")
    list_display = (
        "user",
        "role",
        "facility_name",
        "agency",
        "area",
        "valid_from",
        "valid_until",
    )
    list_filter = ("role", "area")
    search_fields = ("user__username", "user__full_name")
    autocomplete_fields = ("user",)

    def save_model(
        self, request: HttpRequest, obj: RoleAssignment, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        written = access_log.roles_ended if change else access_log.roles_given
        written([obj], by=signed_in(request))


class KeyForm(forms.ModelForm):
    """A new key: read-only unless somebody says otherwise."""

    scope = forms.MultipleChoiceField(
        label=gettext_lazy("Scope"),
        choices=ApiToken.Scope.choices,
        initial=[ApiToken.Scope.PROGRESS],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = ApiToken
        fields = ("user", "label", "scope", "valid_from", "expires_on", "addresses")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if {"scope", "expires_on"} <= given.keys():
            keys.refuse_wrong(
                scopes=given["scope"],
                today=real_day(),
                valid_from=given.get("valid_from"),
                expires_on=given["expires_on"],
                addresses=given.get("addresses", ""),
            )
            given["scope"] = " ".join(given["scope"])
        return given


@admin.register(ApiToken)
class ApiTokenAdmin(TableAdmin):
    seen_by = added_by = "manages_users"
    changed_by = None
    form = KeyForm
    fields = ("user", "label", "scope", "valid_from", "expires_on", "addresses")
    list_display = (
        "label",
        "user",
        "prefix",
        "scope",
        "created_at",
        "valid_from",
        "expires_on",
        "last_used_at",
        "last_used_from",
        "revoked_at",
    )
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "expires_on")
    search_fields = ("label", "user__username", "prefix")
    autocomplete_fields = ("user",)
    actions = ("replace", "revoke")

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[Any, ...]:
        told = ("prefix", "created_at", "replaces", "last_used_at", "last_used_from", "revoked_at")
        return (*self.fields, *told) if obj else self.fields

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        made, key = keys.make(
            user=obj.user,
            label=obj.label,
            scopes=obj.scope.split(),
            expires_on=obj.expires_on,
            by=signed_in(request),
            today=real_day(),
            valid_from=obj.valid_from,
            addresses=obj.addresses,
        )
        obj.pk, obj.digest, obj.created_at = made.pk, made.digest, made.created_at
        self._show(request, key)

    def _show(self, request: HttpRequest, key: str) -> None:
        self.message_user(
            request,
            _("The key is %(key)s. Hand it over now: it cannot be shown again.") % {"key": key},
            messages.WARNING,
        )

    @admin.action(description=gettext_lazy("Replace by a new key"), permissions=["add"])
    def replace(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        """The old key goes on for a week; the new one is valid for as long as the old one was."""
        for token in queryset:
            begun = token.valid_from or clock.day_of(token.created_at)
            try:
                _made, key = keys.replace(
                    token,
                    by=signed_in(request),
                    today=real_day(),
                    expires_on=real_day() + (token.expires_on - begun),
                )
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
            else:
                self._show(request, key)

    @admin.action(description=gettext_lazy("Revoke"), permissions=["add"])
    def revoke(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        count = keys.revoke(queryset, by=signed_in(request))
        text = ngettext("%(count)s key revoked.", "%(count)s keys revoked.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
