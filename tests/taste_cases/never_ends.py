"""Is imported for ever."""

import time


def work() -> None: ...


while True:
    time.sleep(60)
