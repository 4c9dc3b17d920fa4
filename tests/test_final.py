"""The final answer in a text: found, laid out, compared; and the functions that training code calls."""

import json
import pickle
import threading
import time

import pytest

from grader import rewards
from grader.final import compare_final, parsed
from grader.pairs import decide_line
from grader.reading.final import snippet, tidy
from grader.reading.units import read_unit, split
from grader.replay.units import named

T, F, N = True, False, None
FN, TN = (F, N), (T, N)
ROWS = [  # reference, answer, equal (or several that are allowed)
("42", "#### 42", T), ("42", "Let's see. 6*7 = 42.\n#### 42", T), ("42", "The total is 6*7 = 42.\n#### 43", F),
("42", "**Final Answer:** 42", T), ("42", "**Answer:** $42$", T), ("42", "Answer: 42", T), ("42", "The answer is $\\boxed{42}$.", T),
("42", "so x = 21 and then 2x = 42. \\boxed{42}", T), ("42", "\\boxed{41}\nWait, that is wrong.\n\\boxed{42}", T),
("42", "\\boxed{42}\nWait, that is wrong.\n\\boxed{41}", F),
("\\frac{3}{4}", "\\boxed{\\frac{3}{4}}", T), ("\\frac{3}{4}", "\\boxed{\\dfrac34}", T), ("3/4", "\\boxed{0.75}", T), ("3/4", "\\boxed{75\\%}", T),
("1,000", "\\boxed{1000}", T), ("1000", "\\boxed{1{,}000}", T), ("1000", "\\boxed{1\\,000}", T), ("$1,234.50", "1234.5", T),
("1234.5", "\\boxed{\\$1{,}234.50}", T),
("x=5", "\\boxed{5}", T), ("5", "\\boxed{x=5}", T), ("5", "\\boxed{x=6}", F), ("x=5", "\\boxed{x = 5}", T), ("5", "$x = 5$", T),
("C", "The correct option is (C).", T), ("C", "The correct option is (B).", F), ("(C)", "C", T), ("C", "\\boxed{C}", T),
("C", "\\boxed{\\text{(C)}}", T), ("C", "Answer: C. Paris", T), ("C", "The answer is (C) 45", T), ("B", "\\boxed{\\textbf{(C) }45}", F),
("45", "\\boxed{\\textbf{(C) }45}", T),
("\\textbf{(C)}\\ 45", "45", T), ("C", "\\boxed{c}", N),
("90^\\circ", "\\boxed{90}", T), ("90", "\\boxed{90^\\circ}", T), ("90^\\circ", "\\boxed{\\frac{\\pi}{2}}", T), ("90", "\\boxed{91^\\circ}", F),
("10 cm", "\\boxed{10\\text{ cm}}", T), ("10 cm", "\\boxed{100\\text{ mm}}", T), ("10 cm", "\\boxed{10\\text{ m}}", F), ("10 cm", "\\boxed{10}", N),
("10", "\\boxed{10\\text{ cm}}", T), ("10", "\\boxed{10\\text{ apples}}", T), ("10 apples", "10 oranges", N),
("10 \\text{ kg}", "\\boxed{10\\text{ m}}", F),
("5\\text{ m/s}", "\\boxed{18\\ \\mathrm{km/h}}", T), ("20^\\circ C", "\\boxed{293.15\\text{ K}}", T), ("5 m/s^2", "5 m s^{-2}", T),
("\\{1,2\\}", "\\boxed{\\{2,1\\}}", T), ("1,2", "\\boxed{2, 1}", T), ("1,2", "\\boxed{1}", F), ("1", "\\boxed{1,2}", F),
("1, 2", "x = 1 \\text{ or } x = 2", T), ("\\{1,2\\}", "\\boxed{x=1 \\text{ or } x=2}", T),
("(1,2)", "\\boxed{(1,2)}", T), ("(1,2)", "\\boxed{(2,1)}", F), ("(1,2)", "\\boxed{(x,y)=(1,2)}", T), ("(1,2)", "\\boxed{x=1, y=2}", T),
("(1,2)", "\\boxed{[1,2]}", (N, F)),
("[1,2]", "\\boxed{1\\le x\\le 2}", T), ("(1,2)", "\\boxed{1<x<2}", (N, T)), ("(-\\infty,2)", "\\boxed{x<2}", T), ("x<2", "\\boxed{(-\\infty,2)}", T),
("x<2", "\\boxed{x\\le 2}", F),
("3:4", "\\boxed{3:4}", T), ("3:4", "\\boxed{6:8}", T), ("3:4", "\\boxed{4:3}", F), ("3:4", "\\boxed{\\frac34}", T), ("1:2:3", "\\boxed{2:4:6}", T),
("1:2:3", "\\boxed{1:2:4}", F),
("2:30", "\\boxed{2:30}", T), ("2:30 pm", "\\boxed{2:30\\text{ PM}}", T), ("2:30 pm", "2:30 am", F),
("1\\frac{1}{2}", "\\boxed{\\frac{3}{2}}", T), ("1 1/2", "\\boxed{1.5}", T), ("3/2", "\\boxed{1\\frac12}", T),
("March 3", "\\boxed{\\text{March 3}}", T), ("March 3", "\\boxed{\\text{March 4}}", (F, N)), ("Saturday", "The answer is Saturday.", T),
("Saturday", "The answer is Sunday.", (F, N)), ("even", "\\boxed{\\text{even}}", T), ("even", "\\boxed{\\text{odd}}", F),
("Yes", "\\boxed{\\text{Yes}}", T), ("Yes", "\\boxed{\\text{No}}", F), ("yes", "Yes", T), ("True", "\\boxed{\\text{True}}", T),
("True", "\\boxed{\\text{False}}", F),
("dog", "god", (F, N)), ("no solution", "\\boxed{\\text{No solution}}", T), ("no solution", "\\boxed{\\emptyset}", T),
("\\emptyset", "\\boxed{\\text{no real solutions}}", T), ("\\infty", "\\boxed{\\infty}", T), ("all real numbers", "\\boxed{\\mathbb{R}}", T),
("\\mathbb{R}", "\\boxed{(-\\infty,\\infty)}", T),
("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\boxed{\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}}", T),
("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\boxed{\\begin{bmatrix}1&2\\\\3&5\\end{bmatrix}}", F),
("101_2", "\\boxed{101_2}", T), ("101_2", "\\boxed{110_2}", F), ("101_2", "\\boxed{5}", N), ("5", "\\boxed{101_2}", N), ("204_5", "204_6", (F, N)),
("y=2x+1", "\\boxed{y = 2x + 1}", T), ("y=2x+1", "\\boxed{2x - y + 1 = 0}", T), ("y=2x+1", "\\boxed{2x+1}", T), ("y=2x+1", "\\boxed{y=2x-1}", F),
("2x+1", "f(x)=2x+1", T),
("7", "\\boxed{2x+3=7}", (N, F)), ("x^2", "\\boxed{x^2+C}", F), ("28\\%", "\\boxed{28}", N), ("28", "\\boxed{28\\%}", N),
("28\\%", "\\boxed{0.28}", T), ("28\\%", "\\boxed{29}", F),
("\\pm 3", "\\boxed{3,-3}", T), ("3,-3", "\\boxed{\\pm 3}", T), ("\\pm 3", "\\boxed{3}", F), ("3", "\\boxed{\\pm 3}", F),
("5", "The answer is either 5 or 6.", (N, F)), ("5", "\\boxed{5} or \\boxed{6}", (N, F)), ("5", "I think the answer is 5, but it might be 6.", (N,)),
("5", "The final answer is $5$. I hope it is correct.", T), ("5", "<think> maybe \\boxed{7} </think> The answer is \\boxed{5}", T),
("5", "<think> maybe \\boxed{5} </think> The answer is \\boxed{7}", F),
("5", "\\boxed{5}. Final Answer: The final answer is 6.", N), ("5", "", N), ("5", "I don't know", N), ("5", "No idea \\boxed{}", N),
("2\\sqrt{3}", "\\boxed{2\\sqrt3}", T), ("2\\sqrt{3}", "\\boxed{\\sqrt{12}}", T), ("2\\sqrt{3}", "\\boxed{3.46}", F),
("\\frac{\\pi}{4}", "$\\pi/4$", T), ("e", "\\boxed{e}", T), ("i", "\\boxed{i}", T), ("-1", "\\boxed{i^2}", T),
("10", "Therefore, the number of ways is $\\binom{5}{2} = 10$.", T), ("10", "There are $5$ men and $2$ women, so there are $10$ ways.", T),
("12", "Hence, 3 x 4 = 12 eggs are left.", T),
("8", "Jane has 5 + 3 = 8 apples. So the answer is 8 apples.", T), ("8", "Jane has 8 apples left", T),
("18", "She makes 9 * 2 = $<<9*2=18>>18 every day at the farmer's market.\n#### 18", T),
("540", "He runs 3*3=9 sprints a week. So he runs 9*60=540 meters a week.\nThe answer is 540 meters.", T), ("70000", "The profit is $70,000.", T),
("-3", "The minimum value is $-3$.", T),
("\\frac{1}{3}", "Thus the probability is $\\frac{1}{3}$, i.e. about 33%.", (T, N)),
("0.33", "Thus the probability is about $\\frac{1}{3}$.", (F, N)),
("n^2+n", "The sum is $2 + 4 + \\cdots + 2n = n(n+1)$.", T), ("(x+2)(x-3)", "$$x^2-x-6 = (x+2)(x-3)$$", T),
("4", "$\\boxed{4}$ and that's the answer to part 2", T),
("16", "**Step 1:** compute $4^2$.\n\n**Step 2:** we get 16.\n\n**Answer: 16**", T), ("A", "**Answer: A**", T), ("A", "Option A is correct.", T),
("D", "The best answer is D because ...", T), ("B", "A", F),
("x \\in [-2,7]", "[-2, 7]", T), ("x>3", "\\boxed{(3, \\infty)}", T), ("(3,\\infty)", "\\boxed{x \\geq 3}", F),
("-2,5", "\\boxed{x=-2}\\text{ and }\\boxed{x=5}", T), ("-2,5", "x = -2 \\text{ and } x = -5", F),
("11,111,111,100", "\\boxed{11111111100}", T), ("2^{10}", "\\boxed{1024}", T), ("1024", "\\boxed{2^{10}}", T), ("6.02\\times10^{23}", "6.02e23", T),
("10^{-20}", "10^{-21}", F), ("0.000001", "0.000002", F),
("\\text{(A)}", "\\text{(B)}", F), ("14", "$\\boxed{14\\pi}$", F), ("\\$5", "\\boxed{5\\text{ dollars}}", T), ("50 cents", "\\boxed{\\$0.50}", T),
("\\$0.50", "\\boxed{50}", F), ("3 hours", "\\boxed{180\\text{ minutes}}", T), ("180", "\\boxed{3\\text{ hours}}", F),
    ("12", "To find the total, we add:\n\n\\[ 5 + 7 = 12 \\]\n\nTherefore, there are **12** apples.", T),
    ("12", "Step 1: ...\nStep 2: ...\n\n**Final Answer**\n\\[\n\\boxed{12}\n\\]", T),
    ("12", "### Final Answer\n\n$$12$$", T), ("12", "## Answer\n12", T), ("12", "Answer:\n\n$12$", T), ("12", "Final answer: \\(12\\)", T),
    ("12", "FINAL ANSWER: 12", T),
    ("12", "The final answer is: $\\boxed{12}$. I hope it is correct.", T), ("12", "The answer is therefore 12.", T),
    ("12", "So the answer is 12!",(N,F,T)),
    ("12", "```\nprint(12)\n```\nOutput: 12\nThe answer is \\boxed{12}", T), ("12", "{\"answer\": 12}", (T, N)), ("12", "<answer>12</answer>",(T,)),
    ("12", "<answer>\\boxed{12}</answer>", T), ("13", "<answer>12</answer>", F),
    ("5", "(a) 3 (b) 5. The answer to (b) is 5.", T), ("-5", "The answer is $-5$.", T), ("-5", "The answer is –5.", T), ("-5", "\\boxed{−5}", T),
    ("5", "\\boxed{+5}", T),
    ("1/2", "\\boxed{½}", T), ("1/2", "½", T), ("0.5", "The probability is 1/2, or 50%.", (T, N)), ("1/2", "The probability is \\frac{1}{2}", T),
    ("\\sqrt{2}", "\\boxed{\\sqrt2}", T), ("\\sqrt{2}", "√2", T), ("\\sqrt{2}", "1.414", F), ("\\pi", "3.14159", F), ("2\\pi", "\\boxed{2\\pi}", T),
    ("2\\pi", "6.28", F),
    ("x^2+3x+2", "f(x) = \\boxed{x^2 + 3x + 2}", T), ("x^2+3x+2", "(x+1)(x+2)", T), ("x^2+3x+2", "(x+1)(x+3)", F), ("x^2+3x+2", "x² + 3x + 2", T),
    ("\\frac{x+1}{x-1}", "\\boxed{\\frac{1+x}{x-1}}", T), ("\\frac{x+1}{x-1}", "-\\frac{x+1}{1-x}", T), ("\\frac{x+1}{x-1}", "\\frac{x-1}{x+1}", F),
    ("\\{1,2,3\\}", "\\{1, 2, 3\\}", T), ("\\{1,2,3\\}", "\\boxed{1,2,3}", T), ("\\{1,2,3\\}", "\\boxed{\\{3,2,1\\}}", T),
    ("\\{1,2,3\\}", "\\boxed{\\{1,2\\}}", F), ("1,2,3", "{1,2,3}", T),
    ("(-\\infty,0)\\cup(0,\\infty)", "\\boxed{(-\\infty,0)\\cup(0,\\infty)}", T), ("(-\\infty,0)\\cup(0,\\infty)", "x \\neq 0", T),
    ("(-\\infty,0)\\cup(0,\\infty)", "\\mathbb{R}\\setminus\\{0\\}", T), ("(-\\infty,0)\\cup(0,\\infty)", "\\mathbb{R}", F),
    ("[0,1]", "0 \\le x \\le 1", T), ("[0,1]", "0 < x < 1", F), ("[0, 1)", "$x\\in[0,1)$", T), ("(2,\\infty)", "\\boxed{x > 2}", T),
    ("x>2", "\\boxed{2 < x}", T), ("-1<x<1", "|x|<1", T), ("x<-3", "2x<-6", N),
    ("(3,-2)", "The vertex is at $(3, -2)$.", T), ("(3,-2)", "The vertex is $(3,2)$.", F), ("(3,-2)", "x=3,\\ y=-2", T), ("(3,-2)", "(-2,3)", F),
    ("\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}", "\\boxed{\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}}", T),
    ("\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}", "\\begin{bmatrix} 2 \\\\ 1 \\end{bmatrix}", F),
    ("3+4i", "\\boxed{4i+3}", T), ("3+4i", "3-4i", F), ("i", "\\sqrt{-1}", T), ("e^{i\\pi}", "-1", T), ("2i", "\\sqrt{-4}", T),
    ("120^\\circ", "120 degrees", T), ("120^\\circ", "\\boxed{120}", T), ("120^\\circ", "\\frac{2\\pi}{3}", T), ("\\frac{\\pi}{6}", "30^\\circ", T),
    ("\\frac{\\pi}{6}", "30", F),
    ("\\$45", "45 dollars", T), ("\\$45.00", "45", T), ("45", "\\$45", T), ("45 cents", "\\$0.45", T), ("\\$1,000,000", "1 million dollars", (T, N)),
    ("25\\%", "25 percent", T), ("25\\%", "0.25", T), ("25\\%", "1/4", T), ("25\\%", "2.5", F),
    ("5:3", "5 to 3", (T, N)), ("5:3", "\\frac{5}{3}", T), ("5:3", "3:5", F), ("10:15", "2:3", (T, N)),
    ("7:30", "7:30", T), ("7:30 PM", "7:30 p.m.", T), ("7:30 AM", "7:30 PM", F),
    ("Monday", "The day is Monday.", T), ("Monday", "\\boxed{\\text{Tuesday}}", (F, N)), ("no", "\\boxed{\\text{No}}", T),
    ("yes", "\\boxed{\\text{no}}", F), ("True", "true", T), ("circle", "\\boxed{\\text{circle}}", T), ("circle", "\\text{an ellipse}", (F, N)),
    ("\\text{ellipse}", "\\text{Ellipse}", T),
    ("Alice", "Alice", T), ("Alice", "Bob", (F, N)), ("Evelyn", "\\boxed{\\text{Evelyn}}", T), ("\\text{Evelyn}", "Evelyn", T),
    ("B", "The correct answer is **B**.", T), ("B", "**B**", T), ("B", "(B) 3/4", T), ("B", "\\boxed{\\textbf{B}}", T),
    ("B", "The answer is \\boxed{\\text{B}) 12}", T), ("B", "Answer: **(B)**", T), ("B", "I would choose option B because it is right.", (T, N)),
    ("B", "Both A and B are wrong; answer: C", F), ("A", "A and B", (F, N)), ("AB", "A, B", (N, F)), ("A,C", "A and C", T),
    ("10", "10.0", T), ("10", "10.", T), ("10", "1e1", T), ("0.1", "\\frac{1}{10}", T), ("1.5\\times10^{-3}", "0.0015", T),
    ("1.5\\times10^{-3}", "1.5e-3", T), ("1.6\\times10^{-19}", "9.1\\times10^{-31}", F),
    ("2^{100}", "1267650600228229401496703205376", T), ("2^{100}", "1267650600228229401496703205377", F), ("100!", "99! \\cdot 100", T),
    ("\\binom{10}{3}", "120", T), ("\\frac{1}{2004!}", "\\frac{1}{2006!}", F),
    ("n(n+1)/2", "\\frac{n^2+n}{2}", T), ("\\ln 2", "\\log 2", (T, N)), ("\\log_2 8", "3", T), ("\\frac{\\ln 3}{\\ln 2}", "\\log_2 3", T),
    ("y = 2x + 1", "2x+1", T), ("y = 2x + 1", "y - 1 = 2x", T), ("y = 2x + 1", "y=2x-1", F), ("x^2+y^2=4", "x^2 + y^2 - 4 = 0", T),
    ("x^2+y^2=4", "x^2+y^2=2", F),
    ("x=1,y=2", "(1,2)", T), ("x=1, y=2", "y=2, x=1", T), ("x=1, y=2", "x=2, y=1", F), ("x = 2 \\text{ or } x = 3", "2, 3", T),
    ("x=2", "x=2, x=3", F), ("2", "x=2 or x=-2", F),
    ("\\frac{3}{2}", "1.5", T), ("\\frac{3}{2}", "3/2 cm", T), ("\\frac{3}{2}", "1\\frac{1}{2}", T), ("\\frac{3}{2}", "\\frac{2}{3}", F),
    ("2\\frac{3}{4}", "11/4", T), ("2\\frac{3}{4}", "\\frac{6}{4}", (F, N)),
    ("6\\text{ cm}^2", "6 \\text{ square centimeters}", T), ("6 cm^2", "6 cm", F), ("3.6 km/h", "1 m/s", T), ("1 kg", "1000 g", T),
    ("1 kg", "1000", F), ("100 \\text{ m}", "0.1 \\text{ km}", T), ("9.8 m/s^2", "9.8", N), ("12 inches", "1 foot", T),
    ("30 minutes", "0.5 hours", T), ("5 \\text{ years}", "5", (T, N)), ("5", "5 years old", T),
    ("0", "\\boxed{0}", T), ("0", "\\boxed{\\text{zero}}", (N, T)), ("\\text{DNE}", "\\text{does not exist}", (N, T)),
    ("\\text{undefined}", "\\boxed{\\text{undefined}}", T), ("\\infty", "-\\infty", F), ("\\infty", "+\\infty", T),
    ("4", "Let me check: 4^2 = 16. Yes. Hence x = 4 or x = -4. Since x > 0, the answer is $x=4$.", T),
    ("4", "Since $x>0$ we discard $x=-4$ and get $x = \\boxed{4}$.", T), ("4", "Thus $x = 2+2 = 4$.", T),
    ("4", "$x = 4$ is the solution, not $x = -4$.", (T, N)),
    ("4", "The answer could be 4.", (T, N)), ("4", "It is not 4.", (F, N)), ("4", "The answer is not 4 but 5.", (F, N)),
    ("4", "The answer is 4, not 5.", (T, N)), ("5", "The answer is 4, not 5.", (F, N)),
    ("17", "We find that 17 is the smallest such prime.", (T, N)), ("17", "The smallest such prime is 17, which is greater than 13.", T),
    ("17", "The sum is 8+9, i.e., 17", (T, N)),
    ("\\frac{2}{5}", "The probability is $\\frac{4}{10} = \\frac{2}{5}$.", T), ("\\frac{2}{5}", "$\\frac{4}{10}$", T),
    ("3", "$\\sqrt{9} = \\boxed{3}$", T), ("9", "$3^2 = \\boxed{9}$ square units", T),
    ("120", "$5! = 5 \\cdot 4 \\cdot 3 \\cdot 2 \\cdot 1 = 120$", T),
    ("8", "\\boxed{8}\\n\\nLet me double check. \\boxed{8}", T), ("8", "\\fbox{8}", T), ("8", "\\boxed 8", T), ("8", "$\\boxed{8}$.", T),
    ("8", "$\\boxed{ 8 }$", T), ("8", "\\boxed{\\displaystyle 8}", T), ("8", "\\boxed{\\mathbf{8}}", T), ("8", "\\boxed{8.}", T),
    ("8", "\\boxed{x=8}", T), ("8", "\\boxed{8 \\text{ units}}", T), ("8", "\\boxed{\\$8}", T), ("8", "\\boxed{8\\ \\text{cm}}", T),
    ("8", "\\boxed{\\text{The answer is }8}", (T, N)), ("8", "\\boxed{8\\%}", N), ("8", "\\boxed{80}", F), ("8", "\\boxed{}", N),
    ("8", "\\boxed{?}", N),
    ("x=5", "5", T), ("x=5", "x=6", F), ("x = 5", "y = 5", (N, F)), ("a=3,b=4", "3,4", T), ("a = 3, b = 4", "a=4, b=3", F),
    ("k=3", "k = \\boxed{3}", T),
    ("42", "\\boxed{1} \\boxed{2} \\boxed{42}", FN), ("42", "\\boxed{41 \\text{ or } 42}", FN), ("42", "\\boxed{\\text{any number}}", FN),
    ("42", "\\boxed{x}", FN), ("42", "\\boxed{n}", FN), ("42", "\\boxed{\\text{42 or 43}}", FN), ("42", "The answer is in {40,...,50}", FN),
    ("42", "\\boxed{42 \\text{ or } 43}", FN), ("42", "\\boxed{42, 43}", FN), ("42", "\\boxed{42 = 43}", FN), ("42", "\\boxed{\\{42, 43\\}}", FN),
    ("42", "\\boxed{[0,100]}", FN), ("42", "\\boxed{>0}", FN), ("42", "\\boxed{42 < x}", FN), ("42", "\\boxed{\\approx 42.3}", FN),
    ("42", "0 42 is the number of the universe but my answer is 7", FN),
    ("42", "\\boxed{0/0}", FN), ("42", "\\boxed{42 \\cdot \\frac{0}{0}}", FN), ("42", "\\boxed{42 + \\epsilon}", FN),
    ("42", "\\boxed{42.0000001}", FN), ("42", "\\boxed{\\text{the same as the reference}}", FN), ("42", "\\boxed{solution}", FN),
    ("42", "\\boxed{c}", FN), ("1", "\\boxed{x/x}", (T, F, N)), ("0", "\\boxed{x-x}", (T, F, N)), ("x", "\\boxed{y}", F),
    ("C", "\\boxed{A, B, C, D}", FN), ("C", "A B C D", FN), ("C", "\\boxed{\\text{A or C}}", FN), ("C", "\\boxed{\\text{not } C}", FN),
    ("42", "I refuse to answer.", N), ("42", "The question is 42 pages long.", FN), ("42", "42?", (T, N, F)), ("7", "Question 7: I do not know", FN),
    ("3", "Step 3", FN), ("3", "3. I don't know.", FN), ("2", "There are 2 cases but I cannot finish", FN),
    ("yes", "\\boxed{\\text{yes and no}}", FN), ("True", "\\boxed{\\text{True or False}}", FN), ("even", "\\boxed{\\text{neither even nor odd}}", FN),
    ("\\emptyset", "\\boxed{0}", FN), ("0", "\\boxed{\\emptyset}", FN), ("\\infty", "\\boxed{1/0}", FN), ("no solution", "\\boxed{0}", FN),
    ("(1,2)", "\\boxed{(1,2,3)}", F), ("(1,2)", "\\boxed{\\{1,2\\}}", FN), ("\\{1,2\\}", "\\boxed{(1,2)}", FN), ("[1,2)", "\\boxed{(1,2]}", F),
    ("(1,2)", "\\boxed{\\langle 1,2\\rangle}", TN),
    ("\\frac12", "\\boxed{\\frac{1}{2}x}", F), ("2x", "\\boxed{2}", F), ("2x+C", "\\boxed{2x}", FN), ("x^2+C", "\\boxed{x^2+K}", FN),
    ("x^2+C", "\\boxed{x^2+C}", T), ("e^x", "\\boxed{e^y}", F),
    ("17", "**17**", T), ("17", "*17*", TN), ("17", "_17_", TN), ("17", "`17`", T), ("17", "17\n", T), ("17", "Answer - 17", TN),
    ("17", "ANSWER: $17$.", T), ("17", "The result is 17.", T), ("17", "Result: 17", T),
    ("17", "Thus, the total is $8 + 9 = \\boxed{17}$ apples.", T), ("17", "So we have 17 apples in total.", T), ("17", "Therefore, $n = 17$.", T),
    ("17", "Hence the value is \\( 17 \\).", T), ("17", "$\\implies n = 17$", T), ("17", "$\\therefore n=17$", T), ("17", "n = 8 + 9\n  = 17", T),
    ("17", "\\begin{align*} n &= 8+9 \\\\ &= 17 \\end{align*}", T), ("17", "$$\\begin{aligned} n &= 8+9 \\\\ &= \\boxed{17} \\end{aligned}$$", T),
    ("\\frac{5}{6}", "P = 1 - 1/6 = 5/6", T), ("\\frac{5}{6}", "\\boxed{P(A)=\\frac{5}{6}}", T), ("\\frac{5}{6}", "\\boxed{\\approx 0.8333}", F),
    ("\\frac{5}{6}", "\\boxed{\\frac{5}{6} \\approx 0.833}", TN), ("0.83", "\\boxed{0.83}", T),
    ("2\\sqrt{3}+1", "\\boxed{1+2\\sqrt{3}}", T), ("\\frac{1}{\\sqrt2}", "\\boxed{\\frac{\\sqrt2}{2}}", T),
    ("\\frac{1+\\sqrt5}{2}", "\\boxed{\\phi}", FN), ("4\\pi r^2", "\\boxed{4\\pi r^{2}}", T), ("A=\\pi r^2", "\\pi r^2", T),
    ("\\frac{a}{b}", "\\boxed{a/b}", T), ("ab", "\\boxed{ba}", T), ("2^n-1", "\\boxed{2^{n}-1}", T), ("n!", "\\boxed{n(n-1)!}", TN),
    ("12\\text{ cm}", "\\boxed{12 \\mathrm{~cm}}", T), ("12\\text{ cm}", "\\boxed{12\\,\\text{cm}}", T), ("12\\text{ cm}", "12 centimeters", T),
    ("12\\text{ cm}", "12 cm^2", F), ("12\\text{ cm}", "0.12 m", T), ("3\\text{ hours }", "3 hrs", T), ("60 mph", "60 miles per hour", T),
    ("60 mph", "88 ft/s", T), ("5 N", "5 kg m/s^2", T), ("4\\ \\Omega", "4 ohms", T), ("2.5 \\times 10^3 J", "2.5 kJ", T), ("1.5 L", "1500 mL", T),
    ("25^\\circ C", "25°C", T), ("25^\\circ C", "298.15 K", T), ("25^\\circ C", "25^\\circ F", F), ("45^\\circ", "45", T), ("45^\\circ", "\\pi/4", T),
    ("x^2 - 4 = (x-2)(x+2)", "(x-2)(x+2)", TN), ("(x-2)(x+2)", "x^2-4", T), ("x=-2, 2", "x=\\pm 2", T), ("\\pm 2", "2,-2", T),
    ("x=\\pm2", "-2 \\text{ and } 2", T), ("\\{-2,2\\}", "x=2 or x=-2", T),
    ("1,2,\\ldots,n", "1,3,5,\\ldots,2n-1", FN), ("1-1/e", "1+1/e", F), ("3x-y+13=0", "3x+4y+14=0", F), ("5x-2y=1", "5x+2y=1", F), ("50", "50\\%", N),
    ("0.5", "50\\%", T), ("a", "A", FN), ("10 cm", "10 m", F), ("204_5", "204_6", FN), ("4", "4\\sqrt(2)", FN), ("1331 and 1728", "1728", FN),
    ("1728", "1331 and 1728", FN),
    ("\\begin{bmatrix}1\\\\2\\end{bmatrix}", "(1,2)", TN), ("\\begin{bmatrix}1&0\\\\0&1\\end{bmatrix}", "I", FN),
    ("\\left(\\frac12,3\\right)", "(0.5, 3)", T), ("-\\frac{1}{3}", "\\frac{-1}{3}", T), ("-\\frac{1}{3}", "\\frac{1}{-3}", T),
    ("\\frac{\\sqrt{3}}{2}", "\\sin 60^\\circ", T), ("\\frac{\\sqrt{3}}{2}", "\\sin(60)", F), ("\\text{Friday}", "Friday", T),
    ("\\text{(E)}", "E", T), ("E", "e", N), ("\\mathrm{(B)}", "B", T), ("9", "nine", TN), ("1:2", "0.5", T), ("1/2", "1:2", T),
    ("6, 8, 10", "10, 8, 6", N), ("6, 8, 10", "6, 8 and 10", T), ("6,8", "8,6", T), ("(6,8),(8,6)", "(8,6),(6,8)", T), ("\\frac{1}{2},1", "1,0.5", T),
    ("x=6,8,10", "x=10,8,6", T),
    ("\\frac{7}{12}", "**Solution.** We have $P = \\frac{1}{3}+\\frac14$. Adding, $P=\\frac{7}{12}$. $\\blacksquare$", T),
    ("\\frac{7}{12}", "We compute:\n1. First, 1/3 = 4/12.\n2. Then 1/4 = 3/12.\n3. Total 7/12.\n\nThe probability is 7/12.", T),
    ("8\\pi", "The area is $8\\pi$ square units.", T), ("8\\pi", "The area is $\\boxed{8\\pi\\text{ cm}^2}$.", T),
    ("8\\pi \\text{ cm}^2", "$\\boxed{8\\pi\\text{ cm}^2}$", T),
    ("\\$12.50", "Each ticket costs \\$12.50.", T), ("12.5", "Each ticket costs $12.50.", T), ("12.5", "It costs 12.50 dollars", T),
    ("12.5", "It costs 12 dollars and 50 cents", FN),
    ("2", "We have two solutions: x = 1 and x = 2. The larger is 2.", T), ("2", "The larger one is \\boxed{2}, and the smaller is 1.", T),
    ("(2, -1)", "\\boxed{(2,-1)}", T), ("(2, -1)", "the point (2, −1)", TN), ("(2,-1)", "\\left(2,\\,-1\\right)", T),
    ("(2,-1)", "\\boxed{x=2,\\quad y=-1}", T), ("(2,-1)", "x = 2 \\text{ and } y = -1", T), ("x=2, y=-1", "\\boxed{(2,-1)}", T),
    ("y=3x-2", "The equation of the line is $y = 3x - 2$.", T), ("y=3x-2", "The equation is y - 1 = 3(x - 1).", T),
    ("3x-2", "The equation of the line is $y = 3x - 2$.", T),
    ("\\text{Thursday}", "Therefore it will be a **Thursday**.", TN), ("Thursday", "\\boxed{\\text{Thursday}}", T),
    ("B", "So the answer is (B) $\\frac{1}{2}$.", T), ("B", "**B) 12**", T), ("B", "B. 12", T), ("B", "b", N),
    ("B", "B: because it is the only prime", TN), ("D", "The correct choice is D.", T), ("D", "D is correct.", TN), ("A", "Answer choice A", TN),
    ("C", "\\text{(C) }12", T), ("C", "C", T), ("C", "option C", T), ("(A)", "\\boxed{A}", T),
    ("5\\sqrt{2}", "7.07", F), ("5\\sqrt{2}", "5√2", T), ("5\\sqrt{2}", "\\sqrt{50}", T), ("5\\sqrt{2}", "5\\cdot\\sqrt{2}", T),
    ("\\sqrt[3]{2}", "2^{1/3}", T), ("\\sqrt[3]{2}", "\\sqrt{2}", F),
    ("1:3", "1 : 3", T), ("1:3", "\\boxed{1:3}", T), ("1:3", "\\frac13", T), ("1:3", "3:1", F), ("2:3:4", "4:6:8", T),
    ("0.125", "\\frac18", T), ("0.125", "12.5\\%", T), ("0.125", "0.13", F), ("12.5\\%", "0.125", T), ("3\\times 10^5", "300000", T),
    ("3\\times 10^5", "300,000", T), ("3\\times 10^5", "3 \\cdot 10^{5}", T), ("3\\times 10^5", "3e5", T), ("300000", "300 000", TN),
    ("k \\ge 4", "k\\geq4", T), ("k \\ge 4", "[4,\\infty)", T), ("k \\ge 4", "k>4", F), ("k \\ge 4", "4 \\le k", T),
    ("k\\ge 4", "\\{k : k \\ge 4\\}", TN), ("(-\\infty,-1)\\cup(3,\\infty)", "x<-1 \\text{ or } x>3", T),
    ("(-\\infty,-1)\\cup(3,\\infty)", "x<-1 or x>3", T), ("(-\\infty,-1)\\cup(3,\\infty)", "x<-1 \\text{ and } x>3", F),
    ("x<-1 or x>3", "(-\\infty,-1)\\cup(3,\\infty)", T),
    ("a^2+2ab+b^2", "(a+b)^2", T), ("a^2+2ab+b^2", "a^2+b^2", F), ("\\frac{n(n+1)}{2}", "\\frac{n^2+n}{2}", T),
    ("\\frac{x}{1-x}", "\\frac{1}{1-x}-1", T), ("e^{2x}", "(e^x)^2", T), ("\\ln(x^2)", "2\\ln x", (T, N, F)), ("\\sin^2 x", "1-\\cos^2 x", T),
    ("\\tan x", "\\frac{\\sin x}{\\cos x}", T), ("2^{n+1}", "2\\cdot 2^n", T), ("(-1)^n", "(-1)^{n+2}", T), ("\\frac{\\pi}{4}", "\\arctan 1", T),
    ("\\frac{\\pi}{4}", "45^\\circ", T),
    ("3", "\\boxed{\\text{III}}", FN), ("3", "three", T), ("12", "a dozen", TN), ("1/2", "half", TN), ("0.5", "one half", TN),
    ("x^3-x+C", "x^3 - x + C", T), ("x^3-x+C", "x^3 - x", FN), ("x^3-x", "x^3 - x + C", FN),
    ("\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}", "\\left(\\begin{array}{cc}1&0\\\\0&1\\end{array}\\right)", T),
    ("\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}", "\\begin{pmatrix}1&0\\\\0&-1\\end{pmatrix}", F),
    ("\\begin{pmatrix}3\\\\4\\end{pmatrix}", "\\boxed{\\begin{pmatrix}3\\\\4\\end{pmatrix}}", T), ("\\langle 3,4\\rangle", "(3,4)", T),
    ("3\\mathbf{i}+4\\mathbf{j}", "3\\mathbf{i}+4\\mathbf{j}", T),
    ("7", "After simplification we get 7 as the answer.", TN), ("7", "7 is the answer.", TN), ("7", "Our answer is thus 7", T),
    ("7", "The final result: 7", T), ("7", "=> 7", TN), ("7", "= 7", T), ("7", "x=7 (the other root is rejected)", TN),
    ("7", "x = 7, since x = -7 is negative", TN), ("7", "\\boxed{7} (approximately)", T), ("7", "\\boxed{7}\\quad\\checkmark", T),
    ("7", "$\\boxed{7}$\n\nNote: 7 is prime; 11 is the next but one.", T), ("7", "The answer is $\\boxed{7}$ and not $8$.", T),
    ("7", "\\boxed{\\textcolor{red}{7}}", TN), ("7", "\\boxed{\\color{red}7}", TN), ("7", "\\boxed{\\mathrm{7}}", T), ("7", "\\boxed{\\text{7}}", T),
    ("7", "\\boxed{\\underline{7}}", TN), ("7", "\\boxed{7\\text{ (seven)}}", TN), ("7", "\\boxed{~7~}", T), ("7", "\\boxed{7,}", T),
    ("7", "\\boxed{(7)}", T), ("7", "\\boxed{[7]}", T), ("7", "\\boxed{7!}", F), ("7", "\\boxed{-7}", F), ("7", "\\boxed{|-7|}", T),
    ("7", "\\boxed{07}", T), ("7", "\\boxed{7.0}", T), ("7", "\\boxed{7.1}", F),
    ("-\\frac{2}{3}", "-2/3", T), ("-\\frac{2}{3}", "\\frac{2}{-3}", T), ("-\\frac{2}{3}", "\\frac{2}{3}", F), ("-\\frac{2}{3}", "-0.667", F),
    ("-\\frac{2}{3}", "-\\dfrac23", T), ("-\\frac23", "−2/3", T),
    ("10!", "3628800", T), ("\\binom{5}{2}", "10", T), ("\\binom{5}{2}", "_5C_2", TN), ("C(5,2)", "10", (T, N, F)), ("\\lfloor 3.7\\rfloor", "3", T),
    ("\\log_{10}1000", "3", T), ("\\gcd(12,18)", "6", T), ("5 \\bmod 3", "2", T), ("|{-3}|", "3", T),
    ("f(x)=2x", "2x", T), ("f(x)=2x", "f(x) = x+x", T), ("f(t)=2t", "f(x)=2x", TN), ("p=0.3", "0.3", T), ("P(X>2)=0.3", "0.3", T), ("E[X]=3", "3", T),
    ("\\angle ABC = 60^\\circ", "60^\\circ", T), ("\\angle ABC = 60^\\circ", "60", T), ("m\\angle A=60", "60^\\circ", T), ("AB = 5", "5", T),
    ("AB=5", "BC=5", FN),
]


