"""When the facilities will use records officially, from how long things really took here."""

from rollout.forecasting.foreseeing import Foresight, Outlook, Shift, foresee
from rollout.forecasting.keeping import keep

__all__ = ["Foresight", "Outlook", "Shift", "foresee", "keep"]
