"""What is made out of the sources: compiled texts and small fonts."""

import gettext

from fontTools.ttLib import TTFont

from rollout.site.build import compile_catalogues, subset_fonts

VIETNAMESE = (
    "Bệnh viện Sản Nhi tỉnh Bắc Giang, Lục Ngạn, Yên Thế: ĂẮẰẲẴẶ ĐƠỚỜỞỠỢ ƯỨỪỬỮỰ ỳỵỷỹ ₫ 29,4% – …"
)


def test_catalogues_are_compiled_once_until_they_change(tmp_path):
    source = tmp_path / "locale" / "vi" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "late"\nmsgstr "trễ hạn"\n\n'
        '#, fuzzy\nmsgid "done"\nmsgstr "đoán mò"\n'
    )
    assert compile_catalogues(tmp_path) == [source.with_suffix(".mo")]
    assert compile_catalogues(tmp_path) == []
    with source.with_suffix(".mo").open("rb") as file:
        texts = gettext.GNUTranslations(file)
    assert texts.gettext("late") == "trễ hạn"
    assert texts.gettext("done") == "done", "a guess is not a translation"


def test_fonts_are_small_and_hold_every_vietnamese_letter(tmp_path):
    for path in subset_fonts(tmp_path):
        assert path.stat().st_size < 16_000
        font = TTFont(path)
        letters = font.getBestCmap()
        if "figures" in path.name:
            assert {font["hmtx"][name][0] for name in letters.values()} == {font["hmtx"]["zero"][0]}
            assert set(letters) == set(range(ord("0"), ord("9") + 1))
        else:
            assert not [letter for letter in VIETNAMESE if ord(letter) not in letters]
