"""Stocktakes: what a round found against what the register says, and the facts that follow."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypedDict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from equipment.assets import assets_on, place_id, standing_at
from equipment.models import (
    Asset,
    DeviceMovement,
    DeviceType,
    StocktakeClosed,
    StocktakeRound,
    StocktakeSighting,
)
from equipment.registers.movements import log_made
from equipment.stock import stock
from facilities.as_of import AsOf
from facilities.models import ChangeSet, Facility, User
from facilities.registers.entering import writing_of
from facilities.registers.writers import signed
from facilities.services import record, withdraw

Reason = DeviceMovement.Reason


class Closing(TypedDict):
    """What `rounds` tells of a stocktake besides itself."""

    closed_on: date | None
    is_open: bool


class Placed(TypedDict):
    """The key of the facility at which the register has an asset."""

    place: int | None


if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise, WithAnnotations

    PlacedAsset = WithAnnotations[Asset, Placed]


def rounds(
    *, facility_ids: Iterable[int] | None = None
) -> "QuerySet[WithAnnotations[StocktakeRound, Closing]]":
    """Every stocktake, newest first, with `closed_on`; of these facilities only, if any are named."""
    closings = StocktakeClosed.objects.known().filter(round=OuterRef("pk"))
    found = StocktakeRound.objects.known().annotate(
        closed_on=closings.values("closed_on")[:1], is_open=~Exists(closings)
    )
    if facility_ids is not None:
        found = found.filter(facility__in=list(facility_ids))
    return found.select_related("facility").order_by("-is_open", "-opened_on", "-pk")


@dataclass(frozen=True, slots=True)
class Counted:
    """Devices of one type without a number: how many the register has, how many were counted."""

    device_type: DeviceType
    expected: int
    counted: int | None  # None: nobody has counted them

    @property
    def step(self) -> int:
        return 0 if self.counted is None else self.counted - self.expected


@dataclass(frozen=True, slots=True)
class Findings:
    """What a round has found so far. Assets carry `place`, the key of where the register has them."""

    seen: "list[PlacedAsset]"
    not_seen: "list[PlacedAsset]"
    unexpected: "list[PlacedAsset]"  # seen here; the register has them elsewhere, or nowhere
    counts: list[Counted]

    @property
    def expected(self) -> int:
        return len(self.seen) + len(self.not_seen)


def findings(round: StocktakeRound, on: date, known_at: datetime | None = None) -> Findings:
    """A round against the register on a day, as known at a moment: a fixed number of queries."""
    sightings = StocktakeSighting.objects.known(known_at).filter(round=round)
    seen = set(sightings.filter(asset__isnull=False).values_list("asset", flat=True))
    counted = dict(sightings.filter(device_type__isnull=False).values_list("device_type", "count"))
    here = Q(place_id=round.facility_id) | Q(pk__in=seen)
    assets = list(
        assets_on(on, known_at)
        .filter(here)
        .annotate(place=F("place_id"))
        .select_related("device_type")
        .order_by("device_type__group", "device_type__code", "tag", "serial", "pk")
    )
    expected = [asset for asset in assets if asset.place == round.facility_id]
    return Findings(
        seen=[asset for asset in expected if asset.pk in seen],
        not_seen=[asset for asset in expected if asset.pk not in seen],
        unexpected=[asset for asset in assets if asset.place != round.facility_id],
        counts=_counts(round, on, known_at, counted),
    )


def _counts(
    round: StocktakeRound,
    on: date,
    known_at: datetime | None,
    counted: Mapping[int, int | None],
) -> list[Counted]:
    pk = round.facility_id
    lines = {
        line.device_type.pk: line.installed for line in stock(AsOf(on, known_at, frozenset({pk})))
    }
    numbered = standing_at(on, [pk], known_at)
    return [
        Counted(
            device_type,
            expected=lines.get(device_type.pk, 0) - numbered[pk, device_type.pk],
            counted=counted.get(device_type.pk),
        )
        for device_type in DeviceType.objects.all()
    ]


def findings_at_close(round: StocktakeRound, closing: StocktakeClosed) -> Findings:
    """What the round had found the moment before its differences became facts."""
    before = closing.recorded_at - timedelta(microseconds=1)
    return findings(round, closing.closed_on, before)


# --- Verbs ------------------------------------------------------------------------------


@transaction.atomic
def open_round(*, facility: Facility, title: str, on: date, by: User) -> StocktakeRound:
    """Begin to look. Raises ValidationError while another stocktake of the facility is open."""
    Facility.objects.select_for_update().get(pk=facility.pk)
    if rounds(facility_ids=[facility.pk]).filter(is_open=True).exists():
        raise ValidationError(
            {"facility": _("A stocktake of this facility is open. Close that one first.")}
        )
    return record(StocktakeRound(facility=facility, title=title.strip(), opened_on=on), by=by)


@transaction.atomic
def see(*, round: StocktakeRound, asset: Asset, by: User) -> bool:
    """An asset was seen. Whether that was new: seen twice is seen once."""
    _refuse_closed(round)
    if StocktakeSighting.objects.known().filter(round=round, asset=asset).exists():
        return False
    record(StocktakeSighting(round=round, asset=asset), by=by)
    return True


@transaction.atomic
def count(*, round: StocktakeRound, device_type: DeviceType, count: int, by: User) -> bool:
    """The devices of a type without a number were counted; a later count replaces it. Whether it is new."""
    _refuse_closed(round)
    before = StocktakeSighting.objects.known().filter(round=round, device_type=device_type).first()
    if before is not None and before.count == count:
        return False
    at = timezone.now()
    if before is not None:
        withdraw(fact=before, because=_("Counted again."), by=by, at=at)
    record(StocktakeSighting(round=round, device_type=device_type, count=count), by=by, at=at)
    return True


def _refuse_closed(round: StocktakeRound) -> None:
    StocktakeRound.objects.select_for_update().get(pk=round.pk)
    if StocktakeClosed.objects.known().filter(round=round).exists():
        raise ValidationError(_("This stocktake is closed."), code="closed")


@dataclass(frozen=True, slots=True)
class Difference:
    """A movement that would make the register say what was found.

    An asset or a number of devices of a type; `origin`: from which facility it came, if from one.
    """

    device_type: DeviceType
    quantity: int
    reason: str
    asset: Asset | None = None
    origin: int | None = None

    @property
    def subject(self) -> str:
        """What it is about, as a name in a form."""
        return f"asset-{self.asset.pk}" if self.asset else f"type-{self.device_type.pk}"

    @property
    def key(self) -> str:
        return f"{self.subject}:{self.quantity}:{self.reason}:{self.origin or ''}"

    @property
    def may_be_retired(self) -> bool:
        return self.asset is not None and self.quantity < 0

    @property
    def reason_label(self) -> "StrOrPromise":
        return Reason(self.reason).label


def differences(found: Findings, retired: Iterable[int] = ()) -> list[Difference]:
    """What would become facts. `retired`: assets not seen of which it is known that they were scrapped."""
    scrapped = set(retired)
    return [
        *(
            Difference(
                asset.device_type,
                -1,
                Reason.RETIRED if asset.pk in scrapped else Reason.STOCKTAKE,
                asset=asset,
            )
            for asset in found.not_seen
        ),
        *(
            Difference(
                asset.device_type,
                1,
                Reason.MOVED if asset.place else Reason.STOCKTAKE,
                asset=asset,
                origin=asset.place,
            )
            for asset in found.unexpected
        ),
        *(
            Difference(counted.device_type, counted.step, Reason.STOCKTAKE)
            for counted in found.counts
            if counted.step
        ),
    ]


@transaction.atomic
def close(
    *, round: StocktakeRound, agreed: list[Difference], change_set: ChangeSet, on: date
) -> StocktakeClosed:
    """End a stocktake; the differences agreed to become movements of the day, under one change set.

    Raises ValidationError if it is closed already.
    """
    _refuse_closed(round)
    writing = writing_of(change_set, on=on)
    made = [
        signed(movement, writing)
        for difference in agreed
        for movement in _movements(difference, round, on)
    ]
    if made:
        log_made(change_set, DeviceMovement.objects.bulk_create(made))
    closing = StocktakeClosed(round=round, closed_on=on)
    return record(closing, by=change_set.by, at=writing.at)


def _movements(difference: Difference, round: StocktakeRound, on: date) -> Iterator[DeviceMovement]:
    sides = [(round.facility_id, difference.quantity)]
    if difference.origin:
        sides.insert(0, (difference.origin, -difference.quantity))
    for facility_id, quantity in sides:
        yield DeviceMovement(
            facility_id=facility_id,
            device_type=difference.device_type,
            asset=difference.asset,
            quantity=quantity,
            reason=difference.reason,
            happened_on=on,
        )


def asset_with(number: str, facility_id: int | None, on: date) -> Asset | None:
    """The asset that bears an inventory number, or else a serial number; at the facility first.

    A serial number that several devices bear, none of them there, names none.
    """
    standing = Asset.objects.standing().annotate(place=place_id(on)).select_related("device_type")
    asset = standing.filter(tag=number).first()
    if asset is None and number:
        bearers = list(standing.filter(serial=number)[:20])
        there = [found for found in bearers if found.place == facility_id]
        bearers = there or bearers
        asset = bearers[0] if len(bearers) == 1 else None
    return asset
