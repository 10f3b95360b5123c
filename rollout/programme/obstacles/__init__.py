"""Obstacles: whom they hold, since when, at what cost, and who can clear them."""

from rollout.programme.obstacles.reading import (
    Hold,
    ObstacleOnDay,
    days_lost,
    facility_days,
    obstacles,
)

__all__ = ["Hold", "ObstacleOnDay", "days_lost", "facility_days", "obstacles"]
