"""What several systems are built of: attention, Transformer blocks, embeddings, an LSTM."""
