"""The product speaks Vietnamese throughout, and English throughout: catalogues and rendered pages.

A text that was added or changed: `make messages`, translate it in locale/vi, `make install`.
"""

import html
import re
from pathlib import Path
from unicodedata import is_normalized

import django
import pytest
import rest_framework
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.translation import override
from django.views.defaults import server_error

from facilities.models import Facility, Role
from rollout.figures.measures import BY_CODE
from rollout.models import Alert
from rollout.registers.catalogue import REGISTERS
from tests.factories import AgencyFactory, user_with
from tests.house.messages import (
    ROOT,
    Text,
    catalogue,
    messages,
    placeholders,
    text_of,
    texts,
    translations_of,
)

OURS = ROOT / "locale" / "vi" / "LC_MESSAGES" / "django.po"
OF_OTHERS = sorted((ROOT / "locale-addons" / "vi" / "LC_MESSAGES").glob("*.po"))
CATALOGUES = [OURS, *OF_OTHERS]


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


# --- catalogues -----------------------------------------------------------------------------


def test_every_text_of_the_sources_is_in_the_catalogue():
    known = {text_of(message) for message in messages(OURS)}
    assert {text: path.name for text, path in texts().items() if text not in known} == {}


def test_the_catalogue_holds_no_text_that_the_sources_do_not():
    assert {text_of(message) for message in messages(OURS)} - texts().keys() == set()


@pytest.mark.parametrize("path", CATALOGUES, ids=names(CATALOGUES))
def test_every_text_is_translated_by_a_person_and_nothing_is_left_over(path):
    undone = [
        text_of(message)
        for message in messages(path)
        if message.fuzzy or not all(translations_of(message))
    ]
    assert undone == []
    assert list(catalogue(path).obsolete) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=names(CATALOGUES))
def test_translations_keep_what_the_code_fills_in(path):
    """And the tags. A text with a plural keeps what its plural has."""
    wrong = [
        (text_of(message), translation)
        for message in messages(path)
        for translation in translations_of(message)
        if placeholders(translation) != placeholders(_fullest(text_of(message)))
    ]
    assert wrong == []


def _fullest(text: Text) -> str:
    return text.plural or text.singular


@pytest.mark.parametrize("path", CATALOGUES, ids=names(CATALOGUES))
def test_sentences_end_as_the_original_does(path):
    wrong = [
        (text_of(message).singular, translation)
        for message in messages(path)
        for translation in translations_of(message)
        if _end(translation) != _end(text_of(message).singular)
    ]
    assert wrong == []


def _end(text: str) -> str:
    """The sign that closes it."""
    last = text.rstrip()[-1:]
    return last if last in ".:?…" else ""


@pytest.mark.parametrize("path", CATALOGUES, ids=names(CATALOGUES))
def test_vietnamese_has_one_form_for_every_number(path):
    assert "nplurals=1; plural=0;" in path.read_text(encoding="utf-8")
    assert all(len(translations_of(m)) == 1 for m in messages(path) if m.pluralizable)


@pytest.mark.parametrize("path", OF_OTHERS, ids=names(OF_OTHERS))
def test_what_others_say_is_still_said_by_them(path):
    """After an upgrade, a text of theirs that is gone must go here too."""
    said = set()
    for package, inner in (
        (django, "conf"),
        (django, "contrib/admin"),
        (django, "contrib/auth"),
        (rest_framework, ""),
    ):
        folder = Path(package.__file__).parent / inner / "locale" / "en" / "LC_MESSAGES"
        for name, read in ((path.name, read_po), (path.with_suffix(".mo").name, read_mo)):
            if (folder / name).exists():
                with (folder / name).open("rb") as file:
                    said |= {text_of(m)[:2] for m in read(file) if m.id}
    assert {text_of(message)[:2] for message in messages(path)} - said == set()


def test_texts_are_in_one_normal_form():
    """Or a search for "Yên Thế" would miss one that is typed with combining marks."""
    kinds = ("locale*/**/*.po", "templates/**/*.html", "rollout/data/**/*.*", "docs/**/*.md")
    files = [path for kind in kinds for path in ROOT.glob(kind)]
    assert len(files) > len(kinds)
    assert [p.name for p in files if not is_normalized("NFC", p.read_text(encoding="utf-8"))] == []


# --- pages ----------------------------------------------------------------------------------

ON = "2025-05-21"
DAY = f"?on={ON}&compare=2025-02-18"

