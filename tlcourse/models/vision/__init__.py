"""Image networks, as a chain of depths and a classifier."""
