"""Two people close one directive in the same moment: one closing stands, the other is told."""

import threading
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection

from facilities.models import Document
from rollout.models import DirectiveEvent
from rollout.programme.directives import services
from tests import factories
from tests.papers import PDF

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

DAY = date(2025, 6, 2)


def test_one_closing_stands_and_the_other_is_told():
    directive = factories.DirectiveFactory(issued_on=date(2025, 5, 21))
    people = [factories.UserFactory() for _ in range(4)]
    paper = Document.objects.create(
        title="Proof", file=ContentFile(PDF, "proof.pdf"), recorded_by=people[0]
    )
    start, told, closed = threading.Barrier(len(people)), [], []

    def close(person):
        start.wait(timeout=30)
        try:
            closed.append(
                services.close(directive=directive, happened_on=DAY, by=person, document=paper)
            )
        except ValidationError as error:
            told.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=close, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(closed) == 1
    assert len(told) == len(people) - 1
    assert DirectiveEvent.objects.known().filter(kind="closed").count() == 1
