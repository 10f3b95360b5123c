"""Texts that are kept until a reader comes are still told in that reader's language, and share a class."""

import pickle

from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from facilities.lazy_texts import lazily
from facilities.models.places import in_language


def test_kept_texts_speak_the_language_of_their_reader():
    named = lazily(in_language)("Bệnh viện", "Hospital")
    texts = [named, format_lazy("{}: {}", gettext_lazy("Facilities"), named)]
    for _turn in range(2):  # what was kept may be kept again
        texts = pickle.loads(pickle.dumps(texts))
        for language in ("vi", "en"):
            with translation.override(language):
                name = "Bệnh viện" if language == "vi" else "Hospital"
                assert [str(text) for text in texts] == [
                    name,
                    f"{translation.gettext('Facilities')}: {name}",
                ]


def test_kept_texts_of_one_function_share_a_class():
    texts = [gettext_lazy("Facilities"), gettext_lazy("Late"), lazily(in_language)("a", "b")]
    texts += [lazily(in_language)("c", "d")]
    first, second, third, fourth = pickle.loads(pickle.dumps(texts))
    assert type(first) is type(second)
    assert type(third) is type(fourth)
    assert type(first) is not type(third)
