"""Does something for one attempt, so that what goes wrong with it stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable

from shop.payments import attempts
from shop.payments.answers import GatewayRefused, GatewayUnavailable, KeyRefused, NotUnderstood
from shop.payments.models import PaymentAttempt

logger = logging.getLogger(__name__)


def carry_on(attempt: PaymentAttempt, do: Callable[[], object]) -> str:
    """What went wrong, in words; empty when nothing did.

    Stripe out of reach, or a key that it does not take, says nothing about the attempt. Anything else
    is counted on it, and a few times in a row are a matter for a person.
    """
    try:
        do()
    except (NotUnderstood, GatewayRefused) as error:
        logger.exception("attempt %s goes no further", attempt)
        return _noted(attempt, str(error))
    except KeyRefused as error:
        logger.exception("attempt %s waits for the key", attempt)
        return str(error)
    except GatewayUnavailable as error:
        logger.warning("attempt %s: %s", attempt, error)
        return "Stripe could not be reached"
    except Exception as error:  # whatever it is, the attempts behind this one are none the worse
        logger.exception("attempt %s goes no further", attempt)
        return _noted(attempt, f"{type(error).__name__}, see the log")
    attempts.forget_stumbles(attempt)
    return ""


def _noted(attempt: PaymentAttempt, words: str) -> str:
    attempts.note_stumble(attempt, words)
    return words
