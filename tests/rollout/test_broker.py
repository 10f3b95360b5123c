"""A worker lives on when the broker goes in the midst of a job."""

from types import SimpleNamespace

import pytest
from kombu import Connection
from kombu.transport import redis as transport

from rollout.celery import Channel


def test_a_closed_line_is_an_error_that_the_library_survives():
    closed = SimpleNamespace(connection=SimpleNamespace(client=None))
    assert transport.Transport.Channel is Channel
    line = Connection("redis://localhost:1/0")
    with pytest.raises(line.connection_errors):
        Channel._connparams(closed)
