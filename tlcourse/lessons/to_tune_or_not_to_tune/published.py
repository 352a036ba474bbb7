"""The papers' own figures, with their tables."""

DEVLIN = "Devlin et al. 2019"
# BERT-base on CoNLL-2003's development part, F1 (their table 7): frozen states under a BiLSTM.
BERT_BASE = {
    "embeddings": 0.910,
    "second-to-last": 0.956,
    "last": 0.949,
    "sum of last four": 0.959,
    "concatenation of last four": 0.961,
    "weighted sum of all": 0.955,
    "fine-tuned": 0.964,
}
BERT_BASE_TEST = 0.924  # fine-tuned, test part (their table 7)
SQUAD, SQUAD_QUESTIONS = 0.808, 87_599  # BERT-base's exact match (table 2), training questions of SQuAD 1.1
ELMO_TEST = 0.922  # frozen, under an LSTM and a CRF (Peters et al. 2018, table 4 of NAACL; in BERT's table 7)
PETERS = "Peters, Ruder and Smith 2019"
