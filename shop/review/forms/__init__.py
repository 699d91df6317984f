"""The forms of the review desk; together they are one sheet."""