@pytest.mark.parametrize("reference, answer, expected", ROWS, ids=[f"{r[:20]} / {a[:40]}" for r, a, _ in ROWS])
def test_final_answers(reference, answer, expected):
    found = compare_final(reference, answer)
    assert found.equal in (expected if isinstance(expected, tuple) else (expected,)), (found.doubt, parsed(answer).text)


@pytest.mark.parametrize("reference, answer, expected", [
    ("f(t) = 2t", "f(x) = 2x", T), ("2t", "t + t", T), ("t + t", "2t", T), ("3x + 2t", "2t + 3x", T), ("3x + 2t", "3x + 2", F), ("5m", "5m", T),
    ("5", "5m", N), ("5m", "5 m", T),
    ("5 m", "5 s", F), ("(x+1) m", "m x + m", T), ("5m", "500 cm", T), ("2s + 1", "1 + 2s", T), ("4A", "4A", T), ("v = 3t", "3t", T),
    ("C", "option C", T),
    (r"\angle ABC = 60^\circ", "60", T),
])
def test_letters_behind_numbers(reference, answer, expected):
    assert compare_final(reference, answer).equal is expected


@pytest.mark.parametrize("reference, answer, expected", [
    ("1/2", r"\boxed{\int_0^1 x\,dx}", N), ("x=2", "2x=4", N), ("x = 2", r"\boxed{x = 2}", T), ("(-2,2)", "x^2<4", N), ("(-2,2)", "-2<x<2", T),
    (r"\{-2,2\}", r"\{x : x^2=4\}", N), ("5050", r"\sum_{k=1}^{100} k", N), ("5050", r"\sum_{k=1}^{100} k = 5050", T),
    ("x=2 or x=3", "(x-2)(x-3)=0", N),
    ("2,3", "x^2-5x+6=0", (F, N)), (r"\int_0^1 f(x) dx", r"\int_0^1 f(t) dt", T), ("1", r"\lim_{x\to 0}\frac{\sin x}{x}", N),
    ("2x", r"\frac{d}{dx}x^2", N),
    ("x > y", "y < x", T), ("a = b", "b = a", T), ("x^2+y^2=4", "x^2+y^2-4=0", T),
])
def test_restating_the_question_is_no_answer(reference, answer, expected):
    assert compare_final(reference, answer).equal in (expected if isinstance(expected, tuple) else (expected,))


