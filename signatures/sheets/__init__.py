"""The Committee's forms, filled from the staff list and a sheet that is held in memory alone.

ID-card numbers and birth dates come with the sheet and go back in the finished one, within one
request. Nothing here stores, logs or says them: problems name a row and a column, never a value.
"""
