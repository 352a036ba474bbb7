"""Small tensors want one thread: a step of word2vec takes a millisecond, less than threads need to meet.

On a busy machine it is far worse: PyTorch's threads wait for each other by spinning, and a step of a
millisecond can take fifty. One thread also gives the same sums in the same order, so the same seed gives the
same vectors. To use two cores, train two models in two Python threads.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_inside = 0
_before = 1


@contextmanager
def single_thread() -> Iterator[None]:
    """Run the block's tensor operations on one thread; afterwards, all is as before.

    Blocks may overlap in several Python threads: the last one out restores what the first one found.
    """
    global _inside, _before
    with _lock:
        if _inside == 0:
            _before = torch.get_num_threads()
        _inside += 1
    torch.set_num_threads(1)  # for this thread, and for those that start later
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                torch.set_num_threads(_before)
