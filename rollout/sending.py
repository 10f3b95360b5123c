"""Sending a job by its name. The jobs stand at the top and know everything; who sends one need not."""

from celery import current_app


def send(job: str, *args: object, in_seconds: float = 0) -> None:
    """Ask a worker to do the job of the schedule named `job`. Raises kombu's OperationalError and the
    like when the broker is away; the beat comes round again.
    """
    current_app.send_task(job, args=args, countdown=in_seconds or None)
