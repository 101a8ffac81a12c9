"use strict";
// One page: pictures as H.264 or motion JPEG, figures from /status once a second, commands by POST.
const byId = (id) => document.getElementById(id);
const STATUS_MS = 1000, RETRY_MS = 1500;
const SHOWN = {
  fused: ["fused"], visible: ["visible"], ir: ["ir"], difference: ["difference"],
  all: ["fused", "visible", "ir"], swipe: ["fused", "visible"],
};
const VIEWS = ["fused", "visible", "ir", "difference"], TRANSFERS = ["auto", "jpeg"];
const state = { layout: "fused", palette: "", transfer: "auto", trouble: "", status: null, isFilled: "", language: "en" };

if (location.search) history.replaceState(null, "", location.pathname); // the token is in a cookie by now

function remembered(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}
function remember(name, value) {
  try { localStorage.setItem(name, value); } catch { /* a private window */ }
}
function say(name, ...values) {
  const text = WORDS[state.language][name] || name;
  return values.reduce((words, value, at) => words.replace(`{${at}}`, value), text);
}
function named(kind, value) {
  return WORDS[state.language][`${kind} ${value}`] || value;
}

function speak(language) {
  state.language = language;
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = say(one.dataset.text);
  for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", say(one.dataset.label));
  for (const one of document.querySelectorAll("[data-alt]")) one.alt = say(one.dataset.alt);
  byId("language").textContent = language === "zh" ? "English" : "中文";
  byId("language").lang = language === "zh" ? "en" : "zh-CN";
  state.isFilled = "";
  if (state.status) showStatus(state.status);
}

// Pictures. A stream that is not shown is closed; one that breaks is opened anew.
const videos = Object.fromEntries(VIEWS.map((view) => [view, new LiveVideo(byId(`${view}-video`), (trouble) => {
  byId(`${view}-video`).dataset.stream = "";
  if (trouble) state.trouble = trouble; // from now on as JPEG
  setTimeout(showAll, trouble ? 0 : RETRY_MS);
})]));
function isVideo() {
  return state.transfer === "auto" && !state.trouble && playsVideo();
}
function address(view) {
  const palette = view === "ir" && state.palette ? `&palette=${encodeURIComponent(state.palette)}` : "";
  if (isVideo()) return `/video?view=${view}${palette}`;
  const pixels = byId("pictures").clientWidth * Math.min(window.devicePixelRatio || 1, 2);
  const part = state.layout === "all" && window.innerWidth >= 900 ? pixels * (view === "fused" ? 0.67 : 0.34) : pixels;
  const width = [320, 480, 640, 960, 1280].find((one) => one >= part) || 1280;
  return `/stream?view=${view}&width=${width}${palette}`;
}
function show(view, isShown) {
  const wanted = isShown && !document.hidden ? address(view) : "", asVideo = isVideo();
  open(byId(view), asVideo ? "" : wanted, (image, stream) => {
    if (stream) image.src = stream; else image.removeAttribute("src");
  });
  open(byId(`${view}-video`), asVideo ? wanted : "", (_, stream) => {
    if (stream) videos[view].open(stream); else videos[view].close();
  });
  byId(view).hidden = asVideo;
  byId(`${view}-video`).hidden = !asVideo;
}
function open(element, wanted, change) {
  if ((element.dataset.stream || "") === wanted) return;
  element.dataset.stream = wanted;
  change(element, wanted);
}
function hasPicture(view) {
  const video = byId(`${view}-video`);
  return isVideo() ? video.videoWidth > 0 && video.getVideoPlaybackQuality().totalVideoFrames > 0 : byId(view).naturalWidth > 0;
}
function showTransfer() {
  if (isVideo()) {
    const behind = Math.max(...SHOWN[state.layout].map((view) => videos[view].behind ?? 0));
    figure("f-transfer", hasPicture(SHOWN[state.layout][0]) ? say("asVideo", Math.round(behind * 1000)) : "–");
  } else if (state.transfer === "auto") {
    figure("f-transfer", state.trouble ? say("videoFailed", state.trouble) : say("noVideo"), "warning");
  } else {
    figure("f-transfer", say("asJpeg"));
  }
}
function showAll() {
  byId("pictures").dataset.layout = state.layout;
  for (const view of VIEWS) show(view, SHOWN[state.layout].includes(view));
  for (const one of document.querySelectorAll("#layouts button")) {
    one.setAttribute("aria-pressed", String(one.dataset.layout === state.layout));
  }
  byId("save").href = `/snapshot?view=${SHOWN[state.layout][0]}&format=png`;
  byId("save").download = `${SHOWN[state.layout][0]}.png`;
}
for (const view of VIEWS) {
  byId(view).addEventListener("error", () => {
    if (!byId(view).dataset.stream) return;
    byId(view).dataset.stream = "";
    setTimeout(showAll, RETRY_MS);
  });
}
for (const one of document.querySelectorAll("#layouts button")) {
  one.addEventListener("click", () => { state.layout = one.dataset.layout; showAll(); });
}
byId("edge").addEventListener("input", () => {
  byId("pictures").style.setProperty("--edge", `${byId("edge").value / 10}%`);
});
document.addEventListener("visibilitychange", showAll);

function showNothing() {
  byId("nothing").hidden = SHOWN[state.layout].some(hasPicture);
}
setInterval(showNothing, 250);

