"""A row that goes out to somebody, by mail or by a call, and how far it has come."""

from datetime import datetime, timedelta
from typing import Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

CLAIM = timedelta(minutes=15)  # a worker that has not come to an end by then is dead
WAITING = Q(sent_at__isnull=True, given_up_at__isnull=True, cancelled_at__isnull=True)


Row = TypeVar("Row", bound="Delivery")


class DeliveryQuerySet(models.QuerySet[Row]):
    def waiting(self) -> Self:
        """Neither arrived nor given up nor cancelled."""
        return self.filter(WAITING)

    def _free(self, now: datetime) -> Self:
        """Waiting, and no worker that may still be alive has it."""
        return self.waiting().filter(Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM))

    def due(self, now: datetime, *, doubtful: bool) -> Self:
        """What may go out now; `doubtful`: also what is in doubt."""
        found = self._free(now).filter(not_before__lte=now)
        return found if doubtful else found.filter(begun_at__isnull=True)

    def in_doubt(self, now: datetime) -> Self:
        """Begun, and nobody knows how it ended: perhaps it arrived, perhaps not."""
        return self._free(now).filter(begun_at__isnull=False)

    def queue_again(self, now: datetime) -> int:
        """A person decides that these go out once more, tried as long as new ones; returns how many."""
        return self.update(
            made_at=now,
            not_before=now,
            claimed_at=None,
            claim=None,
            begun_at=None,
            sent_at=None,
            given_up_at=None,
            error="",
        )


class Delivery(models.Model):
    """Its state is read from its moments.

    made -> claimed (a worker took it) -> begun (the far end was called) -> sent. Who dies after
    `claimed` did no harm: it is claimed again. What was begun and is no longer claimed by anybody
    alive is in doubt. What was refused waits until `not_before`, or was given up.
    """

    key = models.CharField(_("key"), max_length=120)
    made_at = models.DateTimeField(_("made at"))
    not_before = models.DateTimeField(_("not before"))
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    claim = models.UUIDField(_("claim"), null=True, blank=True)
    begun_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    given_up_at = models.DateTimeField(_("failed at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.key
