"""How long a check of fifty medicines takes: `python -m tests.catalogue.measure_checker`."""

import os
import random
import statistics
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.test")
django.setup()

from catalogue.checker import check
from catalogue.content.files import MEDICINES, read_medicine

ROUNDS = 50


def main() -> None:
    content = read_medicine(MEDICINES / "baclofen")
    names = [name for row in content.interactions for name in row.all_names]
    chance = random.Random(50)  # noqa: S311 (nothing to guess)
    lists = {
        "fifty names as listed": chance.sample(names, 50),
        "fifty misspelt": [name[:2] + name[3:] for name in chance.sample(names, 50)],
        "fifty unknown": [f"zebra{number}fort" for number in range(50)],
    }
    for label, medicines in lists.items():
        text = "\n".join(medicines)
        check(content, text)
        times = []
        for _round in range(ROUNDS):
            start = time.perf_counter()
            check(content, text)
            times.append((time.perf_counter() - start) * 1000)
        print(f"{label}: median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms")  # noqa: T201


if __name__ == "__main__":
    main()
