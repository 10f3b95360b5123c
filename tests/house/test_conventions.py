"""Conventions that every table keeps."""

import pytest
from django.apps import apps

from facilities.models import DatedFact, Record, Yardstick

OURS = ("facilities", "equipment", "signatures", "connectivity", "rollout")
TABLES = [model for app in OURS for model in apps.get_app_config(app).get_models()]

# What jobs compute may be stored; nothing decides from it.
COMPUTED = {"Alert", "ProgressSnapshot", "JobRun"}


def label(model) -> str:
    return model._meta.label


@pytest.mark.parametrize("model", TABLES, ids=label)
def test_no_table_stores_what_facts_add_up_to(model):
    forbidden = {"status", "state", "progress", "is_done", "done", "completed", "is_official"}
    if model.__name__ not in COMPUTED:
        assert not forbidden & {field.name for field in model._meta.get_fields()}


@pytest.mark.parametrize("model", TABLES, ids=label)
def test_no_table_holds_identity_numbers_or_birth_dates(model):
    forbidden = ("birth", "id_card", "identity", "cccd", "cmnd", "citizen")
    names = [field.name for field in model._meta.get_fields()]
    assert not [name for name in names if any(word in name for word in forbidden)]


@pytest.mark.parametrize("model", [m for m in TABLES if issubclass(m, Record)], ids=label)
def test_every_record_has_its_paired_fields_constrained(model):
    names = {constraint.name for constraint in model._meta.constraints}
    prefix = f"{model._meta.app_label}_{model._meta.model_name}"
    assert {
        f"{prefix}_checked_pair",
        f"{prefix}_withdrawn_set_together",
        f"{prefix}_import_key",
    } <= names


@pytest.mark.parametrize(
    "model", [m for m in TABLES if issubclass(m, DatedFact | Yardstick)], ids=label
)
def test_every_dated_row_is_asked_with_a_day(model):
    manager = model.objects.all()
    assert hasattr(manager, "as_of") or hasattr(manager, "in_force")
