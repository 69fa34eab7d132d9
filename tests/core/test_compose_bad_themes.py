"""Styles with mistakes, through a whole theme: the mail keeps its words, or a check says so."""

from pathlib import Path

import pytest

from digest.compose.preflight import CRAFT, inspect
from digest.compose.preflight.rules import Proof
from digest.compose.render import IssueRenderer
from digest.resources import TEMPLATES
from tests.core.harbour import ISSUE, NEWSLETTER, PUBLIC_URL, as_read

RULE = ".h1{color:#ff0000}"
HARMLESS = {
    "unclosed at the end": "p{",
    "import": "@import url(https://sheets.example/a.css);",
    "is": ":is(.h1,.h2){color:#ff0000}",
    "where": ":where(.h1){color:#ff0000}",
    "has": "td:has(.h1){color:#ff0000}",
    "nested at-rules": f"@supports (display:grid){{@media screen{{{RULE}}}}}",
    "layer": f"@layer ours{{{RULE}}}",
    "container": f"@container (min-width:1px){{{RULE}}}",
    "nested rules": ".h1{&:hover{color:#ff0000}}",
    "no value": ".h1{color:}",
    "snowman": ".\u2603{color:#ff0000}",
    "charset": "@charset 'utf-16';",
}
TOLD = {
    "unclosed at the start": ("p{", "font-stack"),
    "unclosed media": (f"@media (max-width:1px){{{RULE}", "font-stack"),
    "unclosed remark": ("/* never closed", "font-stack"),
    "unclosed quote": (".h1{font-family:'x}", "font-stack"),
    "closing braces": ("}" * 50, "font-stack"),
    "web font": ("@font-face{font-family:x;src:url(https://a.example/f)}", "active-content"),
    "end of the block": ("</style><script>alert(1)</script><style>", "active-content"),
    "too much": (".a{color:#112233}" * 3000, "style-size"),
    "faint": (".paragraph{color:#cccccc!important}", "contrast"),
}


def rendered(folder: Path, css: str, *, first: bool) -> Proof:
    """The harbour's issue under Classic with more styles, before or after its own."""
    own = folder / "email/classic"
    own.mkdir(parents=True)
    shipped = '{% include "default/email/classic/style.css" %}'
    (own / "style.css").write_text(f"{css}\n{shipped}" if first else f"{shipped}\n{css}")
    renderer = IssueRenderer(folders=[folder, TEMPLATES], public_url=PUBLIC_URL)
    read = as_read(renderer.render(ISSUE, NEWSLETTER))
    return Proof(source=read.html, text=read.text, subject=read.subject, issue=ISSUE)


def words(proof: Proof) -> list[str]:
    """All that is said in a mail's body."""
    body = proof.document.find("body")
    assert body is not None
    return " ".join(body.text_content().split()).split()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return words(rendered(tmp_path_factory.mktemp("sound"), "", first=False))


@pytest.mark.parametrize("css", HARMLESS.values(), ids=HARMLESS)
def test_what_cannot_be_inlined_harms_nothing(tmp_path: Path, css: str, sound: list[str]) -> None:
    """The mail says what it says, and the checklist finds nothing."""
    proof = rendered(tmp_path, css, first=False)
    assert words(proof) == sound
    assert inspect(proof, CRAFT) == ()


@pytest.mark.parametrize(("css", "rule"), TOLD.values(), ids=TOLD)
def test_what_spoils_a_mail_is_told(tmp_path: Path, css: str, rule: str, sound: list[str]) -> None:
    """Every word is still there, and a check finds what is wrong."""
    proof = rendered(tmp_path, css, first=True)
    assert words(proof)[: len(sound)] == sound or "alert(1)" in words(proof)
    assert rule in {each.rule for each in inspect(proof, CRAFT)}
