"""The shape of a fact: what happened, on which day, who wrote it down when, what proves it."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypedDict, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facilities.evidence import Assumed, Rung, rung_expression, rung_of
from facilities.signals import facts_changed

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

# The write and the ledger's move are stored both or not at all, also outside a transaction.
together = transaction.atomic(savepoint=False)

Row = TypeVar("Row", bound=models.Model, covariant=True)


class Ledger(models.Model):
    """One row that counts the writes to facts.

    Caches and ETags compare `version` instead of reading every table. The update runs inside the
    writer's transaction, so nobody can see new facts under an old version.
    """

    version = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="facilities_ledger_one_row")]

    def __str__(self) -> str:
        return str(self.version)

    @classmethod
    def touch(cls) -> None:
        """Say that facts have changed."""
        row = cls.objects.filter(pk=1)
        if not row.update(version=F("version") + 1):
            # The very first write. Of two at once, the second waits here and then counts on.
            Ledger.objects.bulk_create([Ledger(pk=1)], ignore_conflicts=True)
            row.update(version=F("version") + 1)
        facts_changed.send(sender=cls)

    @classmethod
    def current(cls) -> int:
        return cls.objects.filter(pk=1).values_list("version", flat=True).first() or 0


class TrackedQuerySet(models.QuerySet[Row]):
    @together
    def bulk_create(
        self,
        objs: Iterable[Row],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[Row]:
        created = super().bulk_create(
            objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields
        )
        if created:
            Ledger.touch()
        return created

    @together
    def update(self, **kwargs: Any) -> int:
        changed = super().update(**kwargs)
        if changed:
            Ledger.touch()
        return changed

    @together
    def delete(self) -> tuple[int, dict[str, int]]:
        deleted = super().delete()
        if deleted[0]:
            Ledger.touch()
        return deleted

    # As in Django: no `Model.objects.delete()` by mistake.
    delete.queryset_only = True  # type: ignore[attr-defined]  # functions have no fields in stubs


class Tracked(models.Model):
    """A table that some figure depends on: every write moves the ledger."""

    objects = TrackedQuerySet.as_manager()

    class Meta:
        abstract = True

    @together
    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        Ledger.touch()

    @together
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        result = super().delete(*args, **kwargs)
        Ledger.touch()
        return result


class Proven(TypedDict):
    """What `with_rung` adds to a row."""

    rung: int


class RecordQuerySet(TrackedQuerySet[Row]):
    def known(self, known_at: datetime | None = None) -> Self:
        """Rows as they were known at that moment: recorded by then and not yet withdrawn by then."""
        if known_at is None:
            return self.filter(withdrawn_at__isnull=True)
        return self.filter(
            Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=known_at),
            recorded_at__lte=known_at,
        )

    def with_rung(
        self, known_at: datetime | None = None, on: date | None = None
    ) -> "RecordQuerySet[WithAnnotations[Row, Proven]]":
        """Annotate `rung`: how well the row is proven on day `on`, as known at `known_at`."""
        return self.annotate(rung=rung_expression(known_at, on))


class WithPaper(models.Model):
    """What a paper can prove."""

    document = models.ForeignKey(
        "facilities.Document",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("document"),
    )

    class Meta:
        abstract = True


class Withdrawable(models.Model):
    """What is withdrawn when it was wrong, and never deleted: when, by whom and why, set together.

    The constraint that holds the three together is each subclass's own: a record is not withdrawn
    before it was recorded.
    """

    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("withdrawn by"),
    )
    withdrawn_because = models.CharField(
        _("withdrawn because"), max_length=500, blank=True, editable=False
    )

    class Meta:
        abstract = True


class Record(WithPaper, Withdrawable, Tracked):
    """A row with the second clock: when it was written down, by whom, and whether it still stands."""

    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("recorded by"),
    )
    source = models.CharField(
        _("source"), max_length=300, blank=True, help_text=_("Where the row was taken from.")
    )
    assumed = models.CharField(
        _("assumed"), max_length=10, choices=Assumed.CHOICES, blank=True, default=Assumed.NOTHING
    )
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("checked by"),
    )
    import_key = models.CharField(
        _("import key"),
        max_length=120,
        blank=True,
        editable=False,
        help_text=_("File and row it came from: the same file twice changes nothing."),
    )

    objects: ClassVar = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_checked_pair",
                condition=Q(checked_at__isnull=True, checked_by__isnull=True)
                | Q(checked_at__isnull=False, checked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_withdrawn_set_together",
                condition=Q(
                    withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because=""
                )
                | (
                    Q(
                        withdrawn_at__isnull=False,
                        withdrawn_by__isnull=False,
                        withdrawn_at__gte=F("recorded_at"),
                    )
                    & ~Q(withdrawn_because="")
                ),
            ),
            models.UniqueConstraint(
                name="%(app_label)s_%(class)s_import_key",
                fields=["import_key"],
                condition=~Q(import_key=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} #{self.pk}"

    def evidence(self, on: date) -> Rung:
        """How well the row is proven on day `on`, as it is known now."""
        return rung_of(self, on=on)

    def for_correction(self, **changes: object) -> Self:
        """A fresh, unsaved copy with changes: what `services.correct` records instead of this row."""
        kept = {
            field.attname: getattr(self, field.attname)
            for field in self._meta.concrete_fields
            if not field.primary_key and field.name not in CLOCK_FIELDS
        }
        copy = type(self)(**kept)
        for name, value in changes.items():
            setattr(copy, name, value)
        return copy


# What belongs to one writing of a row, and so is not carried over when the row is corrected.
CLOCK_FIELDS = frozenset(
    {
        "recorded_at",
        "recorded_by",
        "checked_at",
        "checked_by",
        "withdrawn_at",
        "withdrawn_by",
        "withdrawn_because",
        "import_key",
    }
)


class DatedFactQuerySet(RecordQuerySet[Row]):
    def proven(
        self, on: date, known_at: datetime | None = None
    ) -> "RecordQuerySet[WithAnnotations[Row, Proven]]":
        """What had happened by day `on`, each with its rung, in no order."""
        return self.as_of(on, known_at).with_rung(known_at, on).order_by()

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """What had happened by day `on`, as it was known at `known_at` (None: as known now)."""
        return self.known(known_at).filter(happened_on__lte=on)


class DatedFact(Record):
    """Something that happened to a facility on a day."""

    facility = models.ForeignKey(
        "facilities.Facility", on_delete=models.PROTECT, verbose_name=_("facility")
    )
    happened_on = models.DateField(_("happened on"))

    objects: ClassVar = DatedFactQuerySet.as_manager()

    class Meta(Record.Meta):
        abstract = True
        ordering = ["happened_on", "pk"]


class YardstickQuerySet(RecordQuerySet[Row]):
    def in_force(self, on: date, known_at: datetime | None = None) -> Self:
        """Rows that had begun by `on`, oldest first: per subject the last one wins.

        A row holds from its first day up to, not including, the first day of the next.
        """
        return (
            self.known(known_at)
            .filter(effective_from__lte=on)
            .order_by("effective_from", "recorded_at", "pk")
        )


class EntryQuerySet(TrackedQuerySet[Row]):
    def standing(self, known_at: datetime | None = None) -> Self:
        """Rows that had not been withdrawn by that moment."""
        if known_at is None:
            return self.filter(withdrawn_at__isnull=True)
        return self.filter(Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=known_at))


class Entry(Withdrawable, Tracked):
    """A described thing that facts are about: a procurement file, a device, a certificate.

    Its describing attributes are plain columns whose changes are logged (`Edit`). What was entered
    by mistake is withdrawn together with its facts, never deleted.
    """

    objects: ClassVar = EntryQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_withdrawn_set_together",
                condition=Q(
                    withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because=""
                )
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~Q(withdrawn_because="")
                ),
            )
        ]


class Yardstick(Record):
    """Something that measures or describes from a day on: a norm, a name, a deadline, a weight."""

    effective_from = models.DateField(_("effective from"))

    objects: ClassVar = YardstickQuerySet.as_manager()

    class Meta(Record.Meta):
        abstract = True
        ordering = ["effective_from", "pk"]
