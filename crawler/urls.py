"""placeholder until the real one lands"""
from urllib.parse import urlsplit
def host(url: str) -> str:
    return urlsplit(url).netloc.lower().removeprefix("www.")
def canonical(url: str) -> str:
    s = urlsplit(url)
    return host(url) + s.path.rstrip("/") + ("?" + s.query if s.query else "")
