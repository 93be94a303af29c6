"""Commands typed wrong: each ends with its exit code and a reason in words, and never with a traceback."""

import re
import shlex
from unittest import mock

import pytest

from sctoolkit.cli.main import run_command

FILES = {
    "empty.csv": b"",
    "blank.csv": b"\n\n",
    "header.csv": b"a\n",
    "binary.csv": b"\x00\x01\xff\xfe\x80",
    "ragged.csv": b"person,wave\n1,1\n2,1,3,4\n",
    "answers.csv": b"LON1,LON2,LON3,grp\n1,2,3,a\n2,2,1,b\n3,1,2,a\n1,1,2,b\n2,3,3,a\n",
    "words.csv": b"LON1,LON2\noften,offten\n",
    "scores.csv": b"person,wave,trust,org,arm\n1,1,3,a,x\n1,2,4,a,x\n2,1,2,b,y\n2,2,3,b,y\n3,1,1,b,y\n3,2,5,b,y\n",
    "panel.csv": b"person,wave,org,trust,enter,hours\n"
    + "".join(
        f"{p},{w},o{p % 6},{(p * w * 7) % 5 + 1},{2 if p % 6 < 3 else ''},{p % 6 * w}\n"
        for p in range(60)
        for w in (1, 2)
    ).encode(),
    "latin.toml": '[study]\ntitle = "caf\u00e9"\n'.encode("latin-1"),
    "broken.toml": b"garbage [[[",
    "other.toml": b"[study]\ntitle = 3\n",
}
KEYS = "--outcome trust --wave wave"
ITEMS = "--items LON1,LON2,LON3"
CALLS = {
    # usage: 2
    "isntruments list": (2, "Did you mean 'instruments'?"),
    "run": (2, "Missing argument 'STUDY'"),
    "run other.toml --otu x": (2, "Did you mean one of: '--out'"),
    "form ucla3 --to surveymonkey": (2, "`xlsform`"),
    "form cscq --to print": (2, "`side` must be named"),
    "form cscq --side comunity --to print": (2, "Did you mean `community`?"),
    "form cscq --side community --to print --slot own": (2, "NAME=TEXT"),
    "form cscq --side community --to print --slot owm=us": (2, "Did you mean `own`?"),
    "instruments lst": (2, "Did you mean 'list'?"),
    "instruments compare ucla3": (2, "two different instruments"),
    "instruments list --construct linkng": (2, "Did you mean `linking`?"),
    "theory coverge": (2, "Did you mean 'coverage'?"),
    "theory coverage cscq --waves x": (2, "'x' is not a whole number"),
    "reliability answers.csv": (2, "--items a,b,c"),
    "factors answers.csv " + ITEMS + " --rotation oblmin": (2, "Did you mean `oblimin`?"),
    "factors answers.csv " + ITEMS + " --seed -1": (2, "'--seed'"),
    "reliability answers.csv --weights LON1 " + ITEMS: (2, "`LON1` is both"),
    "irt answers.csv --dif LON1 " + ITEMS: (2, "`LON1` is both"),
    "irt answers.csv --continuous " + ITEMS: (2, "ordinal items"),
    "irt answers.csv --anchors LON1 " + ITEMS: (2, "--dif COLUMN"),
    "irt answers.csv --dif grp --weights grp " + ITEMS: (2, "without `--weights`"),
    "irt answers.csv --dif grp --method mantle " + ITEMS: (2, "'mantel'"),
    "invariance answers.csv " + ITEMS: (2, "'--over'"),
    "invariance answers.csv --over LON1 " + ITEMS: (2, "`LON1` is both"),
    "invariance answers.csv --over grp --method alignmnt " + ITEMS: (2, "'alignment'"),
    "change scores.csv": (2, "'--outcome'"),
    f"change scores.csv {KEYS} --reliability x": (2, "'x' is not a number"),
    f"change scores.csv {KEYS} --reliability 3": (2, "`reliability`"),
    f"change scores.csv {KEYS} --range 5 1": (2, "must rise"),
    f"change scores.csv {KEYS} --assignment rndm": (2, "'randomised'"),
    f"change scores.csv {KEYS} --seed -1": (2, "'--seed'"),
    "plan": (2, "'--people'"),
    "plan --people x": (2, "'x' is not a number"),
    "plan --people 0": (2, "2 or more"),
    "plan --people inf": (2, "2 or more"),
    "plan --people 10 --icc 3": (2, "`--icc 0.03`"),
    "grim 40": (2, "'--people'"),
    "grim 40 -n x": (2, "'x' is not a whole number"),
    "demo out --seed -1": (2, "'--seed'"),
    "demo --sed 3": (2, "Did you mean '--seed'?"),
    "demo here -o there": (2, "Name the folder once"),
    "change scores.csv --type scale": (2, "'--outcome-type'"),
    f"change scores.csv {KEYS} --outcome-type likert": (2, "'ordinal'"),
    f"change panel.csv {KEYS} --cluster org --entry enter --dose hours": (2, "One design"),
    f"change panel.csv {KEYS} --false-match-rate 2": (2, "`--false-match-rate`"),
    "irt answers.csv --itms a": (2, "'--items'"),
    "irt answers.csv --dif grp --reference z " + ITEMS: (2, "Known: `a`, `b`"),
    "invariance answers.csv --over grp --method alignment --free x " + ITEMS: (2, "`--method levels`"),
    "invariance answers.csv --over grp --seed x " + ITEMS: (2, "'x' is not a whole number"),
    "reliability answers.csv --weight LON1 " + ITEMS: (2, "'--weights'"),
    "reliability answers.csv --group-factors 1 " + ITEMS: (2, "'--group-factors'"),
    "init answers.csv ./answers.csv": (2, "named again"),
    "link answers.csv answers.csv --key grp": (2, "named again"),
    "plan --people 20 --linked 70": (2, "`--linked 0.7`"),
    "plan --people 20 --organisations 1": (2, "Leave `--organisations` out"),
    "grim 84 -n 25 --kind mean": (2, "No such option '--kind'"),
    "grim 84 -n 25 --part whole": (2, "Did you mean '--parts'?"),
    # files: 3
    "run nowhere.toml": (3, "must exist"),
    "run latin.toml": (3, "must be UTF-8 text"),
    "run binary.csv": (3, "must be UTF-8 text"),
    "score answers.csv -i ucla3 --map latin.toml": (3, "must be UTF-8 text"),
    "instruments check latin.toml": (3, "must be UTF-8 text"),
    "instruments wording ucla3 binary.csv": (3, "must be UTF-8 text"),
    "theory coverage latin.toml": (3, "must be UTF-8 text"),
    "irt nowhere.csv " + ITEMS: (3, "Check the path"),
    "irt answres.csv " + ITEMS: (3, "Did you mean `answers.csv`?"),
    "irt folder " + ITEMS: (3, "is a folder"),
    "irt empty.csv " + ITEMS: (3, "is empty"),
    "irt binary.csv " + ITEMS: (3, "binary"),
    "invariance nowhere/a.csv --over grp " + ITEMS: (3, "There is no folder `nowhere`"),
    "invariance binary.csv --over grp " + ITEMS: (3, "binary"),
    "link nowhere.csv --key grp": (3, "must exist"),
    "check folder": (3, "is a folder"),
    "score answers.csv -i ucla3 --map nowhere.toml": (3, "must exist"),
    "run folder": (3, "study.toml` does not"),
    "score nowhere.csv -i ucla3": (3, "must exist"),
    "score folder -i ucla3": (3, "is a folder"),
    "score empty.csv -i ucla3": (3, "is empty"),
    "score blank.csv -i ucla3": (3, "is empty"),
    "score header.csv -i ucla3": (3, "at least one row"),
    "score binary.csv -i ucla3": (3, "binary"),
    "score answers.csv -i nowhere.toml": (3, "must exist"),
    "score answers.csv -i ucla3 -o folder": (3, "is a directory"),
    "score answers.csv -i ucla3 -o nowhere/x.csv": (3, "no such file"),
    "score answers.csv -i ucla3 --map folder": (3, "is a folder"),
    "init nowhere.csv": (3, "must exist"),
    "init folder": (3, "is a folder"),
    "init answers.csv -o nowhere/study.toml": (3, "no such file"),
    "init answers.csv -o other.toml": (3, "--force"),
    "form cscq --side community --to print -o folder": (3, "is a directory"),
    "form cscq --side community --to redcap -o nowhere/f.csv": (3, "no such file"),
    "form cscq --to spss -o folder": (3, "SPSS file"),
    "instruments check nowhere.toml": (3, "must exist"),
    "instruments wording ucla3 nowhere.csv": (3, "must exist"),
    "instruments wording ucla3 folder": (3, "is a folder"),
    "instruments wording ucla3 nowhere/x.csv --template": (3, "no such file"),
    "theory coverage folder": (3, "study.toml` does not"),
    "reliability folder " + ITEMS: (3, "is a folder"),
    f"change folder {KEYS}": (3, "study.toml` does not"),
    f"change nowhere.csv {KEYS}": (3, "must exist"),
    f"change empty.csv {KEYS}": (3, "is empty"),
    f"change binary.csv {KEYS}": (3, "binary"),
    f"change ragged.csv {KEYS}": (3, "row 3 has 4 cells"),
    "demo empty.csv": (3, "must be writable"),
    "demo empty.csv/inner": (3, "not a directory"),
    # a decision: 1
    "run empty.csv": (1, "`study`: is missing"),
    "run other.toml": (1, "`study.title`: must be a text, not `3`"),
    "run broken.toml": (1, "line 1, column 9"),
    "score answers.csv -i ucla3 --map broken.toml": (1, "line 1, column 9"),
    "score answers.csv -i ucla33": (1, "Did you mean `ucla3`?"),
    "score words.csv -i ucla3": (1, "1 row;"),
    "init scores.csv": (1, "too few"),
    "form ucla3 --to print": (1, "wording ucla3 FILE"),
    "instruments show ucla33": (1, "Did you mean `ucla3`?"),
    "instruments check other.toml": (1, "`instrument`: is missing"),
    "instruments wording ucla3 empty.csv": (1, "column `part` is missing"),
    "reliability answers.csv --items LON1,LON9": (1, "Did you mean `LON"),
    "reliability answers.csv --items LON1,grp": (1, "not text: `grp`"),
    "reliability answers.csv -i ucla3 -s lonelines": (1, "Did you mean `loneliness`?"),
    "irt answers.csv --items LON1,LON2": (1, "at least three items"),
    "irt answers.csv --dif group " + ITEMS: (1, "Did you mean `grp`?"),
    "factors answers.csv " + ITEMS + " -n 5": (1, "at most 1 factor"),
    "invariance answers.csv --over grpp " + ITEMS: (1, "Did you mean `grp`?"),
    "change scores.csv --outcome trst --wave wave": (1, "Did you mean `trust`?"),
    "change scores.csv --outcome org --wave wave": (1, "must hold numbers"),
    f"change scores.csv {KEYS} --group arm --treated z": (1, "`z`"),
    "change header.csv --outcome a --wave a": (3, "at least one row"),
    f"change panel.csv {KEYS} --entry entr": (1, "Did you mean `enter`?"),
    f"change panel.csv {KEYS} --entry enter": (1, "Add `cluster`"),
    f"change panel.csv {KEYS} --cluster org --dose hrs": (1, "Did you mean `hours`?"),
    f"change panel.csv {KEYS} --dose hours": (1, "Add `--cluster organisation --dose hours`"),
    f"change panel.csv {KEYS} --then thn": (1, "must be in the data"),
    f"change panel.csv {KEYS} --waves 1,9": (1, "must hold wave `9`"),
    f"change panel.csv {KEYS} --outcome-type binary": (1, "`--outcome-type ordinal`"),
    f"change panel.csv {KEYS} --unit wave": (1, "must not be wave and unit"),
    "irt answers.csv --weights wgt " + ITEMS: (1, "must have a column `wgt`"),
    "irt answers.csv --weights grp " + ITEMS: (1, "must be finite numbers"),
    "invariance answers.csv --over grp --method alignment " + ITEMS: (1, "Group `b`"),
    "invariance answers.csv --over grp --unit persn " + ITEMS: (1, "must have a column `persn`"),
    "reliability answers.csv --weights grp " + ITEMS: (1, "must be finite numbers"),
    "reliability answers.csv --cluster clst " + ITEMS: (1, "must have a column `clst`"),
    "check answers.csv -i ucla33": (1, "Did you mean `ucla3`?"),
    "check scores.csv": (1, "`-i id`"),
    "plan --people 20 --compare organisations": (1, "Give `--organisations`"),
    "grim x -n 20": (1, "not `x`"),
    "grim 140 -n 20": (1, "between 0 and 100"),
}
RAW = re.compile(r"Traceback|Errno|\binvalid\b|\bvalid\b|Input should|<class|KeyError|!", re.IGNORECASE)


