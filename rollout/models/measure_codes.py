"""Which measures there are. What each counts stands in rollout/figures/measures.py."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MeasureCode(models.TextChoices):
    SERVERS = "servers", _("Equipped with EMR servers")
    DEVICES = "devices", _("Provided with device systems")
    SIGNATURES_REGISTERED = "signatures_registered", _("Digital signatures bought and registered")
    SIGNATURES_ISSUED = "signatures_issued", _("Digital signatures issued")
    SIGNATURES_AUTHENTICATED = "signatures_authenticated", _("Digital signatures authenticated")
    LAUNCHED = "launched", _("Launched or piloting EMR")
    OFFICIAL = "official", _("Evaluated and officially using EMR")
    CONNECTED_PUBLIC = (
        "connected_public",
        _("Public facilities connected with the partner hospital"),
    )
    CONNECTED_PRIVATE = (
        "connected_private",
        _("Private hospitals and clinics connected with the partner hospital"),
    )
