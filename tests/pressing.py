"""Forms as people use them: read off the page, filled in, and a button pressed.

A test that names the fields itself says nothing about what the page would have sent.
"""

from urllib.parse import urljoin

from django.test import Client
from lxml import html

Fields = dict[str, list[str]]


def forms(page) -> list[html.FormElement]:
    return html.fromstring(page.content.decode()).forms


def form_with(page, **said: str) -> html.FormElement:
    """The one form that has these values, in a field, a button or among its choices."""
    found = [
        form
        for form in forms(page)
        if all(value in _offered(form, name) for name, value in said.items())
    ]
    assert len(found) == 1, f"{len(found)} forms with {said}"
    return found[0]


def _offered(form: html.FormElement, name: str) -> list[str]:
    elements = form.xpath(".//*[@name=$name] | .//select[@name=$name]/option", name=name)
    return [element.get("value", "") for element in elements]


def boxes(form: html.FormElement, name: str) -> list[str]:
    """The values of the check boxes of that name."""
    return [box.get("value") for box in form.iterfind(f".//input[@name='{name}']")]


def press(client: Client, page, form: html.FormElement, button: str = "", **filled):
    """Sends a form as it stands, with `filled` typed in; `button` is "name=value" of one that says so.

    Names that Python cannot say come in a dict: `**{"verdict-7": "accept"}`.
    """
    fields: Fields = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    if button:
        name, _equals, value = button.partition("=")
        assert value in [b.get("value") for b in form.iterfind(f".//button[@name='{name}']")]
        fields[name] = [value]
    for name, value in filled.items():
        assert form.find(f".//*[@name='{name}']") is not None, f"no field {name}"
        fields[name] = [str(one) for one in (value if isinstance(value, list) else [value])]
    here = page.wsgi_request.get_full_path()
    there = urljoin(here, form.get("action") or here)
    if form.get("method", "get") == "post":
        return client.post(there, fields, follow=True)
    return client.get(there, fields, follow=True)