@pytest.fixture
def here(tmp_path, monkeypatch):
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("call", CALLS)
def test_wrong_call(call, here, capsys):
    code, reason = CALLS[call]
    assert run_command(shlex.split(call)) == code
    text = capsys.readouterr().err
    assert reason in text
    assert not RAW.search(text), "raw text of Python"


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [(PermissionError(13, "Permission denied", "a.csv"), 3, "`a.csv`"), (KeyError("lost"), 70, "The fault is ours")],
)
def test_what_nobody_foresaw(error, code, reason, here, capsys):
    with mock.patch("sctoolkit.evaluation.draft.draft_study", side_effect=error):
        assert run_command(["init", "answers.csv"]) == code
        assert reason in capsys.readouterr().err
        with pytest.raises(type(error)):
            run_command(["--debug", "init", "answers.csv"])


def test_a_study_says_its_columns_itself(here, capsys):
    """What is typed beside a study is refused, not passed over."""
    with mock.patch("sctoolkit.evaluation.study.load_study"):
        assert run_command(["change", "study.toml", "--wave", "wave"]) == 2
    assert "'--wave' must be left out" in capsys.readouterr().err


WRITERS = {
    "score answers.csv -i ucla3 -o closed.csv": "os.open",
    "init answers.csv -o closed.toml": "os.open",
    "form cscq --side community --to print -o closed.html": "pathlib.Path.write_bytes",
    "demo closed": "pathlib.Path.mkdir",
}


@pytest.mark.parametrize("call", WRITERS)
def test_without_permission_to_write(call, here, capsys):
    denied = PermissionError(13, "Permission denied", "closed")
    with mock.patch(WRITERS[call], side_effect=denied):
        assert run_command(shlex.split(call)) == 3
    text = capsys.readouterr().err
    assert "permission denied" in text
    assert "\n  i " in text
    assert not RAW.search(text)
