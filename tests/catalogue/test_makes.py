"""What is known of the packs' makes: said per pack, never guessed."""

import re

import pytest

from catalogue.content.files import medicine_names, read_medicine
from catalogue.content.makes import NOT_KNOWN, Make, ScoreLine
from catalogue.shelf import read_packs
from shop.datafiles import read_file
from tests.catalogue.folders import SHIPPED, edit, problems_of, run
from tests.signed import load_medicines

UNKNOWN = "maker: not known, excipients: not known, score_line: not known"
KNOWN = 'maker: Anybody Ltd, excipients: [lactose, "maize starch"], score_line: equal halves, sources: [S2]'


@pytest.mark.parametrize("name", medicine_names())
def test_each_pack_says_what_is_known_of_it(name):
    content = read_medicine(SHIPPED / name)
    packs = {pack.sku: pack for pack in read_packs(SHIPPED / name)}

    assert [made.sku for made in content.packs] == list(packs)
    for made in content.packs:
        assert made.form.strength(made.strength) == packs[made.sku].strength


@pytest.mark.parametrize(
    "name", [n for n in medicine_names() if (SHIPPED / n / "packs.yaml").exists()]
)
def test_no_shipped_pack_is_silent_about_its_make(name):
    file = read_file(SHIPPED / name / "packs.yaml")
    rows = [pack for strength in file["strengths"] for pack in strength["packs"]]

    assert rows
    assert all({"maker", "excipients", "score_line"} <= row.keys() for row in rows)


def test_what_is_known_is_of_one_pack_only(folder):
    edit(folder / "packs.yaml", UNKNOWN, KNOWN)

    content = read_medicine(folder)

    made = content.make_of("BAC10-30")
    assert made.excipients == ("lactose", "maize starch")
    assert made.score_line == ScoreLine.EQUAL_HALVES
    assert content.make_of("BAC10-60") == content.make_of("BAC25-30") == Make()
    assert content.make_of("a pack that staff added") == Make()


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (KNOWN.replace(", sources: [S2]", ""), "names its sources"),
        (KNOWN.replace("S2", "S99"), "unknown source “S99”"),
        (KNOWN.replace("equal halves", "halves"), "not one of equal halves, "),
        (KNOWN.replace("maize starch", ""), "excipients"),
        (UNKNOWN.replace("excipients: not known", "excipients: []"), "is a list of names"),
        (UNKNOWN.replace("excipients: not known", "excipients: lactose"), "is a list of names"),
    ],
)
def test_a_make_that_cannot_be_right_is_refused(folder, known, reason):
    edit(folder / "packs.yaml", UNKNOWN, known)

    problems = problems_of(folder)

    assert any(reason in each.reason for each in problems), problems
    assert all(each.file == "baclofen/packs.yaml" and each.line > 1 for each in problems)


def packs_on(client, product):
    html = client.get(product.get_absolute_url()).content.decode()
    assert 'href="#packs"' in html.split('id="buy"')[1].split("</aside>")[0]
    table = html.split(' id="packs"')[1].split("</table>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in table.split("<tr>")[2:]]


def test_the_page_says_per_pack_what_is_not_known_yet(client, baclofen):
    assert packs_on(client, baclofen) == [
        f"{strength} tablets: 30 tablets, 60 tablets, 90 tablets, 120 tablets Maker: not known yet. "
        "Other ingredients: not known yet. Score line: not known yet."
        for strength in ("10 mg", "25 mg")
    ]


def test_the_page_says_what_is_known_of_one_pack(client, baclofen, folder):
    edit(folder / "packs.yaml", UNKNOWN, KNOWN)
    load_medicines("baclofen")

    first, second, _third = packs_on(client, baclofen)

    assert first.startswith(
        "10 mg tablets: 30 tablets Maker: Anybody Ltd. Other ingredients: lactose, maize"
    )
    assert "divides into equal halves. Sources" in first
    assert second.startswith("10 mg tablets: 60 tablets, 90 tablets, 120 tablets Maker: not known")


def test_a_change_of_price_is_no_new_text(folder, db):
    run("load_medicines", "baclofen")
    edit(folder / "packs.yaml", 'price: "21.00", stock: 200', 'price: "24.00", stock: 100')

    assert run("load_medicines", "baclofen") == "Baclofen 1: unchanged\n"


def test_the_words_of_the_files_are_those_of_the_code():
    assert NOT_KNOWN == ScoreLine.NOT_KNOWN.value == "not known"
