"""What a program reads is printed as it is; only what a person reads is formatted (tests/printing.py)."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.template import Context, Origin, Template, engines
from django.utils import translation

from tests.printing import (
    ROOT,
    TEMPLATES,
    Misprint,
    attributes,
    for_a_program,
    ours,
    place,
)

PRODUCT = ("facilities", "equipment", "signatures", "connectivity", "rollout")
KEY = 3_182_640

# Filters that write for people. `date` does too, unless its format is plain: "Y-m-d".
FORMATTING = re.compile(
    r"\|\s*(?:number|share|chance|signed|floatformat|filesizeformat|intcomma|localize"
    r"|day|day_near|short_day|date(?!:['\"][\w\\:-]+['\"]))(?![\w])"
)


def wrong_in(source: str) -> list[str]:
    """What a template formats for people where a program reads it."""
    wrong = [
        f"{name}={source[begin:end]}"
        for begin, end, name in attributes(source)
        if for_a_program(name) and FORMATTING.search(source[begin:end])
    ]
    tags = re.findall(r"\{%\s*(?:url|link)\s.*?%\}", source, re.DOTALL)
    wrong += [tag for tag in tags if FORMATTING.search(tag)]
    return wrong + re.findall(r"\{%\s*load\s[^%]*\bl10n\b.*?%\}", source)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_formats_what_a_program_reads(path):
    assert wrong_in(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        '<input type="hidden" name="row" value="{{ row.pk|number }}">',
        "<a href='?x={{ pk|floatformat:\"0g\" }}'>",
        '<li id="row-{{ row.pk|number }}">',
        "<li {% if a > b %}data-key={{ row.pk|number }}{% endif %}>",
        '<rect width="{{ part|share }}"/>',
        '<input type="date" value="{{ on|day }}">',
        "<a href=\"{% url 'rollout:act' act.pk|number %}\">",
        "{% load i18n l10n %}",
    ],
)
def test_the_scan_sees_it(source):
    """The test above must be able to fail."""
    assert wrong_in(source)


def test_the_scan_knows_who_reads():
    assert not wrong_in('<td title="{{ total|number }}">{{ done|number }}</td>')
    source = '<option value="{{ size }}"{% if size == 1 %} selected{% endif %}>{{ size|number }}</option>'
    assert place(source, source.index("{{ size }}")) == "value"
    assert place(source, source.index("{{ size|number")) is None


def test_nothing_is_grouped_unless_it_is_asked_for():
    assert not settings.USE_THOUSAND_SEPARATOR
    for language in ("vi", "en"):
        with translation.override(language):
            template = engines["django"].from_string('<input value="{{ key }}">')
            assert template.render({"key": KEY}) == f'<input value="{KEY}">'


def test_one_place_groups_numbers():
    asking = re.compile(r"\bimport .*\bnumber_format\b|\blocalize\b|USE_THOUSAND_SEPARATOR =")
    python = (path for app in PRODUCT for path in (ROOT / app).rglob("*.py"))
    found = {str(path.relative_to(ROOT)) for path in python if asking.search(path.read_text())}
    assert found == {"facilities/grouping.py"}


class TestWatching:
    """While tests run, every template that is rendered is watched."""

    @pytest.fixture
    def rendered(self, tmp_path, monkeypatch):
        monkeypatch.setattr("tests.printing.ROOT", tmp_path)
        engine = engines["django"].engine

        def render(source: str, **values: object) -> str:
            path = tmp_path / f"{abs(hash(source))}.html"
            path.write_text(source)
            return Template(source, Origin(str(path)), engine=engine).render(Context(values))

        return render

    @pytest.mark.parametrize(
        ("source", "value"),
        [
            ("<p>{{ n }} rows</p>", 7),
            ('<p title="{{ n }} rows">', 7),
            ("{% load i18n %}{% blocktranslate %}{{ n }} rows{% endblocktranslate %}", 7),
            ('<rect width="{{ n }}"/>', 12.5),
            ('<input type="date" value="{{ n }}">', date(2025, 5, 21)),
        ],
    )
    def test_what_is_printed_wrongly_is_refused(self, rendered, source, value):
        with pytest.raises(Misprint):
            rendered(source, n=value)

    def test_a_key_for_a_program_and_a_figure_for_people_pass(self, rendered):
        source = '{% load figures %}<b id="row-{{ n }}">{{ n|number }}</b>'
        assert rendered(source, n=KEY) == f'<b id="row-{KEY}">3.182.640</b>'

    def test_templates_of_others_are_left_alone(self):
        origin = engines["django"].get_template("admin/pagination.html").template.origin
        assert not ours(origin)
