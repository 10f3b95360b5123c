"""The Department's desk."""
