"""What a facility's officer is asked."""
