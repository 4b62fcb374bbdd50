"""What a page costs from fetch to record: presswatch beside a Scrapy spider, a plain loop and the floor."""
