"""Pages of the Department's desk: for those who keep the registers."""

from collections.abc import Callable

from rollout.pages.page import Answering, Asked, View, page


def desk(
    *, of_province: bool = False, by_area: bool = False
) -> Callable[[View[Asked]], Answering[Asked]]:
    """A page of the desk. Nothing of it is kept by the browser: it shows names of people.

    Staff of an area see their own part of it; `of_province`: it has no parts, and is not for them.
    `by_area`: it can be read of one area alone.
    """
    return page(
        lambda access: access.keeps_registers if of_province else access.keeps_somewhere,
        section="desk",
        stored=False,
        by_area=by_area,
    )
