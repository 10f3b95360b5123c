"""Tables in and out: columns, files read and written, what a file would change."""
