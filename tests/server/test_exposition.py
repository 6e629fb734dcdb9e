"""The text that Prometheus reads."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from enfilade.server.exposition import (
    BOUNDS,
    Exemplar,
    Family,
    counter,
    expose,
    expose_openmetrics,
    gauge,
    histogram,
    place_of,
)
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


# OpenMetrics -------------------------------------------------------------------------------


def parse(families):
    """What Prometheus' own parser reads, by the names of the samples."""
    text = expose_openmetrics(families).decode()
    return {
        (sample.name, sample.labels.get("le")): sample
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_openmetrics_calls_a_counter_without_total_and_ends_with_eof():
    text = expose_openmetrics([counter("a_total", 'How "often".', 3), gauge("b", "How much.", 0.5)])
    assert text == (
        b'# TYPE a counter\n# HELP a How \\"often\\".\na_total 3\n'
        b"# TYPE b gauge\n# HELP b How much.\nb 0.5\n# EOF\n"
    )
    assert parse([counter("a_total", 'How "often".', 3)])["a_total", None].value == 3


def test_the_parser_of_prometheus_reads_the_exemplars_of_buckets():
    buckets = [0] * BUCKETS
    buckets[8], buckets[-1] = 2, 1
    exemplars = {
        place_of(seconds): Exemplar({"trace_id": "a" * 32, "span_id": "b" * 16}, seconds, 1e9)
        for seconds in (0.0002, 0.1, 3600.0)  # the second where nothing is counted
    }
    samples = parse([histogram("h", "Durations.", buckets, 1.0, exemplars)])
    found = {key: sample.exemplar for key, sample in samples.items() if sample.exemplar}
    assert {key[1] for key in found} == {"0.000256", "+Inf"}
    assert found["h_bucket", "0.000256"].value == 0.0002
    assert float(found["h_bucket", "0.000256"].timestamp) == 1e9
    assert found["h_bucket", "+Inf"].labels == {"trace_id": "a" * 32, "span_id": "b" * 16}
    assert samples["h_count", None].value == 3


def test_the_plain_text_has_no_exemplars():
    exemplars = {0: Exemplar({"span_id": "b"}, 0.0, 0.0)}
    text = expose([histogram("h", "Durations.", [1] * BUCKETS, 0, exemplars)])
    assert text == expose([histogram("h", "Durations.", [1] * BUCKETS, 0)])


@given(st.floats(0, 1e6))
def test_the_place_of_a_duration_is_the_first_bucket_whose_bound_it_keeps(seconds):
    place, bounds = place_of(seconds), [*map(float, BOUNDS), inf]
    assert seconds <= bounds[place]
    assert place == 0 or seconds > bounds[place - 1]
