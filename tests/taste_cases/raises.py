"""Cannot be imported."""


def work() -> None: ...


raise RuntimeError("no tea today")
