"""What a run is started with."""

from __future__ import annotations

from typing import NamedTuple

from chai_tui.model.commands import AddMakers
from chai_tui.model.engine import Engine
from chai_tui.model.recipe import Recipe


class Launch(NamedTuple):
    """What a run is started with.

    Attributes:
        makers: how many brew at first.
        recipe: what each of them brews.
        engine: how they are seated.
        start_method: how processes are started.
        seed: of the jitter; None: another one each time.
        exit_when_served: whether the screen leaves when every maker has ended.
        simulated_cores: on how many cores of a simulated machine; None: on real ones.
        speed: simulated seconds for each of ours.
        large: whether the screen begins in large print.
        quiet: whether nothing is reported in the shell once the screen is gone.
        recipes: what each of them brews, where they do not all brew ``recipe``.
    """

    makers: int
    recipe: Recipe
    engine: Engine
    start_method: str
    seed: int | None = None
    exit_when_served: bool = False
    simulated_cores: int | None = None
    speed: float = 1.0
    large: bool = False
    quiet: bool = False
    recipes: tuple[Recipe, ...] = ()

    @property
    def command(self) -> AddMakers:
        """What the source is asked for first."""
        return AddMakers(self.makers, self.recipe, self.engine, self.recipes)
