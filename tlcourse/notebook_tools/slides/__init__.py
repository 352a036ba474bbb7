"""Slides of a lesson, made of its own built cells: one file each, with speaker notes, whole."""
