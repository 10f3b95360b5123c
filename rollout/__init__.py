"""The top storey: composes what the other apps know, decides where each facility stands."""

from rollout.celery import app as celery_app

__all__ = ["celery_app"]
