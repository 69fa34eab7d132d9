"""Fields as templates see them: any name may be asked for."""

from collections.abc import Mapping


class FieldsView:
    """A story's fields, each by its name; one that it does not have is empty.

    Templates write ``story.fields.price``, and may ask whether there are any.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):  # Python's own, by which libraries ask what this is
            raise AttributeError(name)
        return self._values.get(name, "")

    def __getitem__(self, name: str) -> str:
        return self._values.get(name, "")

    def __bool__(self) -> bool:
        return bool(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FieldsView) and self._values == other._values

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))


NO_FIELDS = FieldsView({})
