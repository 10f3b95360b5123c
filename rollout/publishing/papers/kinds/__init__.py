"""One module for each kind of paper: what it says, from which records."""
