"""The sentences of a brief, one module for each part of what is reported."""
