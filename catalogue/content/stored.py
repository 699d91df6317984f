"""Content as it was kept: one JSON document per version, of any age."""

from typing import Any

from catalogue.content.document import (
    Advice,
    Block,
    Citation,
    Claim,
    Combination,
    Comparison,
    ComparisonRow,
    Content,
    Fact,
    Interaction,
    Part,
    Question,
    Section,
    SeeAlso,
    SideEffect,
    Source,
    Statement,
)


def _citations(rows: list[dict]) -> tuple[Citation, ...]:
    return tuple(Citation(**row) for row in rows)


def _statement(row: dict) -> Statement:
    # Versions kept before statements knew countries have none.
    countries = tuple(row.get("countries", ()))
    return Statement(row["text"], _citations(row["citations"]), countries)


def _block(row: dict) -> Block:
    return Block(
        kind=row["kind"],
        title=row["title"],
        statements=tuple(_statement(each) for each in row["statements"]),
        blocks=tuple(_block(each) for each in row["blocks"]),
    )


def _section(row: dict) -> Section:
    return Section(row["slug"], row["title"], tuple(_block(each) for each in row["blocks"]))


def _interaction(row: dict) -> Interaction:
    lists = {name: tuple(row[name]) for name in ("names", "also_names", "atc")}
    return Interaction(**{**row, **lists, "citations": _citations(row["citations"])})


def _combination(row: dict) -> Combination:
    parts = tuple(
        Part(**{**part, **{key: tuple(part[key]) for key in ("rows", "names", "unclear")}})
        for part in row["parts"]
    )
    return Combination(_interaction(row["rule"]), parts, row["circumstance"])


def _comparison(data: dict) -> Comparison:
    rows = (
        ComparisonRow(row["name"], tuple(_statement(cell) for cell in row["cells"]))
        for row in data["rows"]
    )
    return Comparison(tuple(data["medicines"]), tuple(rows))


def _later_parts(data: dict[str, Any]) -> dict[str, Any]:
    """What the first versions that were kept do not have."""
    return {
        "comparison": _comparison(data.get("comparison", {"medicines": [], "rows": []})),
        "questions": tuple(
            Question(row["question"], _statement(row["answer"]))
            for row in data.get("questions", [])
        ),
        "claims": tuple(
            Claim(row["claim"], row["verdict"], _statement(row["correction"]))
            for row in data.get("claims", [])
        ),
        "see_also": tuple(SeeAlso(**row) for row in data.get("see_also", [])),
        "combinations": tuple(_combination(row) for row in data.get("combinations", [])),
    }


def content_from_json(data: dict[str, Any]) -> Content:
    """The content that was kept with Content.as_json()."""
    built = {
        "brands": tuple(data["brands"]),
        "search_words": tuple(data["search_words"]),
        "lead": _statement(data["lead"]),
        "warning": _section(data["warning"]),
        "facts": tuple(Fact(row["name"], _statement(row["statement"])) for row in data["facts"]),
        "sections": tuple(_section(row) for row in data["sections"]),
        "side_effects": tuple(
            SideEffect(**{**row, "citations": _citations(row["citations"])})
            for row in data["side_effects"]
        ),
        "advice": tuple(
            Advice(row["urgency"], _statement(row["statement"])) for row in data["advice"]
        ),
        "interactions": tuple(_interaction(row) for row in data["interactions"]),
        "sources": tuple(Source(**row) for row in data["sources"]),
        **_later_parts(data),
    }
    return Content(**{**data, **built})