def test_pairs_extracts():
    made = decide_line(json.dumps({"id": 3, "reference": "5", "answer": "so \\boxed{5}", "extract": True}))
    assert (made["id"], made["status"], made["equal"]) == (3, "proved", True)
    made = decide_line(json.dumps({"id": 3, "reference": "28\\%", "answer": "\\boxed{28}", "extract": True}))
    assert (made["status"], made["equal"]) == ("undecided", None) and "percent" in made["reason"]
    assert decide_line(json.dumps({"id": 3, "reference": "5", "answer": "", "extract": True}))["status"] == "unread"


def test_snippets():
    assert [snippet(t) for t in ("$5$.", "**5**", "\\boxed{5}", "$\\boxed{\\frac{1}{2}}$", "= 5", "${1, 2}$", "\\(x\\)")] == ["5", "5", "5",
        "\\frac{1}{2}", "5", "1, 2", "x"]
    assert tidy("a <think> b </think> c<|im_end|>").split() == ["a", "c"]
    assert tidy("b </think> c") .strip() == "c" and tidy("\\\\frac{1}{2}") == "\\frac{1}{2}" and tidy("1 \\\\ 2") == "1 \\\\ 2"


@pytest.mark.parametrize("text, amount, unit", [
    ("9.81 \\mathrm{m\\,s^{-2}}", "9.81", "m*s^(-2)"), ("90 km/h", "90", "km/h"), ("5\\text{ m}/\\text{s}^2", "5", "m/s^2"), ("20 °C", "20", "degC"),
    ("20^{\\circ} C", "20", "degC"), ("3 metres per second", "3", "m/s"), ("\\$5", "5", "dollar"), ("28 pct", "28", "percent"),
    ("5 J/(kg K)", "5", "J/(kg*K)"),
    ("\\frac{1}{2}\\text{ hours}", "\\frac{1}{2}", "h"), ("3.5\\ \\mu\\text{m}", "3.5", "µm"), ("72 \\frac{\\text{km}}{\\text{h}}", "72", "km/h"),
    ("10 N·m", "10", "N*m"), ("5 k\\Omega", "5", "kohm"), ("5 square meters", "5", "m^2"), ("5 cm³", "5", "cm^3"),
])
def test_units_are_cut_off(text, amount, unit):
    found = split(text, named)
    assert found is not None and (found[0], str(found[1])) == (amount, unit)


