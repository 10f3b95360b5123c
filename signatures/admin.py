"""Digital signatures in the admin. Names of holders are personal data: only the Department comes here."""

from django.contrib import admin

from facilities.administration import FactAdmin, ReadOnlyAdmin
from signatures.models import Batch, Certificate, CertificateEvent, SignatureNeed, StaffMember
from signatures.services import record_event

admin.site.register(SignatureNeed, FactAdmin)


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """To read. Batches are entered and changed in their register, with a reason and a change set."""

    list_display = ("code", "facility_name", "form")
    list_filter = ("form",)
    search_fields = ("code",)
    raw_id_fields = ("letter",)


@admin.register(StaffMember)
class StaffMemberAdmin(ReadOnlyAdmin):
    """To read. People are entered and changed in the register, with a reason and a change set."""

    list_display = ("__str__", "facility_name", "unit", "position", "duty")
    list_filter = ("duty",)


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    """To read. Whoever changes a holder does so in the register, with a reason and a change set."""

    list_display = ("__str__", "facility_name", "subscriber", "device", "position")
    list_filter = ("subscriber", "device")
    search_fields = ("serial",)  # not the holder: what is searched for stands in the address


@admin.register(CertificateEvent)
class CertificateEventAdmin(FactAdmin):
    facility_of = "certificate"
    # Where a move leads is written into the certificate too: that is for the register.
    not_asked = ("attempt", "source", "assumed", "to", "unit")
    list_filter = ("kind", *FactAdmin.list_filter)
    search_fields = ("certificate__serial",)
    raw_id_fields = ("certificate",)
    verb = staticmethod(record_event)
    verb_takes = (
        "certificate",
        "kind",
        "happened_on",
        "valid_until",
        "because",
        "document",
    )
