"""The composition root: builds the objects of the rooms and connects them. Nothing else does."""

from afterword.app.desk import Desk

__all__ = ["Desk"]
