"""Bounds: Jinja2's sandbox, in which no template runs without end or fills the memory.

Whatever makes a text or a list longer is asked first how long it will be: operators, joining, what
blocks and macros write, methods of texts, and filters. Nothing of that is worked out when a
template is compiled, where no sandbox looks.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any, cast

from jinja2 import nodes, pass_context
from jinja2.runtime import Context, markup_join, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import _PassArg
from jinja2.visitor import NodeTransformer

MAX_OUTPUT = 1_000_000
"""The most characters one template may write, or hold in one text."""
MAX_STEPS = 200_000
"""The most loop rounds and calls one rendering may take; a 60-story issue takes some thousands."""

steps: ContextVar[Iterator[int]] = ContextVar("steps")
"""The steps that are left to the rendering under way."""

_LARGEST_POWER = 64
_MOST_BITS = 4_096
# A width or precision of six digits and more, or one that an argument gives.
_WIDE = re.compile(r"[%:.{][^%{}a-zA-Z]{0,20}(?:\d{6,}|\*)")
_STRETCHING = frozenset({"center", "indent", "join", "replace", "format", "batch", "slice"})
_METHODS = frozenset({"ljust", "rjust", "zfill", "expandtabs", "translate", "format_map"})


class TooMuchError(Exception):
    """A template ran too long or wrote too much."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, with loops and calls counted, and the length of everything bounded."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    @staticmethod
    def concat(parts: Iterable[str]) -> str:
        """What a block or a macro wrote."""
        return limited(parts)

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - passed on as they are
        super().__init__(**options)
        self.filters |= {name: _bounded(name, self.filters[name]) for name in _STRETCHING}
        self.filters |= {"counted": _counted, "joined": _joined}
        self.globals.pop("lipsum")

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,  # noqa: FBT001, FBT002 - as in Jinja2
    ) -> str:
        _Transformer().visit(source)
        source.set_environment(self)
        return super()._generate(source, name, filename, defer_init)

    def call(self, context: Context, thing: Any, /, *args: Any, **named: Any) -> Any:  # noqa: ANN401 - as in Jinja2
        """Count a call, and look at what a text's own methods would make of it."""
        step()
        owner, name = getattr(thing, "__self__", None), getattr(thing, "__name__", "")
        if isinstance(owner, str) and name in _STRETCHING | _METHODS:
            _check_call(name, owner, args, named.values())
        return super().call(context, thing, *args, **named)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:  # noqa: ANN401 - as in Jinja2
        """The sandbox's own ``format`` and ``format_map``, with widths looked at."""
        inner = super().wrap_str_format(value)
        if inner is None:
            return None
        found: Callable[..., str] = inner

        def checked(*args: Any, **named: Any) -> str:  # noqa: ANN401 - as in Jinja2
            _check_call(value.__name__, value.__self__, args, named.values())
            return found(*args, **named)

        return checked

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - as in Jinja2
        """Work an operator out, unless that came to too much."""
        sizes = [len(side) for side in (left, right) if hasattr(side, "__len__")]
        counts = [side for side in (left, right) if isinstance(side, int)]
        if operator == "**" and max(map(abs, counts), default=0) > _LARGEST_POWER:
            raise TooMuchError("the numbers are too large for **")
        if sum(count.bit_length() for count in counts) > _MOST_BITS:
            raise TooMuchError("the numbers are too large")
        if operator == "*" and sizes and counts and sizes[0] * counts[0] > MAX_OUTPUT:
            raise TooMuchError("the text would be repeated too often")
        if operator == "%" and isinstance(left, str):
            _check_call("format", left, right if isinstance(right, tuple) else (right,), ())
        if operator == "+" and sum(sizes) > MAX_OUTPUT:
            raise _too_long()
        return super().call_binop(context, operator, left, right)


def step() -> None:
    """Take one of the steps that are left.

    :raises TooMuchError: when none is.
    """
    if next(steps.get(), None) is None:
        raise TooMuchError(f"the template takes more than {MAX_STEPS:,} steps")


def limited(pieces: Iterable[str]) -> str:
    """What a template writes.

    :raises TooMuchError: as soon as it is too much.
    """
    kept: list[str] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_OUTPUT:
            raise TooMuchError(f"the template writes more than {MAX_OUTPUT:,} characters")
        kept.append(piece)
    return "".join(kept)


class _Transformer(NodeTransformer):
    """Loops are counted, and ``~`` is a filter like any other."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - as in Jinja2
        self.generic_visit(node)
        node.iter = _filtered(node.iter, "counted", node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802 - as in Jinja2
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=node.lineno)
        return _filtered(parts, "joined", node.lineno)


def _filtered(node: nodes.Node, name: str, line: int) -> nodes.Filter:
    return nodes.Filter(cast("nodes.Expr", node), name, [], [], None, None, lineno=line)


def _bounded(name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of Jinja2's that looks at its arguments first, and never while compiling."""
    wants = _PassArg.from_obj(inner)

    @pass_context
    def filtered(context: Context, value: Any, *args: Any, **named: Any) -> Any:  # noqa: ANN401 - as in Jinja2
        if name == "join":
            value = list(value)
        _check_call(name, value, args, named.values())
        if wants is None:
            return inner(value, *args, **named)
        first = {_PassArg.eval_context: context.eval_ctx, _PassArg.environment: context.environment}
        return inner(first.get(wants, context), value, *args, **named)

    return filtered


def _check_call(name: str, value: Any, args: Sequence[Any], named: Iterable[Any]) -> None:  # noqa: ANN401 - whatever a template has
    """Refuse what would make a text too long, by what it is made of."""
    given = [*args, *named]
    given += [each for mapping in args if isinstance(mapping, dict) for each in mapping.values()]
    numbers = [abs(each) for each in given if isinstance(each, int)]
    texts = [len(each) for each in given if isinstance(each, str)]
    size = len(value) if hasattr(value, "__len__") else 0
    if name == "join":
        parts = value if isinstance(value, list) else list(given[0]) if given else []
        glue = max(texts, default=size if isinstance(value, str) else 0)
        size = sum(map(len, map(str, parts))) + glue * len(parts)
    elif name == "replace":
        size *= max(1, max(texts, default=1))
    elif name == "indent":
        size += (str(value).count("\n") + 1) * max([*numbers, *texts], default=0)
    elif name in {"format", "format_map"}:
        size += sum(texts) * max(1, str(value).count("{") + str(value).count("%"))
        if _WIDE.search(str(value)):
            raise _too_long()
    if size > MAX_OUTPUT or max(numbers, default=0) > MAX_OUTPUT:
        raise _too_long()


def _too_long() -> TooMuchError:
    return TooMuchError(f"a text would be longer than {MAX_OUTPUT:,} characters")


@pass_context
def _joined(context: Context, parts: Sequence[Any]) -> str:
    """``~``, which Jinja2 would work out while compiling where it can."""
    if sum(len(part) for part in parts if isinstance(part, str)) > MAX_OUTPUT:
        raise _too_long()
    return (markup_join if context.eval_ctx.autoescape else str_join)(parts)


@pass_context
def _counted(context: Context, values: Iterable[Any]) -> Iterator[Any]:
    """Hand values on one by one; the context only keeps Jinja2 from running this early."""
    del context
    for value in values:
        step()
        yield value
