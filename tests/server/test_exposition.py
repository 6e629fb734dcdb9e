"""The text that Prometheus reads."""

from enfilade.server.exposition import Family, counter, expose, gauge, histogram
from enfilade.server.scoreboard import BUCKETS


def test_a_family_has_its_help_its_type_and_its_samples():
    text = expose([counter("a_total", "How often.", 3), gauge("b", "How much.", 0.5)])
    assert text == (
        b"# HELP a_total How often.\n# TYPE a_total counter\na_total 3\n"
        b"# HELP b How much.\n# TYPE b gauge\nb 0.5\n"
    )


def test_labels_and_help_are_escaped():
    family = Family("a", "gauge", "one\nline \\", [("", {"x": 'quote " back \\ line \n'}, 1)])
    assert expose([family]).decode().splitlines() == [
        "# HELP a one\\nline \\\\",
        "# TYPE a gauge",
        'a{x="quote \\" back \\\\ line \\n"} 1',
    ]


def test_buckets_are_cumulative_and_in_seconds():
    buckets = [0] * BUCKETS
    buckets[0], buckets[6], buckets[20], buckets[-1] = 1, 2, 3, 4
    samples = dict(
        line.rsplit(" ", 1)
        for line in expose([histogram("h", "Durations.", buckets, 12.5)]).decode().splitlines()[2:]
    )
    assert samples['h_bucket{le="6.4e-05"}'] == "3"
    assert samples['h_bucket{le="0.000128"}'] == "3"
    assert samples['h_bucket{le="1.04858"}'] == "6"
    assert samples['h_bucket{le="+Inf"}'] == samples["h_count"] == "10"
    assert samples["h_sum"] == "12.5"
    bounds = [float(name.split('"')[1]) for name in samples if "le=" in name]
    assert bounds == sorted(bounds)
