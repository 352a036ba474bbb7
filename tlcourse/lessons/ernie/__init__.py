"""Lesson 15, ERNIE 2.0."""
