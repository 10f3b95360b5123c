"""A call that carries an `Idempotency-Key` is carried out once, however often it is sent."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from rollout.models import ApiCall
from rollout.site.problems import Problem

HEADER = "Idempotency-Key"


def once(request: Request, act: Callable[[], Response]) -> Response:
    """The answer of `act`, or of the first call with this key. What is refused is not kept: it wrote nothing.

    `act` runs inside a transaction and raises what it refuses. A second call at the same moment
    waits for the first one.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        with transaction.atomic():
            return act()
    if not re.fullmatch(rf"[!-~]{{1,{ApiCall.LONGEST_KEY}}}", key):
        raise ValidationError({HEADER: [_("Give 1 to 100 signs without blanks.")]})
    digest, user = _digest(request), int(request.user.pk or 0)
    # The job that drops old ones comes once in a while; a key whose time is over is free before it.
    ApiCall.objects.filter(user=user, key=key, at__lt=timezone.now() - ApiCall.KEPT_FOR).delete()
    with transaction.atomic():
        try:
            with transaction.atomic():
                call = ApiCall.objects.create(user_id=user, key=key, digest=digest)
        except IntegrityError:
            return _again(ApiCall.objects.get(user_id=user, key=key), digest)
        response = act()
        call.code = response.status_code
        call.answer = {
            "document": json.loads(json.dumps(response.data, cls=JSONEncoder)),
            "headers": {name: response[name] for name in ("Location", "ETag") if name in response},
        }
        call.save(update_fields=["code", "answer"])
    return response


def _again(call: ApiCall, digest: str) -> Response:
    if call.digest != digest:
        raise Problem(
            status.HTTP_422_UNPROCESSABLE_ENTITY,
            _("This key was sent with another call before. Give each call a key of its own."),
        )
    told = call.answer
    headers = {**told["headers"], "Idempotency-Replayed": "true"}
    return Response(told["document"], status=call.code, headers=headers)


def _digest(request: Request) -> str:
    said: list[Any] = [request.method, request.path, request.data]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=_of_file).encode()).hexdigest()


def _of_file(upload: File) -> str:
    """A paper is what is in it."""
    upload.seek(0)
    return hashlib.sha256(upload.read()).hexdigest()
