"""Asks whoever imports it."""


def work() -> None: ...


name = input("Your name? ")
