"""What directions come to: units a dose and doses a day, as far as words can be told.

It reads English, and enough German, Spanish and French to know a dose and a time when it sees one.
What it cannot tell it leaves open; it never guesses a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

HALF = Fraction(1, 2)
NUMBERS = {
    **dict.fromkeys(("half", "½", "halbe", "eine halbe", "media", "demi", "demie", "1/2"), HALF),
    **dict.fromkeys(("quarter", "¼", "viertel", "cuarto", "quart", "1/4"), Fraction(1, 4)),
    **dict.fromkeys(
        ("a", "an", "one", "ein", "eine", "einen", "un", "una", "uno", "une"), Fraction(1)
    ),
    **dict.fromkeys(("two", "zwei", "dos", "deux"), Fraction(2)),
    **dict.fromkeys(("three", "drei", "tres", "trois"), Fraction(3)),
    **dict.fromkeys(("four", "vier", "cuatro", "quatre"), Fraction(4)),
    **dict.fromkeys(("five", "fünf", "cinco", "cinq"), Fraction(5)),
    **dict.fromkeys(("six", "sechs", "seis"), Fraction(6)),
}
_COUNT = {"once": 1, "twice": 2, "thrice": 3, "einmal": 1, "zweimal": 2, "dreimal": 3, "viermal": 4}
_LATIN = {"od": 1, "bd": 2, "bid": 2, "tds": 3, "tid": 3, "qds": 4, "qid": 4}
_WORD = "|".join(
    sorted((re.escape(word) for word in NUMBERS if len(word) > 1), key=len, reverse=True)
)
_AMOUNT = rf"\d+(?:[.,]\d+)?|[½¼]|\b(?:{_WORD}|an?)\b"
PART_OF_ONE = re.compile(r"\b(half|quarter|halbe|media|demi)\s+(?:of\s+)?(?:an?|one)\b")
STRENGTH = re.compile(r"\b\d+(?:[.,]\d+)?\s*(?:mgs?|milligrams?|mcg|micrograms?|µg)\b")
AND_A_HALF = re.compile(rf"({_AMOUNT})\s*(?:and a half|½|1/2|einhalb|y media|et demie?)")
TIMES = re.compile(
    rf"(?P<count>{_AMOUNT})\s*(?:times|x|×|mal|veces|fois)\b"
    r"|(?P<word>\b(?:once|twice|thrice|einmal|zweimal|dreimal|viermal)\b)"
    r"|(?P<latin>\b(?:od|bd|bid|tds|tid|qds|qid)\b)"
    r"|\b(?:every|alle|cada)\s+(?P<hours>\d+)\s*(?:hours?|hrs?|stunden|horas)\b"
    r"|\b(?:every|alle|cada)\s+(?P<days>\d+|other|second)\s*(?:days?|tage|días)\b"
    r"|(?P<daily>\b(?:daily|tgl|(?:a|each|every|per)\s+day|täglich|am tag|al día|par jour)\b)"
)
MOMENT = re.compile(
    r"\b(?:morning|noon|midday|lunch|lunchtime|afternoon|evening|night|bedtime|bed|breakfast|dinner|supper"
    r"|nocte|mane|morgens|mittags|abends|nachts|mañana|mediodía|tarde|noche|matin|midi|soir|coucher"
    r"|dialysis)\b"
)
# “1-0-1”: morning, noon, evening, and sometimes night; “3 x 1”: three times one.
_ONE = r"(?:\d(?:[.,]5)?|½|1/2)"
SCHEME = re.compile(rf"(?<![\d/]){_ONE}(?:\s*[-–]\s*{_ONE}){{2,3}}(?![\d/])")
SO_MANY_TIMES = re.compile(r"\b([1-9])\s*[x×*]\s*([1-9](?:[.,]5)?)\b(?!\s*(?:mg|mcg|µg|tage|days))")
PARTS = re.compile(r"\s*(?:,|;|\band\b|\bund\b|\by\b|\bet\b|\bthen\b)\s*")
# What changes over time, or leaves a choice, makes no one number a day.
OPEN = re.compile(
    r"\bthen\b|\bdann\b|\bluego\b|\bpuis\b|\bor\b|\bto\b|\bfor \d+ (?:days?|weeks?)\b|\bup to\b|[-–]"
)


@dataclass(frozen=True)
class Read:
    """What was told from directions; None is what could not be."""

    has_dose: bool
    has_time: bool
    units_a_day: Fraction | None = None
    # Units in each dose that was named.
    amounts: tuple[Fraction, ...] = ()

    @property
    def is_unclear(self) -> bool:
        """Without a dose or without times nobody can take it."""
        return not (self.has_dose and self.has_time)


def read(text: str) -> Read:
    """What the directions come to."""
    plain = PART_OF_ONE.sub(r"\1", STRENGTH.sub(" ", text.casefold()))
    plain = SO_MANY_TIMES.sub(r"\2 \1 times", plain)
    if scheme := SCHEME.search(plain):
        return _scheme(scheme[0])
    has_time = bool(TIMES.search(plain) or MOMENT.search(plain))
    without_times = TIMES.sub(" ", plain)
    joined = AND_A_HALF.sub(lambda found: f"{float(_number(found[1]) + HALF):g} ", plain)
    amounts = _amounts(AND_A_HALF.sub(lambda f: f"{float(_number(f[1]) + HALF):g} ", without_times))
    return Read(
        has_dose=bool(amounts),
        has_time=has_time,
        units_a_day=None if OPEN.search(joined) else _a_day(joined),
        amounts=amounts,
    )


def _scheme(text: str) -> Read:
    doses = tuple(_number(each.strip()) for each in re.split("[-–]", text))
    return Read(
        has_dose=True,
        has_time=True,
        units_a_day=sum(doses, Fraction(0)),
        amounts=tuple(each for each in doses if each),
    )


def _number(word: str) -> Fraction:
    return NUMBERS[word] if word in NUMBERS else Fraction(word.replace(",", "."))


def _amounts(text: str) -> tuple[Fraction, ...]:
    return tuple(_number(found[0]) for found in re.finditer(_AMOUNT, text))


def _a_day(text: str) -> Fraction | None:
    total, last = Fraction(0), None
    for part in (part for part in PARTS.split(text) if part.strip(" .")):
        times = _times(part)
        own = _amounts(
            TIMES.sub(" ", re.sub(r"\b(?:a|an|the|in|at)\s+(?=\w+ing\b|night|bed)", " ", part))
        )
        amount = own[0] if own else last
        if not times or amount is None or len(own) > 1:
            return None
        total, last = total + amount * times, amount
    return total or None


def _times(part: str) -> Fraction | None:
    """How often a day; None when no time is named."""
    moments = len(MOMENT.findall(part))
    found = TIMES.search(part)
    if found is None:
        return Fraction(moments) or None
    kind = found.lastgroup or ""
    return _HOW_OFTEN[kind](found[kind], moments)


_HOW_OFTEN: dict[str, Callable[[str, int], Fraction]] = {
    "count": lambda word, _moments: _number(word),
    "word": lambda word, _moments: Fraction(_COUNT[word]),
    "latin": lambda word, _moments: Fraction(_LATIN[word]),
    "hours": lambda hours, _moments: Fraction(24, int(hours)),
    "days": lambda days, _moments: Fraction(1, int(days) if days.isdigit() else 2),
    "daily": lambda _word, moments: Fraction(moments or 1),
}
