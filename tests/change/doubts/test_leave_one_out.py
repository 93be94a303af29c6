"""Leaving out each site names the one that carries the result."""

from change.studies import people

from sctoolkit.change.doubts.leave_one_out import leave_one_out


def test_leave_one_out_names_the_site_that_carries_it():
    data = people().assign(arm=lambda d: (d["site"] == 3) * 1.0)
    result = leave_one_out("post ~ arm", data, term="arm", cluster="site")
    assert [c.numbers["sites"] for c in result.caveats if c.code == "one_cluster_carries_it"] == [["3"]]
