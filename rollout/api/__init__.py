"""The REST API, version 1: what the province's progress is, for programs. It only reads."""
