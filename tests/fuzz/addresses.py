"""Hostile addresses of sources; nothing here leaves the machine."""

import hypothesis.strategies as st

SECRET = "s3cr3t-Pa55"
"""What must never be shown."""


odd_text = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("\x00\n\r\x1b\x7f%@:/?#&=\u202e")), max_size=24
)
NOWHERE = ("127.0.0.1:9", "[::1]:9", "localhost:9", "127.0.0.1:99999", "", "[", "127.1:9")
"""Places where nobody answers, and what is no place at all; nothing here leaves the machine."""


def _user(text: str) -> str:
    """Return ``text`` without what would make the rest of an address a host to be looked up."""
    return "".join(letter for letter in text if letter not in "@/?#\\")


urls = st.builds(
    lambda scheme, user, password, host, path, query: f"{scheme}://{user}{password}{host}/{path}{query}",
    st.sampled_from(("http", "https", "rtsp", "HTTP", "tcp", "rtmp", "ftp", "file", "gopher", "data", "concat", "x")),
    st.one_of(st.just(""), st.just("user"), odd_text.map(_user)),
    st.sampled_from((f":{SECRET}@", f":{SECRET}@", "@", "")),
    st.sampled_from(NOWHERE),
    odd_text,
    st.sampled_from(("", f"?password={SECRET}", f"?a=1&token={SECRET}", f"#password={SECRET}", "?" + "a" * 3000)),
)
STRANGE = (
    "synthetic:",
    "synthetic:ir?size=9999999x9999999",
    "synthetic:ir?frames=-1",
    "synthetic:vis?fps=nan",
    "synthetic:vis?seed=1e9",
    "synthetic:ir?size=16x16&frames=" + "9" * 5000,
    "synthetic:uv",
    "camera:",
    "camera:-1",
    "camera:99999999999999999999",
    "camera:" + "9" * 5000,
    "camera:²",
    "camera:٣",
    "camera:0x0",
    "~",
    "~root",
    "/",
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/stdin",
    "/proc/self/mem",
    "/proc/kmsg",
    "a" * 5000,
    "a/" * 3000,
    "\x00",
    "pipe:0",
    "fd:0",
    "concat:/etc/passwd|/etc/hosts",
    "subfile,,start,0,end,9,,:/etc/passwd",
    "lavfi:testsrc",
    "crypto:/etc/passwd",
    "async:http://127.0.0.1:9",
    "split:",
    "split:left:",
    "split:left:split:right:synthetic:ir",
    "split:top:/dev/zero",
    "split:left:" * 900 + "a",
    "split:middle:synthetic:ir",
    f"split:left:http://user:{SECRET}@127.0.0.1:9/a",
    "synthetic:ir#1",
    "/dev/null#ir",
    "#",
    "a#b#c",
    "cache:http://127.0.0.1:9",
)
addresses = st.one_of(urls, odd_text, st.sampled_from(STRANGE), odd_text.map(lambda text: f"synthetic:{text}"))
