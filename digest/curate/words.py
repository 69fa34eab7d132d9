"""Words, as curating reads them: those of :mod:`digest.model.words`, which composing needs too."""

from digest.model.words import (
    TOKEN,
    count_words,
    fold,
    fold_title,
    holds_words,
    one_line,
    plain_text,
    token_cost,
)

__all__ = [
    "TOKEN",
    "count_words",
    "fold",
    "fold_title",
    "holds_words",
    "one_line",
    "plain_text",
    "token_cost",
]
