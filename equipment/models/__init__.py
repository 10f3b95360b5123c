"""Procurement files, devices and their norms, and how a facility hosts its systems."""

from equipment.models.devices import Asset, DeviceMovement, DeviceNorm, DeviceType
from equipment.models.procurement import (
    FundingSource,
    Funds,
    Procurement,
    ProcurementLot,
    Setback,
    StageEvent,
    StageTarget,
)
from equipment.models.stocktakes import StocktakeClosed, StocktakeRound, StocktakeSighting
from equipment.models.systems import Hosting, ItLevel

__all__ = [
    "Asset",
    "DeviceMovement",
    "DeviceNorm",
    "DeviceType",
    "FundingSource",
    "Funds",
    "Hosting",
    "ItLevel",
    "Procurement",
    "ProcurementLot",
    "Setback",
    "StageEvent",
    "StageTarget",
    "StocktakeClosed",
    "StocktakeRound",
    "StocktakeSighting",
]
