"""Files on their way into a book: received, previewed, confirmed, stored; or dropped.

Nothing is stored in the book before somebody has seen what would change and confirmed it; then
everything is, in one transaction, as one act that can be taken back.
"""

from rollout.importing.previewing import preview
from rollout.importing.receiving import choose_headings, drop, receive
from rollout.importing.running import progress, run, send
from rollout.importing.states import State, state_of
from rollout.importing.storing import confirm, store

__all__ = [
    "State",
    "choose_headings",
    "confirm",
    "drop",
    "preview",
    "progress",
    "receive",
    "run",
    "send",
    "state_of",
    "store",
]
