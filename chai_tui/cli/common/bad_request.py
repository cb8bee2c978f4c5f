"""What is said of a request that cannot be done."""

from __future__ import annotations


class BadRequestError(ValueError):
    """Something was asked for that there cannot be; the text is one line for the user.

    Attributes:
        is_usage: whether the help says what can be asked for; it says nothing of a file's mistakes.
    """

    def __init__(self, problem: str, *, is_usage: bool = True) -> None:
        super().__init__(problem)
        self.is_usage = is_usage
