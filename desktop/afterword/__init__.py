"""Afterword: a desktop writing assistant whose language model lives on the writer's own machine."""

__version__ = "0.1.0"
