"""Digital signatures in the admin. Names of holders are personal data: only the Department comes here."""

from django.contrib import admin

from facilities.administration import FactAdmin, ReadOnlyAdmin
from signatures.models import (
    Batch,
    Certificate,
    CertificateEvent,
    SignatureNeed,
    SigningRule,
    StaffMember,
)

admin.site.register([SignatureNeed, SigningRule], FactAdmin)


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
class CertificateEventAdmin(ReadOnlyAdmin):
    """To read. Events are recorded in their registers: a change set says what else they changed."""

    list_display = ("__str__", "facility_name", "kind", "happened_on", "valid_until")
    list_filter = ("kind",)
    search_fields = ("certificate__serial",)
