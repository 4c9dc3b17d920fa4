"""What the documents say is so: examples load, commands exist, links lead somewhere, the map names the rooms."""

import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import click
import pytest

from grader import answers
from grader.cli import main
from grader.intake.spec import PART_KEYS, load_problem
from grader.run.spec_tests import run_all_tests

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = set(main.list_commands(click.Context(main)))
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_problem_in_the_readme_loads_and_passes_its_own_tests(tmp_path):
    block = re.search(r"```yaml\n(problem:.*?)```", README, re.S)[1]
    path = tmp_path / "minimax.yaml"
    path.write_text(block, encoding="utf-8")
    assert run_all_tests([load_problem(path)]) == [[]]


def test_the_first_problem_goes_as_it_says(tmp_path):
    text = (ROOT / "docs" / "first-problem.md").read_text(encoding="utf-8")
    for folder, name, block in (("problems", "parabola.yaml", "yaml"), ("papers", "s001.md", "markdown")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(re.search(rf"```{block}\n(.*?)```", text, re.S)[1], encoding="utf-8")
    told = re.findall(r"```console\n\$ grade (.*?)\n(.*?)```", text, re.S)
    assert len(told) == 6
    for command, output in told:
        done = subprocess.run([sys.executable, "-m", "grader", *shlex.split(command)], cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert (done.stdout, done.returncode) == (output, 0), (command, done.stdout, done.stderr)


def test_the_first_problem_names_every_kind_and_key():
    text = (ROOT / "docs" / "first-problem.md").read_text(encoding="utf-8")
    assert not [name for name in (*answers.names(), *PART_KEYS) if f"`{name}`" not in text]


@pytest.mark.parametrize("name", answers.names())
def test_the_example_of_a_kind_loads_and_passes(name, tmp_path):
    example = textwrap.dedent(re.search(r"^Example\n(.*?)(?:\n\S|\Z)", answers.load(name).doc, re.S | re.M)[1]).rstrip()
    path = tmp_path / "demo.yaml"
    path.write_text("problem: demo\nparts:\n  a:\n" + textwrap.indent(example, "    ") + "\n", encoding="utf-8")
    assert run_all_tests([load_problem(path)]) == [[]]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_commands_that_are_named_exist(path):
    named = set(re.findall(r"`(?:\$ )?grade ([a-z]+)\b(?!/)", path.read_text(encoding="utf-8"))) - {"submissions"}
    assert named <= COMMANDS, f"{path.name}: {sorted(named - COMMANDS)}"


def test_every_command_is_in_the_readme():
    for name in sorted(COMMANDS):
        assert f"grade {name}" in README, f"README does not name grade {name}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_links_lead_to_files(path):
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_the_python_in_the_readme_runs():
    import doctest

    assert doctest.testfile(str(ROOT / "README.md"), module_relative=False).failed == 0


def test_the_python_about_final_answers_runs():
    import doctest

    import grader.rewards

    assert doctest.testfile(str(ROOT / "docs" / "final-answers.md"), module_relative=False).failed == 0
    assert doctest.testmod(grader.rewards).failed == 0


def test_the_map_names_every_room():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for entry in sorted((ROOT / "grader").iterdir()):
        if entry.name.startswith("_") or entry.name == "py.typed" or entry.is_dir() and not list(entry.glob("[!_]*.py")):
            continue
        assert f"`{entry.name}{'/' if entry.is_dir() else ''}`" in text, f"architecture.md does not name {entry.name}"
