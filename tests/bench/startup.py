"""Start-up: the processor time of ``digest --help`` and ``digest status``, against bare Python's.

Each command runs in processes of its own, in turn with the others, after one run that is not
counted and leaves bytecode behind; medians are printed. ``click`` is a command of one line in the
same library. Prints one figure a line: ``name value``.

    python tests/bench/startup.py [--runs 9]
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

CLICK = "import click; click.command()(lambda: None)(args=[], standalone_mode=False)"
DIGEST = "from digest.cli import main; main()"


def cpu_ms(command: list[str], environment: dict[str, str]) -> float:
    """The processor time of one run, system time included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Measure each command and print the figures and ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=9, help="take medians of so many runs")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        unset = "PYTHONDONTWRITEBYTECODE"
        environment = {name: value for name, value in os.environ.items() if name != unset}
        environment["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "bytecode")
        publication = str(Path(folder) / "publication")
        program = [sys.executable, "-c", DIGEST]
        cpu_ms([*program, "init", publication], environment)
        commands = {
            "bare": [sys.executable, "-c", "pass"],
            "click": [sys.executable, "-c", CLICK],
            "help": [*program, "--help"],
            "status": [*program, "--config", publication, "status"],
        }
        for command in commands.values():
            cpu_ms(command, environment)
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                taken[name].append(cpu_ms(command, environment))
    figures = {name: median(values) for name, values in taken.items()}
    for name, value in figures.items():
        print(f"{name}_cpu_ms {value:.1f}")
    for name in ("click", "help", "status"):
        print(f"{name}_to_bare {figures[name] / figures['bare']:.1f}")


if __name__ == "__main__":
    main()
