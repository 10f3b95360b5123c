"""Digital signatures in the admin. Names of holders are personal data: only the Department comes here."""

from django.contrib import admin

from facilities.administration import FactAdmin, TableAdmin
from signatures.models import Batch, Certificate, CertificateEvent, SignatureNeed
from signatures.services import record_event

admin.site.register(SignatureNeed, FactAdmin)


@admin.register(Batch)
class BatchAdmin(TableAdmin):
    fixed = ("code", "facility")
    list_display = ("code", "facility_name", "form")
    list_filter = ("form",)
    search_fields = ("code",)
    raw_id_fields = ("letter",)


@admin.register(Certificate)
class CertificateAdmin(TableAdmin):
    fixed = ("facility", "batch", "subscriber", "assumed")
    list_display = ("__str__", "facility_name", "subscriber", "device", "holder", "position")
    list_filter = ("subscriber", "device")
    search_fields = ("serial",)  # not the holder: what is searched for stands in the address
    raw_id_fields = ("batch",)


@admin.register(CertificateEvent)
class CertificateEventAdmin(FactAdmin):
    facility_of = "certificate"
    not_asked = ("attempt", "source", "assumed")
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
