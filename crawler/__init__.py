"""The verbs: fetch, parse, compare, record, report. Start reading at `crawler.pipeline`."""
