"""Commands: the numbers of the functions, exit codes, and errors that say what to do."""

import json

import numpy as np
import pandas as pd
import pytest

from sctoolkit import dif, grm, load_instrument, load_study, read, reliability, score
from sctoolkit.cli.main import COMMANDS, run_command
from sctoolkit.evaluation.demo import write_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder)
    return folder


@pytest.fixture
def run(capsys):
    def call(*argv):
        code = run_command([str(part) for part in argv])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(run, name):
    code, out, _ = run(name, "--help")
    assert code == 0
    assert out.startswith("Usage:")


def test_score_prints_the_numbers_of_the_function(run, demo, tmp_path):
    file = demo / "simulated-wave1.csv"
    code, out, _ = run("score", file, "-i", "cscq", "--json", "-o", tmp_path / "s.csv")
    assert code == 0
    scores = score(read(file, "cscq"))
    printed = {row["scale"]: row for row in json.loads(out)["scales"]}
    frame = scores.frame()
    for name in scores.scales:
        assert printed[name]["mean"] == pytest.approx(frame[name].mean(), rel=1e-12)
        assert printed[name]["scored"] + sum(printed[name]["not scored"].values()) == len(frame)
    written = pd.read_csv(tmp_path / "s.csv")
    pd.testing.assert_series_equal(written["ts"], frame["ts"], check_exact=False, rtol=1e-12)


def test_reliability_prints_the_numbers_of_the_function(run, demo):
    file = demo / "simulated-wave1.csv"
    code, out, _ = run("reliability", file, "-i", "cscq", "-s", "bo", "--json")
    assert code == 0
    found = {row["term"]: row["estimate"] for row in json.loads(out)["reliability"]["tidy"]}
    result = reliability(read(file, "cscq"), scale="bo", ordered=True)
    assert found["alpha"] == pytest.approx(result.coefficients["alpha"].estimate, rel=1e-12)


def test_reliability_takes_weights_and_clusters(run, tmp_path):
    rng = np.random.default_rng(1)
    table = pd.DataFrame(np.digitize(rng.normal(size=(150, 1)) + rng.normal(size=(150, 4)), [-1, 0, 1]))
    table = table.set_axis(list("abcd"), axis=1).assign(
        w=rng.uniform(0.5, 2, 150).round(2), village=np.arange(150) % 25
    )
    table.to_csv(tmp_path / "x.csv", index=False)
    code, out, _ = run(
        "reliability", tmp_path / "x.csv", "--items", "a,b,c,d", "--weights", "w", "--cluster", "village", "--json"
    )
    assert code == 0
    found = json.loads(out)
    assert found["reliability"]["tidy"][0]["n_clusters"] == 25
    expected = reliability(table, ordered=True, weights="w", cluster="village", ci="delta").tidy()
    assert found["reliability"]["tidy"][0]["std_error"] == pytest.approx(expected["std_error"].iloc[0])


def test_irt_prints_the_numbers_of_the_functions(run, tmp_path):
    rng = np.random.default_rng(2)
    side = np.repeat(["community", "statutory"], 120)
    table = pd.DataFrame(np.digitize(rng.normal(size=(240, 1)) + rng.logistic(size=(240, 4)), [-1, 1]).astype(float))
    table = table.set_axis(list("abcd"), axis=1).assign(side=side)
    table.loc[side == "statutory", "b"] = rng.integers(1, 3, 120)
    table.to_csv(tmp_path / "x.csv", index=False)
    file = tmp_path / "x.csv"
    code, out, _ = run("irt", file, "--items", "a,b,c,d", "--dif", "side", "--method", "logistic", "--json")
    assert code == 0
    found = json.loads(out)
    assert set(found) == {"grm", "item_fit", "information", "dif"}
    slopes = [row["estimate"] for row in found["grm"]["tidy"] if row["term"] == "slope"]
    assert slopes == pytest.approx(grm(table[list("abcd")]).estimates.items.slopes.tolist())
    flagged = {row["item"] for row in found["dif"]["tidy"] if row["role"] == "flagged"}
    assert flagged == set(dif(table, "side").flagged)
    code, out, _ = run("irt", file, "--items", "a,b,c,d")
    assert code == 0
    assert "Information of the test" in out
    assert "S-X2" in out