PAGES = [
    f"/{DAY}",
    "/?on=2023-01-01",
    f"/facilities/bg-ttyt-yenthe/{DAY}",
    f"/facilities/bg-yhct/{DAY}",
    f"/facilities/bg-yhct/certificates/{DAY}",
    *(f"/measures/{code}/{DAY}" for code in BY_CODE),
    f"/measures/progress/{DAY}",
    f"/figures/device/tablet/{DAY}",
    f"/figures/his_level/6/{DAY}",
    *(
        f"/{name}/{query}"
        for name in ("councils", "obstacles", "directives", "sessions", "deadlines", "alerts")
        for query in (DAY, "?on=2023-01-01")
    ),
    f"/obstacles/du-toan/{DAY}",
    f"/directives/2025-05-21-1/{DAY}",
    "/password/",
    "/password/changed/",
    "/?on=2025-02-30",
    "/there-is-no-such-page/",
    "/desk/",
    *(
        f"/desk/{name}/"
        for name in (
            "checking",
            "change_sets",
            "reorganise",
            "shortfalls",
            "stocktakes",
            "reporting",
        )
    ),
    "/desk/shortfalls/move/",
    "/desk/assets/pattern/",
    # The list of certificates shows wards, whose names are Vietnamese.
    *(f"/desk/{code}/" for code in REGISTERS if code != "certificates"),
    "/desk/certificates/new/",
    "/imports/",
    "/imports/new/certificates/",
]

# Words that stand in no Vietnamese text: what is left of an English sentence betrays itself.
ENGLISH = re.compile(
    r"\b(the|of|and|since|with|days|is|was|has|been|late|show|summary|facilit(y|ies)|measures?"
    r"|plan|planned|done|evidence|source|councils?|obstacles?|directives?|deadlines?|alerts?"
    r"|sign|select|skip|view|search|assumed|checked|unknown|page \d)\b",
    re.IGNORECASE,
)
# Words of ours alone: a fact may have been recorded in Vietnamese, and is shown as it is.
VIETNAMESE = re.compile(
    r"Xem hôm nay|Tổng quan|Cơ sở y tế|Chỉ tiêu|Minh chứng|Dữ liệu mới nhất|Khó khăn, vướng mắc"
    r"|Nội dung chỉ đạo|Buổi làm việc|Thời hạn|Cảnh báo|Hội đồng đánh giá|Kế hoạch|Trạng thái"
    r"|chưa bắt đầu|đang thực hiện|Đăng nhập|Đăng xuất"
)
# Data that is one thing in every language: addresses, and the name of the other language.
EXEMPT = re.compile(r"https?://\S+|\bEnglish\b|Tiếng Việt")
ENGLISH_MONTH = re.compile(r"\b\d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)")


