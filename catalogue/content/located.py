"""YAML that remembers where each value stands, so that an error can name its line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from shop.datafiles import Problem


class Row(dict[str, Any]):
    """A mapping that knows its own line and the lines of its keys."""

    line = 1

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)


class _Loader(yaml.CSafeLoader):
    first_line = 1


def _row(loader: Any, node: yaml.MappingNode) -> Row:
    row = Row()
    row.line = node.start_mark.line + loader.first_line
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node)
        if key in row:
            raise yaml.MarkedYAMLError(
                problem=f"“{key}” stands here twice", problem_mark=key_node.start_mark
            )
        row[key] = loader.construct_object(value_node, deep=True)
        row.lines[key] = key_node.start_mark.line + loader.first_line
    return row


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _row)
# A date stays the text it is written as; the checks say which texts are dates. The country code
# NO stays a text, too.
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_rows(text: str, *, first_line: int = 1) -> Any:
    """Parse YAML; mappings become rows. Raises yaml.MarkedYAMLError."""
    loader: Any = _Loader(text)
    loader.first_line = first_line
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


@dataclass
class Notes:
    """Collects the problems of one file."""

    file: str
    problems: list[Problem]

    def add(self, line: int, reason: str) -> None:
        self.problems.append(Problem(self.file, line, reason))

    def read(self, path: Path) -> Any:
        """The file's rows, or an empty row when it cannot be read."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self.add(1, f"cannot be read: {error.__class__.__name__}")
            return Row()
        return self.parse(text)

    def parse(self, text: str, *, first_line: int = 1) -> Any:
        try:
            found = read_rows(text, first_line=first_line)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = (mark.line if mark else 0) + first_line
            self.add(line, f"not YAML: {getattr(error, 'problem', None) or error}")
            return Row()
        return Row() if found is None else found

    def rows(self, value: Any, line: int, what: str) -> list[Row]:
        """The rows of a list of mappings; anything else in it is a problem."""
        if not isinstance(value, list):
            self.add(line, f"“{what}” must be a list")
            return []
        good = [row for row in value if isinstance(row, Row)]
        if len(good) != len(value):
            self.add(line, f"every entry of “{what}” must be a mapping")
        return good

    def text(self, row: Row, key: str, *, default: str | None = None) -> str:
        """A text that must be there, unless there is a default."""
        value = row.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or (default is None and not value.strip()):
            self.add(row.line_of(key), f"“{key}” is missing or not a text")
            return ""
        return value.strip()

    def texts(self, row: Row, key: str) -> tuple[str, ...]:
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.add(row.line_of(key), f"“{key}” must be a list of texts")
            return ()
        return tuple(value)

    def choice(self, row: Row, key: str, allowed: list[str]) -> str:
        value = self.text(row, key)
        if value and value not in allowed:
            self.add(row.line_of(key), f"“{value}” is not one of {', '.join(allowed)}")
        return value

    def only(self, row: Row, known: set[str]) -> None:
        for key in row:
            if key not in known:
                self.add(row.line_of(key), f"“{key}” is not a known entry")
