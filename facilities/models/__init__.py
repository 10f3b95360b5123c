from facilities.models.calendar import CalendarDay
from facilities.models.change_sets import ChangeSet, Draft, Edit, Note
from facilities.models.codes import CodeSystem, ExternalCode
from facilities.models.contacts import Contact
from facilities.models.documents import Document
from facilities.models.facts import DatedFact, Entry, Ledger, Record, Tracked, Yardstick
from facilities.models.people import OF_A_FACILITY, Agency, ApiToken, Role, RoleAssignment, User
from facilities.models.places import (
    Area,
    AreaName,
    AreaParent,
    Facility,
    FacilityArea,
    FacilityKind,
    FacilityLineage,
    FacilityName,
    FacilityOwnership,
    FacilityScope,
    Kind,
    Lineage,
    Ownership,
    Scope,
)

__all__ = [
    "OF_A_FACILITY",
    "Agency",
    "ApiToken",
    "Area",
    "AreaName",
    "AreaParent",
    "CalendarDay",
    "ChangeSet",
    "CodeSystem",
    "Contact",
    "DatedFact",
    "Document",
    "Draft",
    "Edit",
    "Entry",
    "ExternalCode",
    "Facility",
    "FacilityArea",
    "FacilityKind",
    "FacilityLineage",
    "FacilityName",
    "FacilityOwnership",
    "FacilityScope",
    "Kind",
    "Ledger",
    "Lineage",
    "Note",
    "Ownership",
    "Record",
    "Role",
    "RoleAssignment",
    "Scope",
    "Tracked",
    "User",
    "Yardstick",
]
