"""When the facilities will use records officially, from how long things really took here."""

from rollout.forecasting.forecast import (
    Expected,
    FacilityForecast,
    ProvinceForecast,
    Shift,
    forecast_of,
)
from rollout.forecasting.kept import cached_forecast
from rollout.forecasting.levers import Gain, Levers
from rollout.forecasting.services import keep

__all__ = [
    "Expected",
    "FacilityForecast",
    "Gain",
    "Levers",
    "ProvinceForecast",
    "Shift",
    "cached_forecast",
    "forecast_of",
    "keep",
]
