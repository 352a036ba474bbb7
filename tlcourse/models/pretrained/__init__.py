"""Trained weights by name: the course's own zoo, and the encoders that others trained."""