def words(page: str) -> str:
    """What a reader sees or hears: text, and the attributes that carry text."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    told = re.findall(r'\b(?:title|aria-label|data-name|placeholder|alt)="([^"]*)"', page)
    text = " ".join((re.sub(r"<[^>]+>", " ", page), *told))
    return EXEMPT.sub(" ", re.sub(r"[ \t\n]+", " ", html.unescape(text)))


@pytest.fixture(scope="module")
def _bac_giang(bac_giang_of_the_module, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("raise_alerts", "--on", ON, verbosity=0)
        yield
        transaction.set_rollback(True)


def browser(language: str, role: Role | None = None, *, checks_csrf=False, **about) -> Client:
    client = Client(enforce_csrf_checks=checks_csrf)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    if role:
        client.force_login(user_with(role, **about))
    return client


def left_over(language: str, page: str) -> list[str]:
    """Pieces of the other language, each with what stands around it."""
    text = words(page)
    foreign = ENGLISH if language == "vi" else VIETNAMESE
    return [text[max(0, m.start() - 40) : m.end() + 40] for m in foreign.finditer(text)]


@pytest.mark.django_db
@pytest.mark.usefixtures("_bac_giang")
@pytest.mark.parametrize("language", ["vi", "en"])
class TestPages:
    def test_pages_speak_one_language(self, language):
        reader = browser(language, Role.DEPARTMENT)
        mixed = {}
        for address in PAGES:
            page = reader.get(address).content.decode()
            assert f'<html lang="{language}">' in page
            if found := left_over(language, page):
                mixed[address] = found
        assert mixed == {}

    def test_pages_of_officers_speak_it(self, language):
        facility = Facility.objects.get(code="bg-ttyt-yenthe")
        officer = browser(language, Role.OFFICER, facility=facility)
        addresses = ["/my/", "/my/procurements/", f"/my/devices/{facility.pk}/"]
        pages = [officer.get(address) for address in addresses]
        assert [page.status_code for page in pages] == [200] * 3
        assert [left_over(language, page.content.decode()) for page in pages] == [[]] * 3

    def test_the_door_and_the_refusals_speak_it_too(self, language):
        stranger = browser(language)
        refused = browser(language, Role.AGENCY, agency=AgencyFactory())
        forger = browser(language, checks_csrf=True)
        sign_in = reverse("login")
        with override(language):
            broken = server_error(RequestFactory().get("/"))
        pages = [
            stranger.get(sign_in),
            stranger.post(sign_in, {"username": "lan", "password": "wrong"}),
            stranger.post(sign_in, {}),
            refused.get("/councils/"),
            forger.post(sign_in),
            broken,
        ]
        for _ in range(settings.AXES_FAILURE_LIMIT):
            locked = stranger.post(sign_in, {"username": "lan", "password": "wrong"})
        pages.append(locked)
        assert [page.status_code for page in pages] == [200, 200, 200, 403, 403, 500, 429]
        assert [left_over(language, page.content.decode()) for page in pages] == [[]] * 7

    def test_days_and_numbers_are_written_as_usual(self, language):
        page = words(browser(language, Role.LEADER).get(f"/{DAY}").content.decode())
        if language == "vi":
            written, foreign = ("21/05/2025", "23/05", "4.187", "29,4%"), "4,187"
        else:
            written, foreign = ("21 May 2025", "23 May", "4,187", "29.4%"), "4.187"
        assert [sign for sign in written if sign not in page] == []
        assert foreign not in page
        assert bool(ENGLISH_MONTH.search(page)) == (language == "en")


# What Django says in the administration; the rows there hold names in both languages. Its search
# icon is called "Search" in every language.
DJANGO = re.compile(
    r"\b(Add|Change|Select|Toggle|Skip|Save|Filter|By|Home|History|Welcome|Model|None"
    r"|Show|Hide|Password|Enabled|Disabled|selected|result)\b"
)


@pytest.mark.django_db
@pytest.mark.usefixtures("_bac_giang")
@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.ADMINISTRATOR])
def test_the_administration_speaks_vietnamese(role):
    clerk = browser("vi", role)
    addresses = [reverse("admin:index"), reverse("admin:password_change")]
    for model in admin.site._registry:
        table = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses += [reverse(f"{table}_changelist"), reverse(f"{table}_add")]
        if row := model._default_manager.order_by("pk").first():
            addresses.append(reverse(f"{table}_change", args=[row.pk]))
    opened, mixed = 0, {}
    for address in addresses:
        answer = clerk.get(address)
        if answer.status_code == 200:
            opened += 1
            if found := DJANGO.findall(words(answer.content.decode())):
                mixed[address] = found
    assert opened > 10
    assert mixed == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("_bac_giang")
def test_the_api_and_the_alerts_speak_vietnamese():
    program = browser("vi", Role.DEPARTMENT)
    answers = [
        program.get("/api/v1/progress/?on=tomorrow&of=1"),
        program.get("/api/v1/progress/trend/"),
        program.get("/api/v1/facilities/nowhere/progress/"),
        program.post("/api/v1/progress/"),
        browser("vi").get("/api/v1/progress/"),
        program.get("/api/v1/connections/?state=x&facility=x&limit=0&after=x&on=1"),
        program.get("/api/v1/facilities/bg-bvdk/connections/nobody/"),
        browser("vi", Role.ADMINISTRATOR).get("/api/v1/alerts/"),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 404, 405, 401, 400, 404, 403]
    told = [message for answer in answers for message in _leaves(answer.json())]
    told += [*Alert.objects.values_list("what_vi", flat=True)]
    document = program.get(f"/api/v1/progress/?on={ON}").json()
    told += [part[name] for part in document["measures"] for name in ("label", "rule")]
    told += [part["stage_label"] for part in document["facilities"]]
    for name in ("alerts", "deadlines"):
        rows = program.get(f"/api/v1/{name}/?on={ON}").json()[name]
        told += [row[field] for row in rows for field in ("rule_label", "what")]
    connections = program.get("/api/v1/connections/").json()["connections"]
    told += [row["state_label"] for row in connections]
    assert [text for text in told if not re.search("[\u00c0-\u1ef9]", text)] == []


def _leaves(answer: dict) -> list[str]:
    """What a refusal says to its reader; its number, its type and its address are for programs."""
    said = [answer[name] for name in ("title", "detail") if name in answer]
    return [*said, *(text for texts in answer.get("errors", {}).values() for text in texts)]
