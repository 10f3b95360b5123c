"""Words that are no longer said stay out of every text, in both languages: docs/glossary.md lists them."""

import re

from tests.house.messages import ROOT, messages, text_of, translations_of
from tests.house.test_translations import OURS

TABLES = {
    "vi": re.compile(r"## Words no longer said.*?(?=\n## )", re.DOTALL),
    "en": re.compile(r"## English words no longer said.*?(?=\n\*\*)", re.DOTALL),
}
FILLED_IN = re.compile(r"%\(\w+\)[sd]|\{\w*\}")  # names of the code, not words
PERCENT = re.compile(r"\d\s%(?!\(|[a-z])|\)s\s%%")


def retired(language: str = "vi") -> list[str]:
    """The words of the left column."""
    [table] = TABLES[language].findall((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")][1:]
    return [word.strip() for row in rows for word in row.split(",") if "%" not in word]


def said_in(text: str, words: list[str]) -> list[str]:
    found = [w for w in words if re.search(rf"\b{re.escape(w)}\b", text, re.IGNORECASE)]
    return [*found, *PERCENT.findall(text)]


def test_the_check_finds_them():
    words = retired()
    assert len(words) > 25
    assert said_in("Lần này hãy rút mục đó; đạt 29,4 %.", words) == ["hãy rút", "4 %"]
    assert said_in("Hãy rút gọn, đạt 29,4%.", [*words]) == ["hãy rút"]
    assert said_in("Đạt 29,4% khi rút gọn.", words) == []


def test_no_text_of_the_product_says_a_retired_word():
    words = retired()
    told = {
        translation: found
        for message in messages(OURS)
        for translation in translations_of(message)
        if (found := said_in(translation.replace("rút gọn", ""), words))
    }
    assert told == {}


def test_no_english_text_of_the_product_says_a_retired_word():
    words = retired("en")
    assert len(words) > 45
    assert said_in("Mend it: the ruling has slipped.", words) == ["mend", "ruling"]
    told = {
        text: found
        for message in messages(OURS)
        for text in text_of(message)[1:]
        if (found := [w for w in said_in(FILLED_IN.sub("", text), words) if "%" not in w])
    }
    assert told == {}


def test_no_page_or_document_says_one_outside_the_catalogue():
    """Templates and the pages of help are Vietnamese only where they quote; the glossary lists them."""
    words = retired()
    files = [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "templates").rglob("*.txt"),
        *(path for path in (ROOT / "docs").rglob("*.md") if path.name != "glossary.md"),
        ROOT / "README.md",
    ]
    assert len(files) > 100
    told = {
        path.name: found
        for path in files
        if (found := said_in(re.sub(r"{[{%].*?[%}]}", "", path.read_text("utf-8")), words))
    }
    assert told == {}
