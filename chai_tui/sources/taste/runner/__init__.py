"""Handed over to the interpreter that has the function; ``_chai_taste`` is all that is in here.

This folder goes to the end of that interpreter's ``sys.path``, so that its worker processes and
interpreters find ``_chai_taste``, too, and nothing of chai-tui beside it. Nothing here may need
more than the standard library of Python 3.9, nor know anything of :mod:`chai_tui`.
"""
