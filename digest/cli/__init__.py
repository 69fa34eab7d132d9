"""The command line: one module a command group, imported when it is called."""

import sys


def main() -> None:
    """Run ``digest``: exit 0 done, 1 failed, 2 usage or configuration."""
    from digest.cli.root import digest
    from digest.errors import DigestError

    try:
        digest()
    except DigestError as error:
        sys.stderr.write(f"{_headline(error)}\n")
        sys.exit(error.exit_code)


def _headline(error: Exception) -> str:
    from digest.errors import ConfigError

    if isinstance(error, ConfigError) and len(error.problems) > 1:
        return f"{len(error.problems)} problems:\n{error}"
    return f"error: {error}"