@pytest.mark.parametrize("text", ["x m", "x^2", "2x", "100 apples", "6.02e23", "sin(30)", "", "km", "5^{", "((((", "5 " + "m " * 500])
def test_what_ends_in_no_unit(text):
    assert split(text, named) is None


def test_units_alone():
    assert str(read_unit("m^{1/2}", named)) == "m^(1/2)" and read_unit("m/", named) is None and read_unit("", named) is None and read_unit("m^x",
        named) is None


# ---- the functions that training code calls


def test_parse_and_verify_are_drop_ins():
    assert rewards.verify(rewards.parse("\\boxed{1/2}"), rewards.parse("so 0.5")) is True
    assert rewards.verify(rewards.parse("1/2"), rewards.parse("\\boxed{0.51}")) is False
    assert rewards.verify("1/3", "0.333333") is False and rewards.verify("1/3", "0.333333", float_rounding=6) is True
    assert rewards.verify("1/3", "0.3333", float_rounding=6) is False and rewards.verify(2, "2.0") is True
    assert rewards.parse("") == [] and rewards.verify([], rewards.parse("1")) is False
    sympy = pytest.importorskip("sympy")
    x = sympy.Symbol("x")
    assert rewards.verify(x**2 - 1, "(x-1)(x+1)") is True and rewards.verify([sympy.Rational(1, 2)], ["0.5"]) is True


