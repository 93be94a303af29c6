"""Who took part: an answer or a typed refusal counts, an empty row does not."""

import numpy as np
from small import answers, run

from sctoolkit.evaluation.sections.who import who_draft
from sctoolkit.evaluation.took_part import took_part


def test_empty_rows_of_a_panel_file_are_nobody(tmp_path):
    data = answers(40, stay=1.0)
    items = ["LON1", "LON2", "LON3"]
    gone = (data["wave"] == "2") & (data.index % 4 == 0)
    data[items] = data[items].astype(object)
    data.loc[gone, items] = ""
    data.loc[1, items] = ["refused", "", ""]
    evaluation = run(tmp_path, data, more='[missing_codes]\nrefused = "refused"')
    present = took_part(evaluation.answers)
    np.testing.assert_array_equal(present, ~gone.to_numpy())
    table = who_draft(evaluation).tables[0]
    assert [cell.n for cell in table.column("n")] == [40, 30]


def test_an_answer_to_any_instrument_counts(tmp_path):
    data = answers(30, waves=("1",), instruments=("cscq", "ucla3"))
    data[["LON1", "LON2", "LON3"]] = data[["LON1", "LON2", "LON3"]].astype(object)
    data.loc[:9, ["LON1", "LON2", "LON3"]] = ""
    both = run(tmp_path, data, instrument='["cscq", "ucla3"]', analysis='scales = ["bo", "loneliness"]')
    assert took_part(both.answers).all()
