"""Files on their way into a register: received, previewed, confirmed, stored; or dropped.

Nothing is stored in the register before somebody has seen what would change and confirmed it; then
everything is, in one transaction, as one change set that can be taken back.
"""

from rollout.registers.importing.mending import choose_sheet, mend
from rollout.registers.importing.previewing import preview
from rollout.registers.importing.receiving import choose_headings, drop, receive
from rollout.registers.importing.states import State, state_of
from rollout.registers.importing.steps import progress, run, send_on
from rollout.registers.importing.storing import confirm, store

__all__ = [
    "State",
    "choose_headings",
    "choose_sheet",
    "confirm",
    "drop",
    "mend",
    "preview",
    "progress",
    "receive",
    "run",
    "send_on",
    "state_of",
    "store",
]
