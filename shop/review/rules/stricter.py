"""Limits that say which of two values is the stricter one; the demonstration takes that one."""

from typing import Annotated, TypeVar

from shop.jurisdictions.profile import Value

T = TypeVar("T")
Lower = Annotated[Value[T], "lower"]
Higher = Annotated[Value[T], "higher"]
Fewer = Annotated[Value[T], "fewer"]
More = Annotated[Value[T], "more"]
