"""Run by path; makes itself a package of a name of its own, so that workers can import it too.

Nothing here is newer than Python 2.7, so that an older one than is needed can say so.
"""

import json
import os
import sys

OLDEST = (3, 9)


def main():  # type: ignore[no-untyped-def]
    """Serve the parent until it has enough."""
    if sys.version_info < OLDEST:
        text = "{} is Python {}.{}: expected 3.9 or newer"
        text = text.format(sys.executable, sys.version_info[0], sys.version_info[1])
        problem = {"code": "old_python", "is_usage": True, "text": text}
        sys.stdout.write(json.dumps({"problem": problem}) + "\n")
        sys.exit(1)
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
    main()  # type: ignore[no-untyped-call]
