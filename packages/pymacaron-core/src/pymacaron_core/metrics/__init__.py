"""Metrics: requests counted and timed by operation, in memory that all workers share, for Prometheus to fetch."""

from pymacaron_core.metrics.counting import Counting
from pymacaron_core.metrics.scraping import scraped, scraped_at

__all__ = ["Counting", "scraped", "scraped_at"]
