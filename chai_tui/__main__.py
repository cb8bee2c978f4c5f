"""Starts chai-tui: ``python -m chai_tui``, and the ``chai-tui`` script.

A child that is spawned imports this module again, so everything else is imported inside.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        arguments: those after its name; None: this process's.

    Returns:
        The exit code; a problem was told in one line on stderr.
    """
    from chai_tui.host import startup  # noqa: PLC0415 - see above

    startup.begin()
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        return 130
    except (OSError, RuntimeError) as error:
        from chai_tui.cli.common.telling import complain  # noqa: PLC0415 - only where there is a problem
        from chai_tui.host.limits import in_words, is_refusal  # noqa: PLC0415 - likewise

        if not is_refusal(error):
            raise
        complain(f"cannot start: {in_words(error)}")
        return 1
    finally:
        startup.done()


def _run(arguments: Sequence[str]) -> int:
    if not arguments and "_CHAI_TUI_COMPLETE" not in os.environ:
        # Nothing to parse: the first screen is there 5 ms sooner without click.
        from chai_tui.cli.launch import brew  # noqa: PLC0415 - see above

        return brew()
    from chai_tui.cli.commands import run_cli  # noqa: PLC0415 - see above

    return run_cli(arguments)


if __name__ == "__main__":
    sys.exit(main())
