"""Users, their dated roles, the agencies they speak for, and the tokens of REST clients."""

import hashlib
import secrets
from datetime import date
from ipaddress import ip_address, ip_network
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from facilities.models.facts import Tracked
from facilities.models.places import Area, NamedInTwoLanguages


class User(AbstractUser):
    """A person or a program that signs in. What it may do is in its dated role assignments."""

    # Django's way to leave fields out, which its stubs do not know.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default="vi"
    )

    objects: ClassVar = UserManager()

    class Meta(AbstractUser.Meta):
        ordering = ["username"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Agency(NamedInTwoLanguages, Tracked):
    """An authority outside the facilities: a department, the insurer, the Cipher Committee."""

    code = models.SlugField(_("code"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["code"]


class Role(models.TextChoices):
    DEPARTMENT = "department", _("Department of Health staff")
    OFFICER = "officer", _("Facility IT officer")
    HEAD = "head", _("Head of a facility")
    LEADER = "leader", _("Leader of the province")
    AGENCY = "agency", _("Agency officer")
    ADMINISTRATOR = "administrator", _("Administrator")
    CLIENT = "client", _("REST client")


OF_A_FACILITY = (Role.OFFICER, Role.HEAD)
OF_AN_AREA = (Role.DEPARTMENT, Role.LEADER, Role.CLIENT)  # or of the whole province


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    def on(self, day: date) -> Self:
        """Assignments that hold on that day: from the first day up to, not including, the last."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=day), valid_from__lte=day
        )


class RoleAssignment(models.Model):
    """From a day on, a user acts in a role at a place.

    An officer or a head for one facility, an agency officer for one agency; staff of the Department,
    a leader or a REST client for an area or, without one, for the whole province.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="assignments", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    facility = models.ForeignKey(
        "facilities.Facility",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("facility"),
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("agency"),
    )
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("area"),
        help_text=_(
            "Everything that lies in it, as it lies on the day. Without one: the whole province."
        ),
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(
        _("valid until"),
        null=True,
        blank=True,
        help_text=_("First day on which it no longer holds."),
    )

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("role assignment")
        verbose_name_plural = _("role assignments")
        ordering = ["user", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="facilities_assignment_officer_has_facility",
                condition=Q(role__in=OF_A_FACILITY, facility__isnull=False)
                | (~Q(role__in=OF_A_FACILITY) & Q(facility__isnull=True)),
            ),
            models.CheckConstraint(
                name="facilities_assignment_agency_officer_has_agency",
                condition=Q(role=Role.AGENCY, agency__isnull=False)
                | (~Q(role=Role.AGENCY) & Q(agency__isnull=True)),
            ),
            models.CheckConstraint(
                name="facilities_assignment_area_is_for_readers_and_department",
                condition=Q(role__in=OF_AN_AREA) | Q(area__isnull=True),
            ),
            models.CheckConstraint(
                name="facilities_assignment_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class ApiToken(models.Model):
    """A REST client's key. Only its digest is stored; the key is shown once, when it is made.

    `scope`: what it opens, as codes with blanks between them; each also opens what it builds on.
    """

    class Scope(models.TextChoices):
        PROGRESS = "progress:read", _("Read progress")
        REGISTERS = (
            "registers:read",
            _("Read the rows behind it as well, without personal data"),
        )
        PROGRAMME = (
            "programme:read",
            _("Read connections, alerts, deadlines and forecasts as well"),
        )
        WRITE = (
            "registers:write",
            _("Write rows of registers, where the account keeps them in person"),
        )
        HEARTBEAT = "heartbeat", _("Send signals of gateways")
        PROGRAMME_WRITE = (
            "programme:write",
            _("Write obstacles and directives, as the account does in person"),
        )

    BUILDS_ON: ClassVar[dict[str, tuple[str, ...]]] = {
        Scope.REGISTERS: (Scope.PROGRESS,),
        Scope.PROGRAMME: (Scope.REGISTERS, Scope.PROGRESS),
        Scope.WRITE: (Scope.REGISTERS, Scope.PROGRESS),
        Scope.PROGRAMME_WRITE: (Scope.PROGRAMME, Scope.REGISTERS, Scope.PROGRESS),
    }
    SHOWN = 12  # signs of a key by which it is recognised

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("user")
    )
    label = models.CharField(_("label"), max_length=100)
    scope = models.CharField(_("scope"), max_length=100, default=Scope.PROGRESS.value)
    prefix = models.CharField(
        _("begins with"),
        max_length=SHOWN,
        blank=True,
        editable=False,
        db_index=True,
        help_text=_("By this it is found in the access log, and where it has leaked."),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    valid_from = models.DateField(
        _("valid from"),
        null=True,
        blank=True,
        help_text=_("First day on which it is accepted; empty: at once."),
    )
    expires_on = models.DateField(
        _("expires on"), help_text=_("First day on which it is no longer accepted.")
    )
    addresses = models.TextField(
        _("from which addresses"),
        blank=True,
        max_length=1000,
        help_text=_("One to a line, as 10.1.2.3 or 10.1.2.0/24; empty: from anywhere."),
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    last_used_from = models.CharField(
        _("last used from"), max_length=45, blank=True, editable=False
    )
    replaces = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.label

    @property
    def scopes(self) -> frozenset[str]:
        """Everything it opens."""
        own = self.scope.split()
        return frozenset([*own, *(str(s) for code in own for s in self.BUILDS_ON.get(code, ()))])

    def is_valid_on(self, day: date) -> bool:
        """Neither revoked nor ended, and begun."""
        begun = self.valid_from is None or self.valid_from <= day
        return self.revoked_at is None and begun and day < self.expires_on

    def is_accepted_from(self, address: str) -> bool:
        """Whether a request from this network address may use it."""
        networks = self.addresses.split()
        if not networks:
            return True
        try:
            asked = ip_address(address)
        except ValueError:
            return False
        return any(asked in ip_network(one, strict=False) for one in networks)

    @staticmethod
    def digest_of(key: str) -> str:
        # The key has 256 random bits, so a plain digest is enough and the look-up stays one index hit.
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def make(
        cls,
        *,
        user: User,
        label: str,
        expires_on: date,
        scope: str = Scope.PROGRESS,
        **more: Any,
    ) -> tuple[Self, str]:
        """Create a token and return it with its key, which cannot be shown again."""
        key = "emr_" + secrets.token_urlsafe(32)
        token = cls.objects.create(
            user=user,
            label=label,
            scope=scope,
            expires_on=expires_on,
            digest=cls.digest_of(key),
            prefix=key[: cls.SHOWN],
            **more,
        )
        return token, key
