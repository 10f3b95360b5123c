"""One file of everything: the database and the papers, encrypted, and compared once it is restored."""

from rollout.site.backup.archive import Backup, Restored, back_up, restore

__all__ = ["Backup", "Restored", "back_up", "restore"]
