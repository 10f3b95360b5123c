"""Forms that pages show."""
