"""What is due in procurement: each stage of each file that has a target."""

from collections.abc import Iterator

from django.utils.text import format_lazy

from equipment.files import files
from equipment.stages import Stage
from facilities.as_of import AsOf
from facilities.timeline import Deadline


def deadlines(as_of: AsOf) -> Iterator[Deadline]:
    """A stage is done once it, or a later one of its file, was reached."""
    for file in files(as_of):
        for step in file.steps:
            if step.target is not None:
                yield Deadline(
                    rule="procurement_stage",
                    subject=f"procurement:{file.id}:{step.stage}",
                    facility_id=file.facility_id,
                    due_on=step.target,
                    done_on=step.passed_on,
                    what=format_lazy("{}: {}", Stage(step.stage).label, file.code),
                    assumed=bool(step.target_assumed),
                )
