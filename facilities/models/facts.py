"""The shape of a fact: what happened, on which day, who wrote it down when, what proves it."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypedDict, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facilities import reading_once
from facilities.evidence import Assumed, Rung, rung_expression, rung_of
from facilities.models.prepared import prepared
from facilities.signals import facts_changed

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

# The write and the ledger's move are stored both or not at all, also outside a transaction.
together = transaction.atomic(savepoint=False)

Row = TypeVar("Row", bound=models.Model, covariant=True)


class Ledger(models.Model):
    """One row that counts the writes to facts.

    Caches and ETags compare `version` instead of reading every table. The update runs inside the
    writer's transaction, so nobody can see new facts under an old version. `general` is the version
    of the latest write that may reach any facility; `FacilityVersion` has those that reach one.
    """

    version = models.PositiveBigIntegerField(default=0)
    general = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="facilities_ledger_one_row")]

    def __str__(self) -> str:
        return str(self.version)

    @classmethod
    def touch(cls, facility_ids: Collection[int] | None = None) -> None:
        """Say that facts have changed: of these facilities alone, or (None) of whichever."""
        reading_once.let_go()
        moved = {"version": F("version") + 1}
        if facility_ids is None:
            moved["general"] = F("version") + 1
        row = cls.objects.filter(pk=1)
        if not row.update(**moved):
            # The very first write. Of two at once, the second waits here and then counts on.
            Ledger.objects.bulk_create([Ledger(pk=1)], ignore_conflicts=True)
            row.update(**moved)
        if facility_ids:
            FacilityVersion.moved(facility_ids)
        facts_changed.send(sender=cls)

    @classmethod
    def current(cls) -> int:
        """The version; within one request that of its beginning, so that its parts agree."""
        found = reading_once.version_read()
        return cls.versions()[0] if found is None else found

    @classmethod
    def versions(cls) -> tuple[int, int]:
        """The current version, and that of the latest write that may reach any facility."""
        row = cls.objects.filter(pk=1).values_list("version", "general").first()
        version, general = row or (0, 0)
        reading_once.at_version(version)
        return version, general


class FacilityVersion(models.Model):
    """The ledger's version at the latest write that reached this facility alone."""

    facility = models.OneToOneField(
        "facilities.Facility", models.CASCADE, primary_key=True, related_name="+"
    )
    version = models.PositiveBigIntegerField(db_index=True)

    def __str__(self) -> str:
        return str(self.version)

    @classmethod
    def moved(cls, facility_ids: Collection[int]) -> None:
        """One statement. Whoever writes holds the ledger's row by now, so versions never go back."""
        now = Subquery(Ledger.objects.filter(pk=1).values("version"))
        FacilityVersion.objects.bulk_create(
            [FacilityVersion(facility_id=pk, version=now) for pk in sorted(facility_ids)],
            update_conflicts=True,
            unique_fields=["facility"],
            update_fields=["version"],
        )

    @classmethod
    def since(cls, version: int) -> frozenset[int]:
        """The facilities that a later write than this version reached alone."""
        return frozenset(
            cls.objects.filter(version__gt=version).values_list("facility_id", flat=True)
        )


NOBODY = ""  # as `reaches`: no figure of any facility follows from these rows
MANY_ROWS = 2000  # of whom nobody asks which facilities they are of: all are taken to have moved


class TrackedQuerySet(models.QuerySet[Row]):
    if not TYPE_CHECKING:  # the plugin knows Django's own `as_manager`, which promises the same

        @classmethod
        def as_manager(cls):
            return prepared(super().as_manager())

        as_manager.queryset_only = True

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
            # What was there before in place of a row may have been of another facility.
            Ledger.touch(None if update_conflicts else reached_by(created, are_new=True))
        return created

    @together
    def update(self, **kwargs: Any) -> int:
        reaches = self.model.reaches if issubclass(self.model, Tracked) else None
        moved: frozenset[int] | None
        if reaches == NOBODY:
            changed, moved = super().update(**kwargs), frozenset()
        elif reaches is None or _moves_away(reaches, kwargs):
            changed, moved = super().update(**kwargs), None
        else:
            # Asked before: afterwards the rows may no longer be found by what they were found by.
            found = dict(self.values_list("pk", reaches).order_by()[: MANY_ROWS + 1])
            if len(found) > MANY_ROWS:
                changed, moved = super().update(**kwargs), None
            else:
                # No others than these, though somebody may have written one meanwhile.
                these = self.filter(pk__in=found)
                changed = super(TrackedQuerySet, these).update(**kwargs) if found else 0
                moved = None if None in found.values() else frozenset(found.values())
        if changed:
            Ledger.touch(moved)
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
    """A table that some figure depends on: every write moves the ledger.

    `reaches`: the way from a row to the one facility whose figures it may change, as in a filter.
    None is the safe word: it may be any; NOBODY: none at all. `reaches_when_new` False: nothing
    refers to a new row yet, so it changes no figure of any facility until another row is written.
    """

    reaches: ClassVar[str | None] = None
    reaches_when_new: ClassVar[bool] = True

    objects = TrackedQuerySet.as_manager()

    class Meta:
        abstract = True

    @together
    def save(self, *args: Any, **kwargs: Any) -> None:
        changed = kwargs.get("update_fields")
        moved = reached_by([self], are_new=self._state.adding, changed=changed)
        super().save(*args, **kwargs)
        Ledger.touch(moved)

    @together
    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        result = super().delete(*args, **kwargs)
        Ledger.touch()
        return result


def _moves_away(reaches: str, changes: Collection[str]) -> bool:
    """Whether these changes may lay a row to another facility."""
    first = reaches.partition("__")[0].removesuffix("_id")
    return first in {name.removesuffix("_id") for name in changes}


def reached_by(
    rows: Collection[models.Model],
    *,
    are_new: bool = False,
    changed: Collection[str] | None = None,
) -> frozenset[int] | None:
    """The facilities whose figures these rows of one model may change; None: any.

    `changed`: the fields that a change of stored rows writes; None: all. At most one query.
    """
    model = type(next(iter(rows)))
    if not issubclass(model, Tracked):
        return None
    if model.reaches == NOBODY or (are_new and not model.reaches_when_new):
        return frozenset()
    if model.reaches is None:
        return None
    first, _sep, rest = model.reaches.partition("__")
    if not rest:
        found = {getattr(row, first) for row in rows}
    else:
        ids = {getattr(row, f"{first}_id") for row in rows}
        related: Any = model._meta.get_field(first).related_model
        found = set(related._base_manager.filter(pk__in=ids).values_list(rest, flat=True))
    if not are_new and (changed is None or _moves_away(model.reaches, changed)):
        # What is stored already may be moved away from a facility.
        pks = [row.pk for row in rows]
        found.update(model._base_manager.filter(pk__in=pks).values_list(model.reaches, flat=True))
    return None if None in found else frozenset(found)


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

    reaches = "facility_id"

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
