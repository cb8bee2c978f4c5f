"""Starts a process when it is imported: nothing guards its last lines."""

import multiprocessing
import os
import pathlib


def work() -> None:
    pathlib.Path(os.environ["TASTE_MARK"]).touch()


process = multiprocessing.get_context("fork").Process(target=work)
process.start()
