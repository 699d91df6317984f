"""Filters and pages the lists of the API, newest first."""

from fnmatch import fnmatchcase

from shop.demo.stripe import errors, objects
from shop.demo.stripe.parameters import Integer, Interval, Text
from shop.demo.stripe.replies import Document

PAGING = {
    "created": Interval(),
    "ending_before": Text(),
    "limit": Integer(least=1, most=100, default=10),
    "starting_after": Text(),
}


def page(documents: list[Document], params: Document, *, url: str) -> Document:
    """One page of `documents`, which are given oldest first."""
    newest_first = [each for each in reversed(documents) if _within(each, params["created"])]
    limit = params["limit"]
    if params["ending_before"]:
        before = newest_first[: _position(newest_first, params, "ending_before")]
        return objects.page(before[-limit:], url=url, has_more=len(before) > limit)
    start = 0
    if params["starting_after"]:
        start = _position(newest_first, params, "starting_after") + 1
    rest = newest_first[start:]
    return objects.page(rest[:limit], url=url, has_more=len(rest) > limit)


def matches_type(event: Document, pattern: str | None) -> bool:
    """Stripe allows a wildcard: `charge.*`."""
    return pattern is None or fnmatchcase(event["type"], pattern)


def _position(documents: list[Document], params: Document, cursor: str) -> int:
    identifiers = [each["id"] for each in documents]
    if params[cursor] not in identifiers:
        raise errors.no_such("object", params[cursor], param=cursor)
    return identifiers.index(params[cursor])


def _within(document: Document, interval: dict[str, int]) -> bool:
    created = document["created"]
    return all(
        (
            created > interval.get("gt", -1),
            created >= interval.get("gte", 0),
            created < interval.get("lt", created + 1),
            created <= interval.get("lte", created),
        )
    )
