"""Signals of the lowest storey: the storeys above listen, this one need not know who."""

from django.dispatch import Signal

facts_changed = Signal()  # sent inside the writer's transaction, once per write
role_given_to_oneself = Signal()  # with `assignment`, inside the giver's transaction
