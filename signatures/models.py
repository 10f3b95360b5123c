"""Who must sign; certificates of the Cipher Committee: requests, what became of each, how many are needed."""

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Max, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from facilities.models import DatedFact, Document, Entry, Facility, Tracked, Yardstick
from facilities.models.derived import SearchKeyField, SortKeyField
from facilities.models.facts import NOBODY
from facilities.models.places import FacilityYardstick
from signatures.validity import fault_of_end


class SignatureNeed(FacilityYardstick):
    """How many people of a facility must be able to sign, from a day on."""

    reaches = "facility_id"

    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta(FacilityYardstick.Meta):
        verbose_name = _("need of signatures")
        verbose_name_plural = _("need of signatures")


class Duty(models.TextChoices):
    """The role of a person in the record."""

    DOCTOR = "doctor", _("Doctor")
    NURSE = "nurse", pgettext_lazy("role in the record", "Nurse, midwife")
    PHARMACIST = "pharmacist", _("Pharmacist")
    TECHNICIAN = "technician", _("Technician")
    CLERK = "clerk", pgettext_lazy("role in the record", "Clerk")
    HEAD = "head", pgettext_lazy("role in the record", "Head of the facility")
    OTHER = "other", _("Other")


class SigningRule(Yardstick):
    """Whether people of a role, in a unit, must be able to sign, from a day on (`signatures.needed`).

    An empty role or unit means any; no facility means all. The closer rule goes before the wider one.
    """

    reaches = (
        NOBODY  # no figure of the Department counts by it: their need is stated, `SignatureNeed`
    )

    facility = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
    )
    unit = models.CharField(_("unit"), max_length=150, blank=True)
    duty = models.CharField(
        _("role in the record"), max_length=12, choices=Duty.choices, blank=True
    )
    must_sign = models.BooleanField(_("must sign"), default=True)
    basis = models.CharField(_("basis"), max_length=300, blank=True)

    class Meta(Yardstick.Meta):
        verbose_name = _("rule who must sign")
        verbose_name_plural = _("rules who must sign")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="signatures_rule_one_a_day",
                fields=["unit", "duty", "effective_from"],
                condition=Q(facility__isnull=True, withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="signatures_rule_of_facility_one_a_day",
                fields=["facility", "unit", "duty", "effective_from"],
                condition=Q(facility__isnull=False, withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class StaffMember(Entry):
    """A person on the staff list of a facility, who may have to sign.

    Names and official e-mail addresses are personal data: shown where `Access.sees_names_in` allows.
    No ID-card number, no birth date: what asks for them (`signatures.sheets`) keeps them in memory.
    """

    reaches = NOBODY

    Duty = Duty

    class Operator(models.TextChoices):
        VIETTEL = "viettel", "Viettel"
        VINAPHONE = "vinaphone", "Vinaphone"
        MOBIFONE = "mobifone", "Mobifone"

    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="staff", verbose_name=_("facility")
    )
    name = models.CharField(_("full name"), max_length=150)
    unit = models.CharField(_("unit"), max_length=150, blank=True)
    position = models.CharField(_("position"), max_length=100, blank=True)
    duty = models.CharField(
        _("role in the record"), max_length=12, choices=Duty.choices, default=Duty.OTHER
    )
    email = models.EmailField(_("official e-mail"), blank=True)
    operator = models.CharField(
        _("telephone operator"), max_length=10, choices=Operator.choices, blank=True
    )
    # Not the name: what is searched for stands in the address, and names must not.
    search_key = SearchKeyField(of=("unit", "position"))
    name_key = SearchKeyField(of=("name",))  # asked in the body of a request alone
    sort_key = SortKeyField(of=("name",))

    class Meta(Entry.Meta):
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff list")
        ordering = ["facility", "sort_key", "pk"]
        constraints = [
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                Lower("email"),
                name="signatures_staff_email",
                condition=~Q(email="") & Q(withdrawn_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                name="signatures_staff_of_facility",
                fields=["facility", "sort_key", "id"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.Index(
                name="signatures_staff_by_name",
                fields=["sort_key", "id"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class StaffEvent(DatedFact):
    """When a person began to work at the facility, and when the person left it."""

    reaches = NOBODY

    class Kind(models.TextChoices):
        JOINED = "joined", _("Works here from")
        LEFT = "left", _("Left on")

    member = models.ForeignKey(
        StaffMember,
        on_delete=models.CASCADE,
        related_name="events",
        verbose_name=_("member of staff"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)

    class Meta(DatedFact.Meta):
        verbose_name = _("event of a member of staff")
        verbose_name_plural = _("events of members of staff")
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                name="signatures_staff_event_once",
                fields=["member", "kind"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class DocumentMark(models.Model):
    """The keyed digest of a person's document number: never the number (`signatures.digests`)."""

    member = models.OneToOneField(
        StaffMember, models.CASCADE, related_name="mark", verbose_name=_("member of staff")
    )
    digest = models.CharField(max_length=64, editable=False)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("mark of a document")
        verbose_name_plural = _("marks of documents")

    def __str__(self) -> str:
        return f"#{self.member_id}"


class Batch(Tracked):
    """Certificates asked for with one letter."""

    reaches = NOBODY

    class Form(models.TextChoices):
        NEW_INDIVIDUAL = "01", _("Form 01: new, individuals")
        NEW_ORGANISATION = "02", _("Form 02: new, agency or organisation")
        NEW_DEVICE = "03", _("Form 03: new, device, service or software")
        RENEW_OR_CHANGE = "04", _("Form 04: renew or change content")
        REVOKE = "05", _("Form 05: revoke")
        RESTORE = "06", _("Form 06: restore the device that holds the key")

    code = models.CharField(_("code"), max_length=40, unique=True)
    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="batches", verbose_name=_("facility")
    )
    form = models.CharField(_("form"), max_length=2, choices=Form.choices)
    letter = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("letter of request"),
    )

    class Meta:
        verbose_name = _("batch of certificates")
        verbose_name_plural = _("batches of certificates")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Certificate(Entry):
    """One certificate asked for. No ID-card number, no birth date: the Committee has them, we need not."""

    reaches = "facility_id"

    class Subscriber(models.TextChoices):
        INDIVIDUAL = "individual", _("Individual")
        ORGANISATION = "organisation", _("Organisation")
        DEVICE = "device", _("Device or software")

    class Device(models.TextChoices):
        TOKEN = "TOKEN", _("USB token")
        SIM = "SIM", _("SIM")
        SOFT = "SOFT", _("Software")
        RSSP = "RSSP", _("Centralised signing")
        HSM = "HSM", _("HSM")

    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="certificates", verbose_name=_("facility")
    )
    batch = models.ForeignKey(
        Batch,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name=_("batch of certificates"),
    )
    serial = models.CharField(_("certificate serial"), max_length=80, blank=True)
    subscriber = models.CharField(
        _("subscriber"), max_length=15, choices=Subscriber.choices, default=Subscriber.INDIVIDUAL
    )
    device = models.CharField(
        _("device type"), max_length=6, choices=Device.choices, default=Device.TOKEN
    )
    member = models.ForeignKey(
        StaffMember,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name=_("member of staff"),
    )
    holder = models.CharField(_("holder"), max_length=150, blank=True)
    position = models.CharField(_("position"), max_length=100, blank=True)
    unit = models.CharField(_("unit"), max_length=150, blank=True)
    assumed = models.BooleanField(_("sample data"), default=False)
    import_key = models.CharField(max_length=120, blank=True, editable=False)
    # Not the holder: what is searched for stands in the address, and names must not.
    search_key = SearchKeyField(of=("serial", "unit", "position"))
    holder_key = SearchKeyField(of=("holder",))  # asked in the body of a request alone
    sort_key = SortKeyField(of=("holder",))

    class Meta(Entry.Meta):
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["facility", "pk"]
        constraints = [
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                name="signatures_certificate_serial",
                fields=["serial"],
                condition=~Q(serial="") & Q(withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="signatures_certificate_import_key",
                fields=["import_key"],
                condition=~Q(import_key=""),
            ),
        ]

        indexes = [
            models.Index(
                name="signatures_certificate_holder",
                fields=["sort_key", "id"],
                condition=Q(withdrawn_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.serial or f"#{self.pk}"


class CertificateEvent(DatedFact):
    """What happened to a certificate. Its state is the sum of these; expiry follows from `valid_until`."""

    class Kind(models.TextChoices):
        REQUESTED = "requested", _("Bought and registered")
        RETURNED = "returned", _("Returned for correction")
        ISSUED = "issued", _("Issued")
        RECEIVED = "received", _("Device received")
        HANDED_OVER = "handed_over", _("Handed over")
        AUTHENTICATED = "authenticated", _("Authenticated with the Committee's server")
        RENEWED = "renewed", _("Renewed")
        CHANGED = "changed", _("Content changed")
        REVOKED = "revoked", _("Revoked")
        # Neither changes the figures: whoever leaves or retires has to hand the device back, and the
        # certificate is to be revoked (Decree 68/2024).
        LEFT = "left", _("Holder left or changed post")
        RETIRED = "retired", _("Holder retired")
        # The law knows no suspension: a hold of the facility's own.
        SUSPENDED = "suspended", _("Suspended")
        RESTORED = "restored", _("Suspension lifted")
        DEVICE_LOST = "device_lost", _("Device lost or damaged")
        DEVICE_RESTORED = "device_restored", _("Device restored")
        MOVED = "moved", _("Moved, certificate kept")
        RENAMED = "renamed", _("Holder or unit renamed")

    # `attempt` numbers what may happen again; everything else happens to a certificate once.
    REPEATABLE = (
        Kind.REQUESTED,
        Kind.RETURNED,
        Kind.RENEWED,
        Kind.CHANGED,
        Kind.SUSPENDED,
        Kind.RESTORED,
        Kind.DEVICE_LOST,
        Kind.DEVICE_RESTORED,
        Kind.MOVED,
        Kind.RENAMED,
    )

    certificate = models.ForeignKey(
        Certificate, on_delete=models.CASCADE, related_name="events", verbose_name=_("certificate")
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    valid_until = models.DateField(
        _("valid until"),
        null=True,
        blank=True,
        help_text=_("First day on which it is no longer valid."),
    )
    # Of a move: where to. `facility` is where the certificate was until then.
    to = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("moved to facility"),
    )
    unit = models.CharField(_("moved to unit"), max_length=150, blank=True)
    because = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta(DatedFact.Meta):
        verbose_name = _("certificate event")
        verbose_name_plural = _("certificate events")
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                name="signatures_event_once",
                fields=["certificate", "kind", "attempt"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="signatures_event_valid_until_belongs_to_issue_and_renewal",
                # Without "is not null" the comparison with an empty day is neither true nor false,
                # and a check refuses only what is false.
                condition=Q(
                    kind__in=("issued", "renewed"),
                    valid_until__isnull=False,
                    valid_until__gt=F("happened_on"),
                )
                | (~Q(kind__in=("issued", "renewed")) & Q(valid_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="signatures_event_attempt",
                condition=Q(attempt=1)
                | Q(
                    kind__in=(
                        "requested",
                        "returned",
                        "renewed",
                        "changed",
                        "suspended",
                        "restored",
                        "device_lost",
                        "device_restored",
                        "moved",
                        "renamed",
                    ),
                    attempt__gt=1,
                ),
            ),
            models.CheckConstraint(
                name="signatures_event_place_belongs_to_a_move",
                condition=Q(kind="moved") | Q(to__isnull=True, unit=""),
            ),
        ]
        indexes = [
            models.Index(
                name="signatures_event_count",
                fields=["facility", "happened_on", "kind"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            # A list of certificates by the day on which something happened to them.
            models.Index(
                name="signatures_event_by_day",
                fields=["kind", "happened_on", "certificate"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            # Certificates that lie elsewhere than where they were asked for: few.
            models.Index(
                name="signatures_event_moved",
                fields=["certificate", "happened_on"],
                condition=Q(withdrawn_at__isnull=True, to__isnull=False),
            ),
            # What happens after the steps to the first signing, by its day (`signatures.happened`).
            models.Index(
                name="signatures_event_later",
                fields=["happened_on", "id"],
                condition=Q(
                    withdrawn_at__isnull=True,
                    kind__in=(
                        *("renewed", "changed", "revoked", "left", "retired", "suspended"),
                        *("restored", "device_lost", "device_restored", "moved", "renamed"),
                    ),
                ),
            ),
            models.Index(
                name="signatures_event_expiry",
                fields=["valid_until"],
                condition=Q(withdrawn_at__isnull=True, valid_until__isnull=False),
            ),
        ]

    def clean(self) -> None:
        super().clean()
        fault = fault_of_end(self.kind, self.happened_on, self.valid_until, self._old_end())
        if fault:
            raise ValidationError({"valid_until": fault})
        if self.kind == self.Kind.MOVED and not (self.to_id or self.unit):
            raise ValidationError(
                {"kind": _("Say where to. Moves are recorded in the list of events.")}
            )

    def _old_end(self) -> date | None:
        """The end that a renewal extends."""
        if self.kind != self.Kind.RENEWED:
            return None
        others = CertificateEvent.objects.known().filter(certificate_id=self.certificate_id)
        return others.exclude(pk=self.pk).aggregate(end=Max("valid_until"))["end"]


class Campaign(Entry):
    """One act on many certificates: a merger or a new unit name makes their content untrue.

    Which certificates, and which of them are done, is not written here: `signatures.campaigns`. What it
    asks of its facilities is owed by all of them, so a change reaches any.
    """

    class Act(models.TextChoices):
        CHANGED = "changed", _("Change the content")
        REVOKED = "revoked", _("Revoke")

    title = models.CharField(_("why"), max_length=150)
    act = models.CharField(_("act"), max_length=10, choices=Act.choices)
    facilities = models.ManyToManyField(Facility, related_name="+", verbose_name=_("facilities"))
    unit = models.CharField(_("unit"), max_length=150, blank=True)
    opened_on = models.DateField(_("opened on"))
    due_on = models.DateField(_("by"))
    opened_at = models.DateTimeField(_("at"), default=timezone.now)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    closed_because = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-opened_on", "-pk"]
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(
                name="signatures_campaign_days", condition=Q(due_on__gte=F("opened_on"))
            ),
            models.CheckConstraint(
                name="signatures_campaign_closed_together",
                condition=Q(closed_on__isnull=True, closed_by__isnull=True)
                | Q(closed_on__gte=F("opened_on"), closed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ReturnedList(Entry):
    """A list of certificates that the Committee issued, as it came back."""

    reaches = NOBODY

    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="returned", verbose_name=_("facility")
    )
    title = models.CharField(_("letter or list"), max_length=150)
    at = models.DateTimeField(_("received at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )

    class Meta(Entry.Meta):
        verbose_name = _("returned list")
        verbose_name_plural = _("returned lists")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ReturnedLine(Tracked):
    """One line of a returned list: what the Committee calls the holder. Never a document number.

    Whether it is dealt with is not written here: it is once a certificate bears its serial.
    """

    reaches = NOBODY

    of = models.ForeignKey(ReturnedList, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(_("row"))
    name = models.CharField(_("full name"), max_length=150)
    unit = models.CharField(_("unit"), max_length=150, blank=True)
    email = models.CharField(_("official e-mail"), max_length=254, blank=True)
    serial = models.CharField(_("certificate serial"), max_length=80)
    issued_on = models.DateField(_("issued on"))
    valid_until = models.DateField(_("valid until"))
    digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("line of a returned list")
        verbose_name_plural = _("lines of returned lists")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(name="signatures_returned_line", fields=["of", "number"])
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
