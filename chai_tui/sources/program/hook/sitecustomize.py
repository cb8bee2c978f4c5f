"""Imported by every Python that has this folder on its path; then runs the one it stands before.

Nothing here is newer than Python 2.7: an older one than the hook knows goes on as if alone.
"""

import os
import sys


def _begin():  # type: ignore[no-untyped-def]
    """Begin to tell, and leave the path as it would be without this folder."""
    here = os.path.dirname(__file__)  # noqa: PTH120 - pathlib takes 10 ms
    try:
        if sys.version_info >= (3, 8) and os.environ.get("CHAI_TUI_HOOK"):
            import _chai_hook  # type: ignore[import-not-found]  # noqa: PLC0415

            _chai_hook.begin()
    except Exception:  # noqa: BLE001, S110 - whatever it is, it is not the program's
        pass
    sys.path[:] = [entry for entry in sys.path if entry != here]
    sys.path_importer_cache.pop(here, None)
    # Kept alive by whoever calls us: Python 2 empties a module that nobody has.
    return sys.modules.pop("sitecustomize", None)


_this = _begin()  # type: ignore[no-untyped-call]
# As it would have been imported without us; or its ImportError, which nobody minds. What stands in
# sys.modules afterwards is what was asked for.
import sitecustomize  # type: ignore[import-not-found]  # noqa: E402, F401
