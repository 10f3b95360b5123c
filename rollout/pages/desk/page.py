"""Pages of the Department's desk: for those who keep the registers."""

from rollout.pages.page import page


def desk():
    """A page of the desk. Nothing of it is kept by the browser: it shows names of people."""
    return page(lambda access: access.keeps_registers, section="desk", stored=False)
