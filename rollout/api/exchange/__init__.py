"""Exchange with other registers: each module its own addresses, and each can be deleted alone.

A module holds `urlpatterns`; whoever deletes one takes its name out here.
"""

from django.urls import URLPattern

from rollout.api.exchange import dhis2, fhir, ocds, portal

MODULES = (fhir, dhis2, ocds, portal)
urlpatterns: list[URLPattern] = [one for module in MODULES for one in module.urlpatterns]
