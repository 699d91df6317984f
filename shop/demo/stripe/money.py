"""Amounts in minor units: how they are written, and which of them Stripe takes."""

from decimal import Decimal

# Currencies that can be charged, by general knowledge: not checked against Stripe's own list. It only
# serves to refuse what is no currency at all.
# fmt: off
TWO_DECIMALS = frozenset({
    "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd", "bdt", "bgn",
    "bmd", "bnd", "bob", "brl", "bsd", "bwp", "byn", "bzd", "cad", "cdf", "chf", "cny", "cop", "crc",
    "cve", "czk", "dkk", "dop", "dzd", "egp", "etb", "eur", "fjd", "fkp", "gbp", "gel", "gip", "gmd",
    "gtq", "gyd", "hkd", "hnl", "htg", "huf", "idr", "ils", "inr", "jmd", "kes", "kgs", "khr", "kyd",
    "kzt", "lak", "lbp", "lkr", "lrd", "lsl", "mad", "mdl", "mkd", "mmk", "mnt", "mop", "mur", "mvr",
    "mwk", "mxn", "myr", "mzn", "nad", "ngn", "nio", "nok", "npr", "nzd", "pab", "pen", "pgk", "php",
    "pkr", "pln", "qar", "ron", "rsd", "rub", "sar", "sbd", "scr", "sek", "sgd", "shp", "sle", "sos",
    "srd", "std", "szl", "thb", "tjs", "top", "try", "ttd", "twd", "tzs", "uah", "usd", "uyu", "uzs",
    "wst", "xcd", "yer", "zar", "zmw",
})
ZERO_DECIMALS = frozenset({
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof",
    "xpf",
})
# The last decimal must be 0; or both, of currencies that have none any more.
THREE_DECIMALS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
TWO_THAT_ARE_ZERO = frozenset({"isk", "ugx"})
# In minor units: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
LEAST = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500,
    "dkk": 250, "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}
# fmt: on
MOST = 99_999_999
Problem = tuple[str, str | None]


def places(currency: str) -> int:
    if currency in ZERO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def problem(amount: int, currency: str) -> Problem | None:
    """Why Stripe does not take this amount, with its code; None when it does."""
    if currency not in TWO_DECIMALS | ZERO_DECIMALS | THREE_DECIMALS | TWO_THAT_ARE_ZERO:
        return f"{currency!r} is no currency that can be charged.", None
    if amount < LEAST.get(currency, 1):
        least = written(LEAST.get(currency, 1), currency)
        return f"the total must be at least {least}.", "amount_too_small"
    if amount > MOST:
        return f"the total may be no more than {written(MOST, currency)}.", "amount_too_large"
    if (currency in THREE_DECIMALS and amount % 10) or (
        currency in TWO_THAT_ARE_ZERO and amount % 100
    ):
        return f"{amount} has decimals that {currency!r} does not take.", None
    return None


def written(amount: int, currency: str) -> str:
    decimals = places(currency)
    return f"{currency.upper()} {Decimal(amount).scaleb(-decimals):,.{decimals}f}"
