"""The registers of procurement and devices."""
