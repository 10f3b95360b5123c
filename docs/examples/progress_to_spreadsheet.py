"""Pulls the progress of a day into a spreadsheet: a sheet of measures, a sheet of facilities.

EMR_HOST=https://emr.example.vn EMR_KEY=emr_... python progress_to_spreadsheet.py 2025-05-21 progress.xlsx
"""

import os
import sys
from datetime import date

from emr_rollout_api_client import AuthenticatedClient
from emr_rollout_api_client.api.progress import progress
from emr_rollout_api_client.models import Progress
from openpyxl import Workbook


def main(on: date, place: str) -> None:
    client = AuthenticatedClient(os.environ["EMR_HOST"], token=os.environ["EMR_KEY"])
    found = progress.sync(client=client, on=on)
    if not isinstance(found, Progress):
        sys.exit(f"Refused: {found}")
    book = Workbook()
    sheet = book.create_sheet("Measures", 0)
    sheet.append(["code", "label", "done", "total", "share", "unknown"])
    for one in found.measures:
        # What is not known is None, and so an empty cell: never 0.
        sheet.append([one.code, one.label, one.done, one.total, one.share, one.unknown])
    sheet = book.create_sheet("Facilities", 1)
    codes = [one.code for one in found.measures]
    sheet.append(["code", "name", "stage", *codes])
    for place_of in found.facilities:
        cells = place_of.measures.to_dict()
        done = [cells[code]["done"] if code in cells else None for code in codes]
        sheet.append([place_of.code, place_of.name, place_of.stage_label, *done])
    del book["Sheet"]
    book.save(place)
    print(f"{place}: {len(found.measures)} measures, {len(found.facilities)} facilities")


if __name__ == "__main__":
    main(date.fromisoformat(sys.argv[1]), sys.argv[2])
