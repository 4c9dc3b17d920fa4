"""Values that a text takes back where it states them earn nothing; a denial of something else costs nothing."""

import pytest

from grader.final import compare_final
from grader.verify import verify

TAKEN_BACK = [
    '5 is wrong', "the answer isn't x=5", 'It is not x = 5.', 'The answer is not 5', "the answer isn't 5", 'anything but 5', 'It is not 5.', '5 is incorrect.', '5 is false', 'Not 5.',
    'I doubt that the answer is 5.', "The answer can't be 5.", 'The answer cannot be 5.', 'It is not true that the answer is 5.',
    'If the answer is 5, then we have a contradiction.', 'Suppose the answer is 5.', 'Suppose the answer were 5. That is absurd.',
    'Is the answer 5?', 'The answer is 5?', 'Some say the answer is 5, but they are wrong.', 'The answer would be 5 if x were 0.',
    'I got 5. 5 is wrong.', 'I got 5, which is wrong.', 'I got 5 but this is incorrect.', 'We get x = 5, which is impossible.',
    'We get x = 5, a contradiction.', 'x = 5 is extraneous.', 'x = 5 (rejected)', 'The answer is different from 5.', 'everything except 5',
    'any number other than 5', 'The answer is never 5.', 'The answer is neither 5 nor 6.', 'The answer is less than 5.',
    'The answer is at least 5.', 'The answer is between 5 and 7.', 'The answer is close to 5 but not equal.', '$x \\neq 5$', 'x != 5',
    'no solution except 5', '\\boxed{5} is wrong.', '\\boxed{5} is not the answer.', 'The answer is not \\boxed{5}.',
    'I do not think it is \\boxed{5}.', '\\boxed{5}? No, that cannot be.', 'Answer: 5 (wrong)', 'Answer: not 5', "Answer: 5? I don't know.",
    'The answer is unlikely to be 5.', 'The answer is 5 or maybe 6.', '5 is far from the answer', "It isn't 5", "it's definitely not 5",
    'The wrong answer is 5.', 'An incorrect answer is 5.', 'My old answer was 5.', 'The answer is rumoured to be 5, however it is 6.',
    'The previous answer, 5, is retracted.', 'The answer is no longer 5.', '~~5~~', 'The answer is 5 divided by 0.', 'The answer is minus 5.',
    'The answer is 5 times x.', 'The answer is 5 more than x.', 'There are 5 wrong answers.', 'This is question 5.', 'I scored 5 points.',
    'The answer is on page 5.', '\\cancel{5}', '5̸', '5 5', 'The answer is 5 6', '5 apples and 6 pears',
]
STATED = [
    'The answer is 5.', 'The answer is not 6; it is 5.', 'Since x is not zero, x = 5.', 'We do not need the second case, so the answer is 5.',
    '6 is wrong; the answer is 5.', 'I first got 6, which is wrong. The answer is 5.', 'x = 6 is extraneous, so x = 5.', '\\boxed{5}, not 6.',
    'The wrong sign gives 6. The correct answer is 5.', 'So the answer is \\boxed{5}. Note that 6 is not possible.',
    'It cannot be negative, so it is 5.', 'Therefore x = 5, which is not negative.', 'x=5', 'Answer: 5', 'The final answer is $5$.',
    'This is not hard: 5.', 'There is no other solution, so x = 5.', 'x = 5 is the only solution.',
]


@pytest.mark.parametrize("text", TAKEN_BACK)
def test_what_is_taken_back_is_not_credited(text):
    assert compare_final("5", text).equal is not True


@pytest.mark.parametrize("text", STATED)
def test_what_is_stated_is_credited(text):
    assert compare_final("5", text).equal is True


@pytest.mark.parametrize("answer", ["\u202e89\u202c", "$89$ $ 1$", "\\cancel{89}"])
def test_a_guess_is_no_verdict(answer):
    assert verify("89", answer).equal is None
    assert verify("98", answer).equal is None
