"""The sandbox's bounds: whatever would fill the memory is refused first, and soon."""

from pathlib import Path
from time import perf_counter

import pytest

from digest.compose.templates import Templates
from digest.errors import TemplateError


def doubled(start: str, round_: str) -> str:
    """Sixty rounds of making something twice as long."""
    return (
        f"{{% set ns = namespace(a={start}) %}}"
        f"{{% for i in range(60) %}}{round_}{{% endfor %}}{{{{ ns.a }}}}"
    )


HUGE = {
    "joined": doubled("'x'", "{% set ns.a = ns.a ~ ns.a %}"),
    "added": doubled("'x'", "{% set ns.a = ns.a + ns.a %}"),
    "added lists": doubled("[1]", "{% set ns.a = ns.a + ns.a %}"),
    "multiplied": doubled("9", "{% set ns.a = ns.a * ns.a %}"),
    "a block": doubled("'x'", "{% set ns.a %}{{ ns.a }}{{ ns.a }}{% endset %}"),
    "a macro": "{% macro d(s) %}{{ s }}{{ s }}{% endmacro %}"
    + doubled("'x'", "{% set ns.a = d(ns.a) %}"),
    "a filter block": "{% filter replace('x', 'x' * 9999) %}{{ 'x' * 9999 }}{% endfilter %}",
    "replaced": doubled("'x'", "{% set ns.a = ns.a.replace('x', 'xx' * 400) %}"),
    "list joined": "{{ (['x' * 99999] * 9999) | join }}",
    "glued": "{{ ('x' * 9999) | join('y' * 9999) }}",
    "its own glue": "{{ ('y' * 9999).join(('x' * 9999) | list) }}",
    "width": "{{ '%999999999d' % 1 }}",
    "width given": "{{ '%*d' % (999999999, 1) }}",
    "precision": "{{ '%.999999999f' % 1 }}",
    "format": "{{ '{:999999999}'.format(1) }}",
    "format given": "{{ '{:{}}'.format(1, 999999999) }}",
    "format filter": "{{ '%999999999d' | format(1) }}",
    "format map": "{{ '{a:999999999}'.format_map({'a': 1}) }}",
    "format map given": "{{ '{a:{b}}'.format_map({'a': 1, 'b': 999999999}) }}",
    "centred": "{{ 'x' | center(999999999) }}",
    "indented": "{{ ('x\n' * 9999) | indent(9999) }}",
    "padded": "{{ 'x'.ljust(999999999) }}",
    "zeros": "{{ 'x'.zfill(999999999) }}",
    "batch": "{{ [1] | batch(999999999, 0) | list }}",
    "slice": "{{ [1] | slice(999999999) | list }}",
    "words": "{{ lipsum(n=100000) }}",
}


@pytest.mark.parametrize("source", HUGE.values(), ids=HUGE)
def test_nothing_fills_the_memory(tmp_path: Path, source: str) -> None:
    """Neither when it is compiled nor when it runs: a clear error, in no time."""
    (tmp_path / "a.html").write_text(source, encoding="utf-8")
    templates = Templates([tmp_path], filters={})
    started = perf_counter()
    assert templates.check("a.html") is None
    with pytest.raises(TemplateError, match=r"longer than|too (often|large)|writes more|undefined"):
        templates.render("a.html", {})
    assert perf_counter() - started < 5


def test_what_themes_do_is_left_alone(tmp_path: Path) -> None:
    """Joining, padding and replacing within bounds say what they say in Jinja2, escaped alike."""
    source = (
        "{{ '<' ~ 1 ~ tag }}|{{ 'ab'.replace('a', 'c') }}|{{ ['a', 'b'] | join(', ') }}|"
        "{{ '%05.1f' % 2.5 }}|{{ '{:>4}'.format(7) }}|{{ 'x' | center(3) }}|{{ 2 * 3 + 1 }}|"
        "{{ 'a\nb' | indent(2) }}|{{ [1, 2, 3] | batch(2) | list }}|{{ '%s' | format('<') }}|"
        "{% set kept %}<b>{{ tag }}</b>{% endset %}{{ kept ~ '&' }}"
    )
    (tmp_path / "a.html").write_text(source, encoding="utf-8")
    said = Templates([tmp_path], filters={}).render("a.html", {"tag": "<i>"})
    assert said.split("|") == [
        "&lt;1&lt;i&gt;", "cb", "a, b", "002.5", "   7", " x ", "7", "a\n  b",
        "[[1, 2], [3]]", "&lt;", "<b>&lt;i&gt;</b>&amp;",
    ]  # fmt: skip
