"""Looking inside: what vectors, layers and attention heads know."""