def test_factors_and_invariance_run(run, demo):
    file = demo / "simulated-wave1.csv"
    code, out, _ = run("factors", file, "-i", "cscq", "--items", "ts1,ts2,ts3,bo1,bo2,bo3", "--iterations", "50")
    assert code == 0
    assert "2 factors, as most rules say" in out
    code, out, _ = run("invariance", file, "-i", "cscq", "-s", "ts", "--over", "side", "--collapse")
    assert code == 0
    assert "community" in out
    code, out, _ = run(
        "invariance", file, "-i", "cscq", "-s", "ts", "--over", "side", "--collapse", "--free", "ts1 | t1"
    )
    assert code == 0
    code, out, _ = run(
        "invariance", file, "-i", "cscq", "-s", "ts", "--over", "side", "--collapse", "--method", "alignment"
    )
    assert code == 0
    assert "Alignment: items treated as ordinal" in out
    assert "two groups cannot tell" in out


def test_init_writes_a_study_that_loads(run, demo):
    files = [demo / name for name in ("simulated-wave1.csv", "simulated-wave2.xlsx", "simulated-wave3.csv")]
    code, out, _ = run("init", *files, "-o", demo / "first.toml")
    assert code == 0
    assert "cscq" in out
    study = load_study(demo / "first.toml")
    assert [entry.path for entry in study.plan.file] == [file.name for file in files]
    assert study.plan.columns.respondent == ("code",)
    code, _, err = run("init", *files, "-o", demo / "first.toml")
    assert code == 3
    assert "--force" in err


def test_form_names_its_file(run, tmp_path):
    code, out, _ = run("form", "cscq", "--to", "offline", "--side", "community", "--short", "-o", tmp_path / "f.html")
    assert code == 0
    assert f"Wrote {tmp_path / 'f.html'}" in out
    for item in load_instrument("cscq").items_of_form("short"):
        assert f'name="{item.code}"' in (tmp_path / "f.html").read_text()


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        (("scor", "x"), 2, "Did you mean 'score'?"),
        (("score", "nofile.csv"), 3, "must exist"),
        (("run", "nowhere"), 3, "sctoolkit init"),
        (("form", "cscq", "--to", "xlsfrm", "--side", "community"), 2, "Did you mean `xlsform`?"),
        (("instruments", "show", "cscp"), 1, "Did you mean `cscq`?"),
        (("run",), 2, "Missing argument"),
    ],
)
def test_wrong_calls_say_what_to_do(run, argv, code, says):
    found, _, err = run(*argv)
    assert found == code
    assert says in err
    assert "Traceback" not in err


def test_debug_shows_the_traceback():
    with pytest.raises(Exception, match="must exist"):
        run_command(["--debug", "score", "nofile.csv"])


def test_form_takes_slots_and_title_from_the_study(run, demo, tmp_path):
    argv = ("form", "cscq", "--to", "print", "--side", "statutory", "--study", demo)
    assert run(*argv, "-o", tmp_path / "f.html")[0] == 0
    page = (tmp_path / "f.html").read_text()
    assert "Shared table: a simulated coproduction programme" in page
    assert "I feel that I belong in my team." in page
    assert run(*argv, "--title", "Ours", "--slot", "own=our crew", "-o", tmp_path / "g.html")[0] == 0
    page = (tmp_path / "g.html").read_text()
    assert "<title>Ours</title>" in page
    assert "I feel that I belong in our crew." in page


def test_score_and_check_read_alike(run, demo):
    file = demo / "simulated-wave3.csv"
    for command in ("score", "check"):
        code, out, _ = run(command, file, "-i", "cscq", "--respondent", "code", "--side", "side")
        assert code == 0
        assert "Coproduction Social Capital Questionnaire" in out
