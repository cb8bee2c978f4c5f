"""Starts a thread when it is imported."""

import threading


def work() -> None: ...


threading.Thread(target=work).start()
