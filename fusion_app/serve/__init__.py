"""A running session for browsers and other programs: pictures, figures, a small API, over HTTP.

`served` says what a server needs of whoever runs a session: a headless `node`, or the window. `pictures` encodes the
newest frame in a thread of its own, each view once for all who look; `feed` hands it to them in the server's loop.
`guard` decides who may ask what, `api` answers, `page` is what a browser shows, `server` holds socket and thread.
docs/serve.md is the user's side of it.
"""
