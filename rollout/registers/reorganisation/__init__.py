"""Reorganising the facilities from the desk: what is decided, what it would change, writing it down."""
