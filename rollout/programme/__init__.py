"""The rollout itself: deadlines of the law, milestones, stages, councils, sessions, obstacles,
directives, status reports; what falls due, how long steps took, by when one must start.
"""
