"""Signatures as the specification "Standard Webhooks" has them (symmetric, version 1).

Over `id.timestamp.body` with HMAC-SHA256. The receiver checks the signature, refuses an old
timestamp, and drops an identifier it has had before.
"""

import base64
import hashlib
import hmac

from django.utils.crypto import salted_hmac

from rollout.models import Webhook


def secret_of(webhook: Webhook) -> str:
    """What the receiver is given once: `whsec_` and the key."""
    return f"whsec_{base64.b64encode(_key(webhook)).decode()}"


def headers(webhook: Webhook, identifier: str, timestamp: int, body: str) -> dict[str, str]:
    """What goes with a call made at this moment (seconds since 1970)."""
    signed = f"{identifier}.{timestamp}.{body}".encode()
    digest = hmac.new(_key(webhook), signed, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "emr-rollout",
        "webhook-id": identifier,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _key(webhook: Webhook) -> bytes:
    return salted_hmac("rollout.webhook", webhook.salt, algorithm="sha256").digest()