// Commands.
function tell(text, level = "") {
  byId("said").textContent = text;
  byId("said").dataset.level = level;
}
async function ask(path, body) {
  tell(say("working"));
  try {
    const answer = await fetch(path, {
      method: "POST", headers: { "X-CS2Fusion": "1", "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const text = await answer.text();
    let found = {};
    try { found = JSON.parse(text); } catch { found = { error: text }; }
    if (!answer.ok) { tell(found.error || text, "danger"); return null; }
    tell("");
    look();
    return found;
  } catch {
    tell(say("gone"), "danger");
    return null;
  }
}
byId("record").addEventListener("click", () => ask("/api/record", { on: !(state.status && state.status.recording) }));
byId("marker").addEventListener("click", async () => {
  if (await ask("/api/marker", {})) tell(say("markerSet"));
});
byId("snapshot").addEventListener("click", async () => {
  const kept = await ask("/api/snapshot", {});
  if (kept) tell(say("kept", kept.file));
});
byId("mode").addEventListener("change", () => ask("/api/fusion", { mode: byId("mode").value }));
byId("model").addEventListener("change", () => ask("/api/fusion", { model: byId("model").value }));
byId("palette").addEventListener("change", () => {
  state.palette = byId("palette").value;
  remember("palette", state.palette);
  showAll();
});
byId("transfer").addEventListener("change", () => {
  state.transfer = byId("transfer").value;
  state.trouble = "";
  remember("transfer", state.transfer);
  showAll();
  showTransfer();
});
byId("language").addEventListener("click", () => {
  const language = state.language === "zh" ? "en" : "zh";
  remember("language", language);
  speak(language);
});

// Figures.
function fill(id, kind, values, chosen) {
  const box = byId(id);
  if (!values.includes(chosen)) values = [...values, chosen];
  box.replaceChildren(...values.map((value) => new Option(named(kind, value), value)));
  box.value = chosen;
}
function duration(seconds) {
  const whole = Math.floor(seconds), two = (value) => String(value).padStart(2, "0");
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
function size(bytes) {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;
}
function figure(id, text, level = "") {
  byId(id).textContent = text;
  byId(id).dataset.level = level;
}
function showSource(id, source) {
  if (!source) { figure(id, "–"); return; }
  const isGone = source.is_live && source.phase !== "ok";
  const rate = source.fps ? ` · ${source.fps.toFixed(1)} fps` : "";
  const phase = source.is_live ? named("phase", source.phase) : say("file");
  figure(id, `${phase} · ${source.width}×${source.height}${isGone ? "" : rate}`, isGone ? "danger" : "");
}
function showFigures(status) {
  const fusion = status.fusion;
  figure("f-fusion", fusion.fps ? `${fusion.fps.toFixed(1)} fps` : "–");
  figure("f-latency", fusion.latency_ms === undefined ? "–" : `${fusion.latency_ms.toFixed(0)} ms`);
  figure("f-skew", fusion.skew_ms === undefined ? "–" : `${fusion.skew_ms.toFixed(0)} ms`);
  figure("f-lost", fusion.fused === undefined ? "–" : String(fusion.skipped + fusion.dropped));
  figure("f-engine", fusion.engine || "–");
  figure("f-disk", status.disk_left === null ? "–" : size(status.disk_left));
  showSource("f-ir", status.sources.ir);
  showSource("f-visible", status.sources.visible);
}
function showRecording(status) {
  const recording = status.recording, button = byId("record");
  button.setAttribute("aria-pressed", String(Boolean(recording)));
  button.textContent = say(recording ? "stop" : "record");
  byId("marker").disabled = !recording;
  const lamp = byId("lamp");
  if (recording) {
    const lost = recording.dropped ? ` · −${recording.dropped}` : "";
    lamp.textContent = `REC ${duration(recording.seconds)} · ${size(recording.size)}${lost}`;
    lamp.dataset.level = "recording";
  } else {
    lamp.textContent = say(status.is_running ? "live" : "closed");
    lamp.dataset.level = status.is_running ? "good" : "danger";
  }
}
function showStatus(status) {
  state.status = status;
  showFigures(status);
  showRecording(status);
  const fusion = status.fusion, key = JSON.stringify([fusion.mode, fusion.model, status.choices, state.language]);
  if (key !== state.isFilled) {
    state.isFilled = key;
    fill("mode", "mode", status.choices.modes, fusion.mode);
    fill("model", "model", status.choices.models, fusion.model);
    fill("palette", "palette", status.choices.palettes, state.palette || status.palette);
    fill("transfer", "transfer", TRANSFERS, state.transfer);
  }
  byId("notices").replaceChildren(...status.notices.map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }));
  showNothing();
  showTransfer();
}
function showGone(text) {
  byId("lamp").textContent = text;
  byId("lamp").dataset.level = "danger";
}
async function look() {
  try {
    const answer = await fetch("/status", { cache: "no-store", signal: AbortSignal.timeout(5000) });
    if (answer.ok) showStatus(await answer.json());
    else showGone(say(answer.status === 401 ? "denied" : "gone"));
  } catch {
    showGone(say("gone"));
  }
}
async function lookOn() {
  if (!document.hidden) await look();
  setTimeout(lookOn, STATUS_MS);
}

state.palette = remembered("palette") || "";
state.transfer = TRANSFERS.find((one) => one === remembered("transfer")) || "auto";
byId("nothing").hidden = false;
speak(remembered("language") || ((navigator.languages || [navigator.language])[0] || "").startsWith("zh") && "zh" || "en");
showAll();
lookOn();
