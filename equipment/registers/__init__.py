"""The books of procurement and devices."""
