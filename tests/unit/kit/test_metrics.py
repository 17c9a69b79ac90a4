"""Labels stay few and impersonal: each takes its values from a small fixed set."""

from prometheus_client.metrics import MetricWrapperBase

from kit import metrics

FEW = {"service", "type", "topic", "method", "route", "status", "reason", "clock", "call"}


def declared() -> list[MetricWrapperBase]:
    return [found for found in vars(metrics).values() if isinstance(found, MetricWrapperBase)]


def test_every_label_is_one_whose_values_are_few() -> None:
    assert {label for metric in declared() for label in metric._labelnames} <= FEW


def test_every_metric_is_ours_by_name_and_says_what_it_counts() -> None:
    for metric in declared():
        (family,) = metric.describe()
        assert family.name.startswith("hotline_")
        assert family.documentation
