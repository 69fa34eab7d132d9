"""The configuration: TOML files in, one frozen :class:`Config` out.

Names are loaded when they are first asked for: importing pydantic takes most of a quarter of a
second, and a command that only prints its help should not wait for it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.config.feedlist import add_feed, add_feeds, read_feeds, remove_feed
    from digest.config.load import load_config
    from digest.config.locate import locate
    from digest.config.scaffold import init_directory
    from digest.config.settings import (
        CollectSettings,
        Config,
        DeliverSettings,
        DkimSettings,
        FeedbackSettings,
        InstanceSettings,
        LogSettings,
        RelaySettings,
        Secrets,
        Settings,
        SmtpProtocol,
        SmtpSecurity,
        SmtpSettings,
        StoreSettings,
        TemplateSettings,
        WebSettings,
    )

__all__ = [
    "CollectSettings",
    "Config",
    "DeliverSettings",
    "DkimSettings",
    "FeedbackSettings",
    "InstanceSettings",
    "LogSettings",
    "RelaySettings",
    "Secrets",
    "Settings",
    "SmtpProtocol",
    "SmtpSecurity",
    "SmtpSettings",
    "StoreSettings",
    "TemplateSettings",
    "WebSettings",
    "add_feed",
    "add_feeds",
    "init_directory",
    "load_config",
    "locate",
    "read_feeds",
    "remove_feed",
]

_HOMES = {
    "add_feed": "feedlist",
    "add_feeds": "feedlist",
    "init_directory": "scaffold",
    "load_config": "load",
    "locate": "locate",
    "read_feeds": "feedlist",
    "remove_feed": "feedlist",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'settings')}"), name)
