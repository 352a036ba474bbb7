"""Text with code and stress as HTML."""

import pytest

from tlcourse.exercises.marked_up import as_html, without_marks


@pytest.mark.parametrize(
    ("text", "html", "plain"),
    [
        ("each word *as it is spelt*", "each word <em>as it is spelt</em>", "each word as it is spelt"),
        ("a * b * c and 2*3*4", "a * b * c and 2*3*4", "a * b * c and 2*3*4"),
        ("`x * y` and *`y`*", "<code>x * y</code> and *<code>y</code>*", "x * y and *y*"),
        ("a < b & `c > d`\nnext", "a &lt; b &amp; <code>c &gt; d</code><br>next", "a < b & c > d\nnext"),
        ("call f(*args, **options)", "call f(*args, **options)", "call f(*args, **options)"),
    ],
)
def test_marked_up(text, html, plain):
    assert as_html(text) == html
    assert without_marks(text) == plain
