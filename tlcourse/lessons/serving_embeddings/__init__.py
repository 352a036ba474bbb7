"""Room of lesson Serving embeddings: its server, its search box, its dial, its figures, its sentences, its exercises."""
