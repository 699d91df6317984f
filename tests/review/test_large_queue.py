"""Opens the queue with very many prescriptions waiting, and prints what it costs.

`make proof-queue` does it with 50,000; QUEUE in the environment changes how many.
"""

from __future__ import annotations

import datetime
import os
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions.models import Prescription, RequestedPack
from shop.prescriptions.statuses import Status
from shop.review.models import Flag, FlagKind
from tests.conftest import mg, signed_in
from tests.review.test_queue import MOST_QUERIES

MANY = int(os.environ.get("QUEUE", "5000"))
ASKED: tuple[dict[str, Any], ...] = (
    {},
    {"page": "1000"},
    {"flag": "kidneys"},
    {"strength": str(mg(25))},
    {"urgent": "on"},
    {"mine": "on"},
    {"flag": "kidneys", "strength": str(mg(10)), "urgent": "on"},
    {"show": "decided"},
)


def fill(customer: User, medicine: Product) -> None:
    """All of them wait, with answers, packs and flags."""
    answers = {"patient_name": "Robin Example", "date_of_birth": "1968-03-14"}
    now = timezone.now()
    rows = [
        Prescription(
            user=customer,
            status=Status.SUBMITTED,
            answers_json=answers,
            days_left=number % 30,
            submitted_at=now - datetime.timedelta(minutes=(number * 7919) % MANY),
        )
        for number in range(MANY)
    ]
    Prescription.objects.bulk_create(rows, batch_size=2000)
    RequestedPack.objects.bulk_create(
        (
            RequestedPack(
                prescription=row,
                medicine=medicine,
                strength=mg(25 if number % 5 == 0 else 10),
                units=60,
            )
            for number, row in enumerate(rows)
        ),
        batch_size=5000,
    )
    kinds = list(FlagKind)
    Flag.objects.bulk_create(
        (
            Flag(prescription=row, kind=kinds[number % len(kinds)])
            for number, row in enumerate(rows)
        ),
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.slow(seconds=3)
def test_the_queue_opens_with_very_many(
    customer: User, medicine: Product, pharmacist: User
) -> None:
    fill(customer, medicine)
    desk: Client = signed_in(pharmacist)
    desk.get(reverse("admin:prescription-queue"))

    for asked in ASKED:
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            response = desk.get(reverse("admin:prescription-queue"), asked)
            took = (time.perf_counter() - began) * 1000
        in_sql = 1000 * sum(float(query["time"]) for query in queries)
        print(f"{asked or 'all'}: {len(queries)} queries, {in_sql:.0f} of {took:.0f} ms")  # noqa: T201
        assert response.status_code == 200
        assert len(queries) <= MOST_QUERIES