def test_equality_alone_and_rewards():
    for reference, answer in (("x < -3", "2x < -6"), ("1/2", "\\int_0^1 x dx"), ("x = 2", "2x = 4")):
        assert rewards.verify(reference, answer) is True
        assert rewards.compute_score(answer, reference) == 0.0 and rewards.accuracy_reward([answer], [reference], undecided=None) == [None]


def test_accuracy_reward():
    said = [[{"role": "assistant", "content": "\\boxed{7}"}], "#### 8",
            [{"role": "user", "content": "7"}, {"role": "assistant", "content": "I do not know."}]]
    assert rewards.accuracy_reward(said, ["7", "7", "7"], prompts=["a", "b", "c"]) == [1.0, 0.0, 0.0]
    assert rewards.accuracy_reward(["7"], ["see figure 3 of the book by the same author"]) == [None]
    assert rewards.accuracy_reward(["\\boxed{28}"], ["28\\%"], undecided=None) == [None]
    with pytest.raises(ValueError):
        rewards.accuracy_reward(["7"], ["7", "8"])


def test_compute_score():
    assert rewards.compute_score("\\boxed{2, 3}", "3, 2") == 1.0 and rewards.compute_score("\\boxed{2}", "3") == 0.0
    assert rewards.compute_score(data_source="math", solution_str="#### 4", ground_truth="4", extra_info={}) == 1.0


