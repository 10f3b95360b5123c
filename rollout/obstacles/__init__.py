"""Obstacles: whom they hold, since when, at what cost, and who can clear them."""

from rollout.obstacles.reading import Hold, ObstacleOnDay, obstacles

__all__ = ["Hold", "ObstacleOnDay", "obstacles"]
