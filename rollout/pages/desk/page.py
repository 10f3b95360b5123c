"""Pages of the Department's desk: for those who keep the registers."""

from collections.abc import Callable

from rollout.pages.page import Answering, Asked, View, page


def desk(*, by_area: bool = False) -> Callable[[View[Asked]], Answering[Asked]]:
    """A page of the desk. Nothing of it is kept by the browser: it shows names of people."""
    return page(
        lambda access: access.keeps_registers, section="desk", stored=False, by_area=by_area
    )