def test_from_any_thread_and_pickled():
    functions = pickle.loads(pickle.dumps([rewards.verify, rewards.parse, rewards.accuracy_reward, rewards.compute_score]))
    assert functions == [rewards.verify, rewards.parse, rewards.accuracy_reward, rewards.compute_score]
    assert pickle.loads(pickle.dumps(rewards.parse("\\boxed{x+1}"))) == rewards.parse("\\boxed{x+1}")
    found = []

    def work(k):
        found.append((k, rewards.verify(f"(x+{k})^2", f"x^2+{2 * k}x+{k * k}"), rewards.verify(f"(x+{k})^2", f"x^2+{2 * k}x+{k}")))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(2, 10)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(found) == [(k, True, False) for k in range(2, 10)]


def test_hostile_answers_end_in_time():
    start = time.thread_time()
    for text in ("9^{9^{9^9}}", "(10^9)!", "\\sin(" * 40 + "x" + ")" * 40, "\\boxed{" * 500, "\\boxed{" + "(" * 2000 + "}", "is " * 20_000,
                 "$" * 5000, "the answer is " * 3000,
                 "\\boxed{1}" * 5000, "\\text{" * 3000, "5 " + "\\text{m}" * 900, "1:" * 900):
        assert rewards.verify("x+1", text) is False
    assert time.thread_time() - start < 25


