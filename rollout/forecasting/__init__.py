"""When the facilities will use records officially, from how long things really took here."""

from rollout.forecasting.forecast import FacilityForesight, Foresight, Outlook, Shift, foresee
from rollout.forecasting.services import keep

__all__ = ["FacilityForesight", "Foresight", "Outlook", "Shift", "foresee", "keep"]
