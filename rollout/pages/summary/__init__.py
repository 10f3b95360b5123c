"""The province and each facility at a glance."""