@pytest.mark.parametrize("reference, answer, equal", [
    ("1.5", "I guess it might be 1.5", None), ("8", "It took more than 8 days.", None), ("8", "Perhaps 8.", None), ("9", "Die Antwort lautet 9.", True),
    ("9", "La respuesta es 9.", True), ("9", "La réponse est donc $9$.", True), ("9", "答えは9です", True), ("9", "La respuesta es 8.", False),
    ("-5, 4", "The roots are $x=4$ and $x=-5$.", True), ("-5, 4", "The roots are x = 4 and x = 5.", False), ("1, 2, 3", "The values are $1$, $2$ and $3$.", True),
    ("4", "The answer cannot be 9; it must be 4.", True), ("9", "The answer cannot be 9; it must be 4.", False),
    ("5", "I cannot solve this, 5.", None), ("7", "It is 4 and 2 more, so 7 less 1, hence 6.", False),
    ("yes", "Yes, since the series converges absolutely.", True), ("yes", "No, the terms do not tend to zero.", False), ("4", "a = 3. b = 4.", None),
    ("12", r"\boxed{\text{12 metres}}", True), ("31_4", r"\boxed{31}", None), ("3, 4", "a = 3. b = 4.", None), (r"\frac{n(n+1)}2", r"\boxed{1+2+\dots+n}", None),
])
def test_what_sentences_put_forward(reference, answer, equal):
    """Guesses and bounds are no answers; lists in sentences and other languages are."""
    assert compare_final(reference, answer).equal is equal


