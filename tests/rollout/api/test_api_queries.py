"""How many queries alerts, deadlines and forecast make does not depend on how many rows there are.

Not beside those of Bac Giang: in their files its thousands of rows would stand below this province.
"""

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from facilities.models import Role
from tests.factories import user_with
from tests.house.busy_province import busy_province


@pytest.mark.django_db
def test_the_number_of_queries_does_not_depend_on_the_number_of_facilities(client):
    client.force_login(user_with(Role.DEPARTMENT))
    found = {}
    for facilities in (3, 12):
        with transaction.atomic():
            busy_province(facilities)
            for url in ("/api/v1/alerts/", "/api/v1/deadlines/", "/api/v1/forecast/"):
                asked = {} if "forecast" in url else {"limit": 500}
                cache.clear()
                with CaptureQueriesContext(connection) as captured:
                    answer = client.get(url, {"on": "2025-05-21"} | asked).json()
                rows = answer["count"] if asked else len(answer["facilities"])
                assert rows >= facilities, url
                found.setdefault(url, []).append(len(captured))
            transaction.set_rollback(True)
    assert [url for url, (few, many) in found.items() if few != many] == [], found
