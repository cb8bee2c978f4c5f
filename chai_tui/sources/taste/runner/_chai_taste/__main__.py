"""Run by path; makes itself a package of a name of its own, so that workers can import it too."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Serve the parent until it has enough."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib takes 10 ms
    # What a script gets in front: here it would let the function's module import our files.
    sys.path[:] = [entry for entry in sys.path if entry != here]
    sys.path.append(os.path.dirname(here))  # noqa: PTH120
    # Workers import the main module again where they can tell what it is.
    own = sys.modules["__main__"]
    own.__spec__ = None
    del own.__file__

    from _chai_taste.serving import (  # type: ignore[import-not-found]  # noqa: PLC0415
        serve,  # it can be found only now
    )

    serve()


if __name__ == "__main__":
    main()