@pytest.mark.parametrize("reference, answer, equal", [
    ("4, 5, 6", "The lengths are 4, 5, and 6.", True), ("4, 5, 6", "The lengths are 4, 5 and 7.", False), ("no", "No, because it is not continuous.", True),
    (r"8\text{ m/s}", r"\boxed{8}\text{ m/s}", True), (r"8\text{ m}^2", r"$\boxed{8}\text{ m}^2$", True), (r"8\text{ m/s}", r"\boxed{8}\text{ m}", False),
    ("6", "答案不是6", None), ("6", "Ответ: не 6", None), ("6", "答えは6ではない", None), ("6", "Die Antwort ist nicht 6.", None), ("6", "La respuesta no es 6.", None),
    (r"5\text{ cm}", r"\boxed{5}\text{ in total}", None), ("5", r"\boxed{>5}", None), ("5", "> 5", None), ("5", r"\boxed{\text{five}}", True), ("5", "As asked:\n> 5", True), ("C", "I think it's C.", True), ("B", "I think it's C.", False),
    ("f(x)=x+2", r"\boxed{f(x)=x+2 \text{ for all } x}", True), ("f(x)=x+2", r"\boxed{f(x)=x+3 \text{ for all real } x}", False),
    ("(0,0,0)", r"\boxed{x=y=z=0}", True), ("(0,0,1)", r"\boxed{x=y=z=0}", False), ("g(t)=ct", r"\boxed{g(t)=kt}", None),
    (r"6\pi", r"\boxed{6\pi \text{ square units}}", True), (r"7\sqrt2\text{ cm}", r"\boxed{7\sqrt2}\text{ cm}", True),
    (r"7\text{ cm}", r"\boxed{7}\text{ m}", False), (r"\frac34", "three quarters", True), (r"\frac23", r"\boxed{\text{two-thirds}}", True),
    (r"\frac13", r"\boxed{\text{two-thirds}}", False), ("C", "I would choose option (C).", True), (r"\text{A and C}", r"\boxed{\text{C and A}}", True),
    (r"\text{May 3}", r"\boxed{\text{May 4}}", False), ("O(n)", r"\boxed{O(n\log n)}", False), ("O(n)", r"\boxed{O(3n+1)}", True),
    (r"\Theta(n^2)", r"\boxed{O(n^2)}", None), ("3", "The least value of $h$ is $3$, attained at $x=7$.", True),
    ("7", "The least value of $h$ is $3$, attained at $x=7$.", False), ("3", "The value is $3$ when $x>0$ and $4$ otherwise.", None), ("3", "It is 3 when x > 0 and 4 otherwise.", None),
])
def test_clauses_units_and_words(reference, answer, equal):
    assert compare_final(reference, answer).equal is equal
