"""One vector per word: counts, word2vec, GloVe, fastText."""
