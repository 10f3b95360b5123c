"""Working sessions: prepared from the registers, concluded with directives, followed until the next."""
