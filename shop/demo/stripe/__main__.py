"""The command line: `python -m shop.demo.stripe`."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from shop.demo.stripe import keeping
from shop.demo.stripe.server import TEST_KEY, TEST_SIGNING_KEY, Emulator, PortBusy


def main() -> None:
    arguments = _arguments()
    try:
        emulator = _emulator(arguments)
        if arguments.keep:
            _keep(emulator, arguments.keep)
        emulator.start()
    except (PortBusy, ValueError) as problem:
        sys.exit(f"Stripe emulator: {problem}")
    sys.stdout.write(f"Stripe emulator: {emulator.base_url}\n")
    sys.stdout.flush()
    _wait_for_signal()
    emulator.stop()
    if arguments.keep:
        keeping.save(emulator.store, arguments.keep)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m shop.demo.stripe",
        description="A small Stripe on this computer only.",
    )
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--webhook-url", help="where events are posted; without it, none are")
    parser.add_argument("--webhook-secret", default=TEST_SIGNING_KEY)
    parser.add_argument("--api-key", default=TEST_KEY)
    parser.add_argument(
        "--keep", type=Path, help="the file to keep all in; without it, all is forgotten at the end"
    )
    return parser.parse_args()


def _emulator(arguments: argparse.Namespace) -> Emulator:
    return Emulator(
        port=arguments.port,
        webhook_url=arguments.webhook_url,
        webhook_secret=arguments.webhook_secret,
        api_key=arguments.api_key,
    )


def _keep(emulator: Emulator, file: Path) -> None:
    keeping.load(emulator.store, file)
    emulator.watch_replies(lambda *_: keeping.save(emulator.store, file))


def _wait_for_signal() -> None:
    asked_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_stop.set())
    asked_to_stop.wait()


if __name__ == "__main__":
    main()
