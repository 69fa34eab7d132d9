"""Where the shipped templates and configuration are.

In a wheel they lie inside the package (``digest/_shipped``); in a checkout, at the top level.
"""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_SHIPPED = _PACKAGE / "_shipped"
_ROOT = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent

CONFIG = _ROOT / "config"
TEMPLATES = _ROOT / "templates"
