"""`check_proof`: lines to links, what holds between them, and where the first break is."""

import pytest

from grader.proof import check_proof

CASES = [
    # lines, assume, relations, first break
    (["(x-1)(x+4)", "= x^2 - x + 4x - 4", "= x^2 + 3x - 4"], {}, [None, "equal", "equal"], None),
    (["(x-1)(x+4)", "= x^2 - x + 4x - 4", "= x^2 + 3x - 3"], {}, [None, "equal", "fails"], 2),
    (["2x + 3 = 7", "2x = 4", "x = 3", "x + 1 = 4"], {}, [None, "equivalent", "fails", "equivalent"], 2),
    (["y^2 = 9", "y = 3"], {}, [None, "implied_by"], 1),
    (["y^2 = 9", "y = 3"], {"y": "positive"}, [None, "equivalent"], None),
    (["Let y > 0", "y^2 = 9", "y = 3"], {}, [None, None, "equivalent"], None),
    (["y = 3", "y^2 = 9"], {}, [None, "implies"], None),
]


@pytest.mark.parametrize(("lines", "assume", "relations", "first"), CASES)
def test_steps(lines, assume, relations, first):
    proof = check_proof(lines, assume=assume)
    assert [s and s.relation for s in proof.steps] == relations
    assert proof.first_break == first
