"""Room of lesson Serving embeddings: its server, its clients, its widgets, its figures, its exercises."""
