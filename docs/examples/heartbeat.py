"""A gateway gives its sign of life, with what it has sent since the sign before.

EMR_HOST=https://emr.example.vn EMR_KEY=emr_... python heartbeat.py bg-ttyt-lucnam bach-mai 120 0
"""

import os
import sys

from emr_rollout_api_client import AuthenticatedClient
from emr_rollout_api_client.api.facilities import heartbeat
from emr_rollout_api_client.models import Heartbeat


def main(facility: str, partner: str, sent: int, errors: int) -> None:
    client = AuthenticatedClient(os.environ["EMR_HOST"], token=os.environ["EMR_KEY"])
    answer = heartbeat.sync_detailed(
        facility, partner, client=client, body=Heartbeat(sent=sent, errors=errors)
    )
    if answer.status_code != 204:
        sys.exit(f"Refused: {answer.parsed}")
    print("Given.")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
