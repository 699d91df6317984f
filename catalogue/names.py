"""How names of medicines are written when two of them are compared."""

import re
import unicodedata

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def key_of_word(word: str) -> str:
    """A word in lower case, without accents and apostrophes."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in letters if not unicodedata.combining(char) and char not in "'’")


def key_of(name: str) -> str:
    """A name so that “Co-Codamol” and “cocodamol” are one: its words, without what parts them."""
    return "".join(key_of_word(word) for word in WORD.findall(name))
