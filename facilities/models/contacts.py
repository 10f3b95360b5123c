"""Whom to call at a facility or an agency: personal data, shown to few (`facilities.permissions`)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from facilities.models.derived import SearchKeyField
from facilities.models.facts import NOBODY, Yardstick
from facilities.models.people import Agency
from facilities.models.places import Facility


class Contact(Yardstick):
    """A person of a facility, from a day on.

    Of a director and of an IT officer the latest one holds; others until their last day.
    """

    reaches = NOBODY

    class Duty(models.TextChoices):
        DIRECTOR = "director", _("Director")
        IT_OFFICER = "it_officer", _("IT officer")
        OTHER = "other", _("Other")

    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("facility")
    )
    duty = models.CharField(_("duty"), max_length=12, choices=Duty.choices)
    name = models.CharField(_("full name"), max_length=150)
    telephone = models.CharField(_("telephone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    ends_on = models.DateField(
        _("until"), null=True, blank=True, help_text=_("First day on which it no longer holds.")
    )
    search_key = SearchKeyField(of=("name",))

    class Meta(Yardstick.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="facilities_contact_once_a_day",
                fields=["facility", "duty", "name", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="facilities_contact_ends_after_it_begins",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("effective_from")),
            ),
        ]


class AgencyContact(Yardstick):
    """Who answers for an agency, from a day on; the latest one holds."""

    reaches = NOBODY

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("agency")
    )
    name = models.CharField(_("full name"), max_length=150)
    position = models.CharField(_("position"), max_length=150, blank=True)
    telephone = models.CharField(_("telephone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    ends_on = models.DateField(
        _("until"), null=True, blank=True, help_text=_("First day on which it no longer holds.")
    )

    class Meta(Yardstick.Meta):
        verbose_name = _("contact of an agency")
        verbose_name_plural = _("contacts of agencies")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="facilities_agency_contact_once_a_day",
                fields=["agency", "name", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="facilities_agency_contact_ends_after_it_begins",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("effective_from")),
            ),
        ]


SOLE = (Contact.Duty.DIRECTOR, Contact.Duty.IT_OFFICER)
