"""Councils, sessions, obstacles, directives, connections."""
