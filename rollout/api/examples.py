"""Bodies to begin with, by operation: they stand in the description, and a test holds them to it."""

from typing import Any

ROW = {"code": "GT-17", "title": "Servers", "facility": "bg-ttyt-lucnam", "path": "purchase"}

REQUESTS: dict[str, Any] = {
    "register_row_add": {"values": ROW},
    "register_row_change": {
        "values": {"title": "Servers and racks"},
        "because": "Title of the decision",
    },
    "register_row_withdraw": {"because": "Entered twice"},
    "register_rows_write": {
        "because": "Ledger of May",
        "mode": "all",
        "rows": [
            {"values": ROW | {"code": "GT-18"}},
            {"key": 412, "version": "9f0c1d2e3a4b5c6d7e8f9a0b", "values": {"title": "Racks"}},
        ],
    },
    "register_row_step": {
        "step": "contract",
        "values": {"reached-contract": "2025-05-20"},
        "number": "12/QD-TTYT",
        "paper": 31,
    },
    "heartbeat": {"sent": 120, "errors": 0},
    "judge": {"accept": [901, 902], "returned": [{"cell": 903, "because": "Which day?"}]},
    "obstacle_raise": {
        "code": "budget-2025",
        "name_vi": "Chua bo tri kinh phi",
        "kind": "budget",
        "raised_by": "So Y te",
        "raised_on": "2025-05-20",
    },
    "obstacle_hold": {
        "facilities": ["bg-ttyt-lucnam"],
        "milestone": "official",
        "since": "2025-05-20",
    },
    "obstacle_clear": {"cleared_on": "2025-05-21"},
    "directive_issue": {
        "text_vi": "Bo tri kinh phi truoc ngay 30/6",
        "issued_on": "2025-05-21",
        "issued_by": "UBND tinh",
        "lead": "so-tai-chinh",
        "due_on": "2025-06-30",
        "document_number": "1234/UBND-KGVX",
    },
    "directive_answer": {
        "agency": "so-tai-chinh",
        "happened_on": "2025-05-21",
        "note": "Da bo tri",
        "paper": 31,
    },
    "portal_list_reconcile": {
        "lines": [{"code": "24009", "name": "TTYT Luc Nam", "on": "2025-05-20"}]
    },
}
