"""The list of what is to be done: who reads which lines, and what answers each."""
