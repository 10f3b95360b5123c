"""Briefs and papers."""
