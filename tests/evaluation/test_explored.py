"""How many things the items measure: which items are taken, that figures are the public function's, and agreement."""

import pytest
from small import answers, run

from sctoolkit import efa, n_factors
from sctoolkit.evaluation.sections.dimensions import dimensions_drafts
from sctoolkit.evaluation.steps.dimensions import advised, items_of
from sctoolkit.report.document import build_report
from sctoolkit.report.sections.dimensions import Dimensions, agreement, dimensions_section

PLAN = {"instrument": '"cscq"', "analysis": 'scales = ["bo", "tb"]\nprimary = ["tb"]\niterations = 20'}


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory):
    return run(tmp_path_factory.mktemp("explored"), answers(130, instruments=("cscq",)), **PLAN)


def test_it_is_the_public_functions_on_the_keyed_items_of_the_first_wave(evaluation):
    (found,) = evaluation.dimensions
    answered = evaluation.answers[0]
    items = items_of(evaluation.study, answered)[(answered.frame["wave"] == "1").to_numpy()]
    assert list(items.columns) == ["bo1", "bo2", "bo3", "bo4", "bo5", "tb1", "tb2", "tb3"]
    options = {"correlation": "polychoric", "missing": "pairwise", "seed": 1}
    number = n_factors(items, n_iterations=20, **options)
    assert found.number.eigenvalues.tolist() == number.eigenvalues.tolist()
    assert found.number.tidy()["estimate"].tolist() == number.tidy()["estimate"].tolist()
    again = efa(items, advised(number), **options)
    assert found.factors.loadings.tolist() == again.loadings.tolist()


def test_items_stand_with_the_scale_they_are_meant_for(evaluation):
    (draft,) = dimensions_drafts(evaluation)
    tables = {table.id: table for table in build_report([draft], title="t").tables()}
    rows = tables["dimensions-loadings"].records()
    assert [row["scale"].text for row in rows] == ["Bonding"] * 5 + ["Trust in the broker"] * 3
    assert rows[5]["item"].text == "can rely on them"
    assert tables["dimensions-advice"].records()[0]["rule"].text == "Parallel analysis, answers shuffled"


@pytest.mark.parametrize("plan", ['scales = ["tb"]', 'scales = ["bo", "tb"]\niterations = 0'])
def test_few_items_or_none_asked_for(tmp_path, plan):
    data = answers(110, instruments=("cscq",))
    assert run(tmp_path, data, instrument='"cscq"', analysis=plan + '\nprimary = ["tb"]').dimensions == ()


def _table(loadings):
    found = Dimensions(n=100, items=["a", "b", "c", "d"], scales=["X", "X", "Y", "Y"], loadings=loadings)
    return dimensions_section(found, ordered=True).tables[0]


def test_agreement_by_hand():
    assert agreement(_table([[0.7, 0.1], [0.6, 0.0], [0.1, 0.5], [0.0, -0.8]])) == (
        "4 of the 4 items go most strongly with the factor of their own scale, and 2 scales take up 2 factors."
    )
    told = agreement(_table([[0.7, 0.1], [0.6, 0.0], [0.1, 0.5], [0.8, 0.2]]))
    assert told.startswith("3 of the 4 items")
    assert told.endswith("These do not: “d” (Y).")
