"""What `compute_progress` writes down: the figures of a day, of the province and of each facility.

Nothing is decided from these rows. Computing a day again gives the same rows; facilities that are
no longer part of the rollout on that day lose theirs. A row whose figures still hold stays as it
is, so `computed_at` is the moment at which the figures of today's facts were first found.
"""

from collections.abc import Iterator
from datetime import date

from django.utils import timezone

from rollout.figures.cached import cached_progress
from rollout.figures.results import Progress
from rollout.models import ProgressSnapshot
from rollout.turns import write_in_turn

OVERALL = "overall"  # the weighted progress, beside the measures

Rows = dict[tuple[int | None, str], ProgressSnapshot]  # by facility (None: all) and measure

FIGURES = ("done", "total", "share")


def compute_progress(on: date) -> int:
    """Compute day `on` and write it down; returns how many rows the day has.

    Leaves the result in the cache, where the pages and the API find it.
    """
    return write_in_turn(
        lambda: {(row.facility_id, row.measure): row for row in rows_of(cached_progress(on))},
        lambda wanted: _write(on, wanted),
    )


def _write(on: date, wanted: Rows) -> int:
    stored = ProgressSnapshot.objects.filter(on=on)
    standing: set[tuple[int | None, str]] = set()
    outdated: list[int] = []
    for row in stored:
        place = (row.facility_id, row.measure)
        if place in wanted and _figures(row) == _figures(wanted[place]):
            standing.add(place)
        else:
            outdated.append(row.pk)
    if outdated:
        stored.filter(pk__in=outdated).delete()
    # Only before the programme has its row could another run have been first.
    ProgressSnapshot.objects.bulk_create(
        [row for place, row in wanted.items() if place not in standing],
        batch_size=1000,
        ignore_conflicts=True,
    )
    return len(wanted)


def rows_of(progress: Progress) -> Iterator[ProgressSnapshot]:
    """The progress of a day as unsaved rows."""
    at = timezone.now()

    def row(
        facility_id: int | None,
        measure: str,
        done: int | None,
        total: int | None,
        share: float | None,
    ) -> ProgressSnapshot:
        return ProgressSnapshot(
            on=progress.on,
            facility_id=facility_id,
            measure=measure,
            done=done,
            total=total,
            share=share,
            computed_at=at,
        )

    for result in progress.measures:
        yield row(None, result.code, result.done, result.total, result.share)
    yield row(None, OVERALL, None, None, progress.overall)
    for facility in progress.facilities:
        for code, cell in facility.measures.items():
            yield row(facility.id, code, cell.done, cell.total, cell.share)
        yield row(facility.id, OVERALL, None, None, facility.progress)


def _figures(row: ProgressSnapshot) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in FIGURES)
