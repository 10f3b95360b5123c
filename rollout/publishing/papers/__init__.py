"""Official papers made from the records: reports, letters, invitations, minutes, decisions."""
