"""The registers of what steers the province: obstacles, directives, working sessions."""

from rollout.registers.steering.directives import Directives
from rollout.registers.steering.obstacles import Obstacles
from rollout.registers.steering.sessions import Sessions

__all__ = ["Directives", "Obstacles", "Sessions"]
