"""Mutations: the product broken on purpose, one small edit at a time; a test must fail for each.

``python -m tests.mutations`` applies them to a copy and says which no test notices.
"""
