"""The same work by a Scrapy spider: listings, articles, parsel selectors, SQLite, difflib. Run in its own environment.

python spider.py ROOT PAGES FILE
"""

import difflib
import hashlib
import sqlite3
import sys

import scrapy
from scrapy.crawler import CrawlerProcess

ROOT, PAGES, FILE = sys.argv[1], int(sys.argv[2]), sys.argv[3]


class Kept:
    """A table of the latest text of each address and its validator, and one of what changed."""

    def open_spider(self, spider):
        self.store = spider.store
        self.count = 0

    def close_spider(self, spider):
        self.store.commit()

    def process_item(self, item, spider):
        text = item["headline"] + "\n" + "\n".join(item["paragraphs"])
        digest = hashlib.sha256(text.encode()).hexdigest()
        row = self.store.execute("SELECT digest, text FROM page WHERE url = ?", (item["url"],)).fetchone()
        if row is None or row[0] != digest:
            diff = "" if row is None else "\n".join(difflib.ndiff(row[1].split(), text.split()))
            self.store.execute(
                "INSERT INTO change (url, digest, diff) VALUES (?, ?, ?)", (item["url"], digest, diff)
            )
            values = (item["url"], digest, text, item["published"], item["etag"])
            self.store.execute("INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?)", values)
        self.count += 1
        if self.count % 100 == 0:
            self.store.commit()
        return item


class Press(scrapy.Spider):
    name = "press"
    handle_httpstatus_list = [304]

    def __init__(self):
        super().__init__()
        self.store = sqlite3.connect(FILE)
        self.store.execute("PRAGMA journal_mode=WAL")
        self.store.execute(
            "CREATE TABLE IF NOT EXISTS page (url TEXT PRIMARY KEY, digest, text, published, etag)"
        )
        self.store.execute("CREATE TABLE IF NOT EXISTS change (id INTEGER PRIMARY KEY, url, digest, diff)")
        self.etags = dict(self.store.execute("SELECT url, etag FROM page"))

    def asks(self):
        for number in range((PAGES + 99) // 100):
            yield scrapy.Request(f"{ROOT}l/{number:04d}.html", self.parse, dont_filter=True)

    async def start(self):
        for request in self.asks():
            yield request

    def parse(self, response):
        for row in response.css("article.row"):
            url = response.urljoin(row.css("h2 a::attr(href)").get())
            etag = self.etags.get(url)
            yield scrapy.Request(url, self.read, headers={"If-None-Match": etag} if etag else None)

    def read(self, response):
        if response.status == 304:
            return
        yield {
            "url": response.url,
            "headline": response.css("h1::text").get(),
            "byline": response.css(".byline a::text").get(),
            "published": response.css("time::attr(datetime)").get(),
            "paragraphs": [" ".join(p.css("::text").getall()) for p in response.css(".story-body p")],
            "etag": (response.headers.get("ETag") or b"").decode(),
        }


process = CrawlerProcess(
    {
        "LOG_LEVEL": "ERROR",
        "ITEM_PIPELINES": {Kept: 1},
        "CONCURRENT_REQUESTS": 64,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 64,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": True,
        "TELNETCONSOLE_ENABLED": False,
    }
)
process.crawl(Press)
process.start()
