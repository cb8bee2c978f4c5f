"""Patches modules when the program imports them, and none that it does not import."""

from __future__ import annotations

import sys

from . import link

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Patches = Mapping[str, tuple[str, ...]]


def watch(patches: Patches) -> None:
    """Patch each of these modules: at once if it is imported already, else as soon as it is."""
    for name in patches:
        if name in sys.modules:
            _patch(sys.modules[name], patches[name])
    sys.meta_path.insert(0, _Finder(patches))


def _patch(module: Any, patches: tuple[str, ...]) -> None:
    if link.state.is_on:
        for patch in patches:
            link.guarded(_patch_by, patch, module)


def _patch_by(patch: str, module: Any) -> None:
    where, _, function = patch.rpartition(".")
    ours = __import__(f"{__package__}.{where}", fromlist=[function])
    getattr(ours, function)(module)


class _Finder:
    """Finds nothing itself: it asks the others, and looks over the shoulder of who loads it."""

    def __init__(self, patches: Patches) -> None:
        self._patches = patches

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return what another finder knows of a module that is patched; None of any other."""
        if name not in self._patches or not link.state.is_on:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                link.guarded(self._follow, spec.loader, self._patches[name])
                return spec
        return None

    @staticmethod
    def _follow(loader: Any, patches: tuple[str, ...]) -> None:
        """Patch what a loader loads next; it keeps nothing of us."""
        execute = loader.exec_module

        def exec_module(module: Any) -> None:
            del loader.exec_module
            execute(module)
            _patch(module, patches)

        if isinstance(loader, type):
            return  # frozen or built in: shared by all
        loader.exec_module = exec_module
