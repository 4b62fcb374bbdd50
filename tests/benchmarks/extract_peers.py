"""One other extractor in a process of its own, for `extract.py`: a path a line in, what it reads a line out.

Runs in an environment that has that extractor and nothing of ours:

    python extract_peers.py trafilatura|readability|newspaper|resiliparse

Out: {"body", "headline", "published", "milliseconds"}, milliseconds of CPU.
"""

import gzip
import json
import sys
import time
from pathlib import Path


def trafilatura(data, url):
    import trafilatura as tool

    found = tool.bare_extraction(data, url=url, with_metadata=True, include_comments=False)
    if found is None:
        return "", None, None
    told = found.as_dict() if hasattr(found, "as_dict") else found
    return told.get("text") or "", told.get("title"), told.get("date")


def readability(data, url):
    import lxml.html
    from readability import Document

    document = Document(_text(data), url=url)
    body = lxml.html.fromstring(document.summary()).text_content()
    return body, document.short_title(), None


def newspaper(data, url):
    from newspaper import Article

    article = Article(url or "https://press.example/", fetch_images=False)
    article.download(input_html=_text(data))
    article.parse()
    published = article.publish_date
    return article.text, article.title, published.isoformat() if hasattr(published, "isoformat") else None


def resiliparse(data, url):
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(_text(data))
    return extract_plain_text(tree, main_content=True), tree.title, None


def _text(data):
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    return bytes_to_str(data, detect_encoding(data))


def main():
    extract = {f.__name__: f for f in (trafilatura, readability, newspaper, resiliparse)}[sys.argv[1]]
    for line in sys.stdin:
        asked = json.loads(line)
        data = Path(asked["path"]).read_bytes()
        data = gzip.decompress(data) if asked["path"].endswith(".gz") else data
        started = time.process_time()
        try:
            body, headline, published = extract(data, asked["url"])
        except Exception as error:  # whatever another's program makes of a page, the page counts as unread
            body, headline, published = "", None, None
            print(f"{sys.argv[1]}: {asked['path']}: {error!r}"[:300], file=sys.stderr)
        spent = 1000 * (time.process_time() - started)
        answer = {"body": body, "headline": headline, "published": published, "milliseconds": spent}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
