"use strict";
// A view as H.264: one long answer of MP4 in fragments, played as they come. Whoever cannot play it is told why.
const Source = window.ManagedMediaSource || window.MediaSource;
const USUAL_TYPE = 'video/mp4; codecs="avc1.4d401f"';
const FAR_S = 0.3, NEAR_S = 0.1, TARGET_S = 0.06; // behind the newest frame: jump, catch up, where a jump leads
const FASTER = 1.1, KEPT_S = 4, SEEK_EVERY_MS = 2000, SILENT_MS = 10000;

function playsVideo() {
  return Boolean(Source && Source.isTypeSupported(USUAL_TYPE));
}
function heard(target, good, bad) {
  return new Promise((resolve, reject) => {
    target.addEventListener(good, resolve, { once: true });
    if (bad) target.addEventListener(bad, () => reject(new Error(bad)), { once: true });
  });
}
function playerTrouble(element) {
  const error = element.error;
  return error ? error.message || `media error ${error.code}` : "";
}

class LiveVideo {
  // `ended` is called once with nothing when the answer ends, or with a text when this browser cannot play it.
  constructor(element, ended) {
    this.element = element;
    this.ended = ended;
    this.run = null;
    this.behind = null;
    this.jumps = 0;
  }

  async open(address) {
    this.close();
    const run = { abort: new AbortController(), soughtAt: 0, heardAt: Date.now(), shownAt: Date.now(), position: -1 };
    this.run = run;
    run.watch = setInterval(() => this.check(run), 500);
    let trouble = "";
    try {
      await this.play(run, address);
    } catch (error) {
      trouble = error.name === "AbortError" || error instanceof TypeError ? "" : playerTrouble(this.element) || error.message;
    }
    this.finish(run, trouble);
  }

  close() {
    const run = this.run;
    this.run = null;
    if (!run) return;
    clearInterval(run.watch);
    run.abort.abort();
    this.behind = null;
    this.element.removeAttribute("src");
    this.element.load();
  }

  finish(run, trouble) {
    if (run !== this.run) return;
    this.close();
    this.ended(trouble);
  }

  async play(run, address) {
    const answer = await fetch(address, { cache: "no-store", signal: run.abort.signal });
    if (answer.status === 500) throw new Error((await answer.json()).error); // the server has no H.264: done without
    if (!answer.ok) throw new TypeError(await answer.text()); // it is the server's trouble, and tried again
    const type = answer.headers.get("Content-Type");
    if (!Source.isTypeSupported(type)) throw new Error(type);
    const source = new Source();
    this.element.disableRemotePlayback = true;
    this.element.src = URL.createObjectURL(source);
    await heard(source, "sourceopen");
    URL.revokeObjectURL(this.element.src);
    const buffer = source.addSourceBuffer(type), reader = answer.body.getReader();
    for (;;) {
      const part = await reader.read();
      if (part.done || run !== this.run) return;
      buffer.appendBuffer(part.value);
      await heard(buffer, "updateend", "error");
      if (run !== this.run) return;
      run.heardAt = Date.now();
      await this.follow(run, buffer);
    }
  }

  async follow(run, buffer) {
    const element = this.element, ranges = buffer.buffered;
    if (!ranges.length) return;
    const begin = ranges.start(ranges.length - 1), end = ranges.end(ranges.length - 1);
    const now = element.currentTime, behind = end - now, since = Date.now() - run.soughtAt;
    if (now < begin || (behind > FAR_S && !element.seeking && since > SEEK_EVERY_MS)) {
      this.jumps += run.soughtAt ? 1 : 0;
      run.soughtAt = Date.now();
      element.currentTime = Math.max(begin, end - TARGET_S);
    }
    element.playbackRate = behind > NEAR_S ? FASTER : 1;
    this.behind = Math.max(0, behind);
    if (element.paused) element.play().catch((error) => { if (error.name !== "AbortError") this.finish(run, error.message); });
    if (now - ranges.start(0) > 2 * KEPT_S) {
      buffer.remove(0, now - KEPT_S);
      await heard(buffer, "updateend");
    }
  }

  // A player may take all and show nothing.
  check(run) {
    const position = this.element.currentTime, now = Date.now();
    if (position !== run.position || now - run.heardAt > SEEK_EVERY_MS) run.shownAt = now;
    run.position = position;
    if (now - run.shownAt > SILENT_MS) this.finish(run, "nothing is shown");
  }
}
