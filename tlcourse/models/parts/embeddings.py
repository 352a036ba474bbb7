"""The input of a Transformer: token + position, and for BERT + segment, for ERNIE + task.

Taught in lesson *BERT*.
"""

import torch
from torch import Tensor, nn


class TransformerEmbeddings(nn.Module):
    """The sum of one learned vector per token, position, segment (BERT) and pretraining task (ERNIE).

    Radford et al. 2018, section 3.1, equation 2 (token + position); Devlin et al. 2019, section 3 and figure
    2 (+ segment); Sun et al. 2020, section "Model structure" (+ task). BERT and ERNIE normalise the sum,
    GPT does not.
    """

    def __init__(
        self,
        vocab_size: int,
        hidden_size: int,
        max_position_embeddings: int,
        type_vocab_size: int = 0,
        task_type_vocab_size: int = 0,
        layer_norm_eps: float | None = None,
        hidden_dropout_prob: float = 0.0,
    ):
        super().__init__()
        self.word = nn.Embedding(vocab_size, hidden_size)
        self.position = nn.Embedding(max_position_embeddings, hidden_size)
        self.token_type = nn.Embedding(type_vocab_size, hidden_size) if type_vocab_size else None
        self.task_type = nn.Embedding(task_type_vocab_size, hidden_size) if task_type_vocab_size else None
        self.norm = nn.Identity() if layer_norm_eps is None else nn.LayerNorm(hidden_size, eps=layer_norm_eps)
        self.dropout = nn.Dropout(hidden_dropout_prob)

    def forward(
        self, input_ids: Tensor, token_type_ids: Tensor | None = None, task_type_ids: Tensor | None = None
    ) -> Tensor:
        """`input_ids`, `token_type_ids`, `task_type_ids` (B, T) → (B, T, H). The last two default to 0.

        Raises ValueError if the sequences are longer than there are positions.
        """
        length, longest = input_ids.shape[1], self.position.num_embeddings
        if length > longest:
            raise ValueError(
                f"the sequences have {length} tokens, but this model has learned {longest} positions: "
                f"truncate them (max_length={longest}) or split them."
            )
        x = self.word(input_ids) + self.position(torch.arange(length, device=input_ids.device))  # (B, T, H)
        for table, ids in ((self.token_type, token_type_ids), (self.task_type, task_type_ids)):
            if table is not None:
                x = x + table(torch.zeros_like(input_ids) if ids is None else ids)
        return self.dropout(self.norm(x))
