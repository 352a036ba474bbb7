"""One thread inside, as before outside, also where blocks overlap."""

import threading

import pytest
import torch

from tlcourse.threads import single_thread


@pytest.fixture(autouse=True)
def three_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def test_it_is_put_back_also_after_an_error():
    with single_thread():
        assert torch.get_num_threads() == 1
        with single_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 3
    with pytest.raises(ZeroDivisionError), single_thread():
        1 / 0  # noqa: B018
    assert torch.get_num_threads() == 3


def test_overlapping_blocks_end_as_they_began():
    entered, leave = threading.Event(), threading.Event()
    seen = []

    def other():
        with single_thread():
            seen.append(torch.get_num_threads())
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    with single_thread():
        thread.start()
        assert entered.wait(10)
    leave.set()  # the one that came second leaves last
    thread.join()
    assert seen == [1]
    fresh = []
    check = threading.Thread(target=lambda: fresh.append(torch.get_num_threads()))
    check.start()
    check.join()
    assert fresh == [3]
