"""The stages of a procurement file: of the bidding law, or of renting cloud service.

Purchase: Bidding Law 22/2023/QH15 with its decrees. Rental: a path of its own, since what is
accepted is a service, and what ends is handed back.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Path(models.TextChoices):
    PURCHASE = "purchase", _("Purchase")
    RENTAL = "rental", _("Cloud rental")


class Stage(models.TextChoices):
    NEED = "need", _("Need stated")
    POLICY = "policy", _("Policy approved")
    SPECIFICATION = "specification", _("Specification decided")
    PRICE_REFERENCE = "price_reference", _("Price reference")
    ESTIMATE_SUBMITTED = "estimate_submitted", _("Estimate submitted")
    ESTIMATE_APPROVED = "estimate_approved", _("Estimate approved")
    SELECTION_PLAN = "selection_plan", _("Selection plan approved")
    BIDDING_DOCUMENTS = "bidding_documents", _("Bidding documents approved")
    INVITATION = "invitation", _("Invitation posted")
    OPENING = "opening", _("Bids closed and opened")
    EVALUATION = "evaluation", _("Bids evaluated")
    AWARD = "award", _("Award decided")
    CONTRACT = "contract", _("Contract signed")
    DELIVERY = "delivery", _("Delivered and installed")
    SERVICE_SET_UP = "service_set_up", _("Service set up")
    TRIAL_RUN = "trial_run", _("Trial run ended")
    ACCEPTANCE = "acceptance", _("Accepted")
    PAYMENT = "payment", _("Paid and liquidated")
    SERVICE_ENDED = "service_ended", _("Service ended, data handed back")


@dataclass(frozen=True)
class Route:
    """The stages of one path, in the order of the law."""

    stages: tuple[Stage, ...]


ROUTES = {
    Path.PURCHASE: Route(
        (
            Stage.NEED,
            Stage.POLICY,
            Stage.SPECIFICATION,
            Stage.PRICE_REFERENCE,
            Stage.ESTIMATE_SUBMITTED,
            Stage.ESTIMATE_APPROVED,
            Stage.SELECTION_PLAN,
            Stage.BIDDING_DOCUMENTS,
            Stage.INVITATION,
            Stage.OPENING,
            Stage.EVALUATION,
            Stage.AWARD,
            Stage.CONTRACT,
            Stage.DELIVERY,
            Stage.TRIAL_RUN,
            Stage.ACCEPTANCE,
            Stage.PAYMENT,
        )
    ),
    Path.RENTAL: Route(
        (
            Stage.NEED,
            Stage.POLICY,
            Stage.SPECIFICATION,
            Stage.PRICE_REFERENCE,
            Stage.ESTIMATE_SUBMITTED,
            Stage.ESTIMATE_APPROVED,
            Stage.SELECTION_PLAN,
            Stage.INVITATION,
            Stage.AWARD,
            Stage.CONTRACT,
            Stage.SERVICE_SET_UP,
            Stage.TRIAL_RUN,
            Stage.ACCEPTANCE,
            Stage.PAYMENT,
            Stage.SERVICE_ENDED,
        )
    ),
}

# The first of these reached says when bids were closed, or at the latest had been.
CLOSED_BY = (Stage.OPENING, Stage.EVALUATION, Stage.AWARD)

# With the award the bidding is over.
BIDDING_ENDS_WITH = Stage.AWARD
