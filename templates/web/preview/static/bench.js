// Shows changes as they happen, keeps the place where one was reading, and listens to the keyboard.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
let shown = document.documentElement.dataset.version;
let current = 0;

// ---- changes ------------------------------------------------------------------------------------------------

const keyOf = (element) => element.id || element.className;

function remember() {
  return {
    scrolled: all(".side, .why, .inboxlist, .paper.scroll, .trouble").map((part) => [keyOf(part).split(" ")[0], part.scrollTop]),
    open: all("details[open][id]").map((part) => part.id),
    story: document.activeElement?.closest?.("[data-story]")?.dataset.story,
    page: [scrollX, scrollY],
  };
}

function restore(place) {
  for (const [key, top] of place.scrolled) { const part = document.getElementById(key) || $(`.${CSS.escape(key)}`); if (part) part.scrollTop = top; }
  for (const id of place.open) document.getElementById(id)?.setAttribute("open", "");
  if (place.story) $(`[data-story="${CSS.escape(place.story)}"]`)?.focus({ preventScroll: true });
  scrollTo(...place.page);
  showCurrent();
}

// The new frame loads behind the old one, and takes its place with the same lines in view.
function swapFrame(fresh) {
  for (const frame of all("iframe[data-loading]")) frame.remove();
  const old = $("iframe#edition");
  const next = $("iframe#edition", fresh);
  if (!old || !next || old.className !== next.className) return null;
  const top = old.contentDocument?.scrollingElement?.scrollTop ?? 0;
  next.removeAttribute("id");
  next.dataset.loading = "";
  const keepsPlace = old.getAttribute("src") === next.getAttribute("src");
  next.addEventListener("load", () => {
    if (keepsPlace && next.contentDocument?.scrollingElement) next.contentDocument.scrollingElement.scrollTop = top;
    next.style.cssText = "";
    old.remove();
    next.id = "edition";
    delete next.dataset.loading;
    document.documentElement.dataset.shown = shown;
  }, { once: true });
  return { old, next };
}

function adopt(text, address) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const frame = swapFrame(fresh);
  const place = remember();
  const mine = $("main");
  const theirs = $("main", fresh);
  shown = fresh.documentElement.dataset.version;
  document.title = fresh.title;
  if (address && address !== location.href) history.replaceState(null, "", address);
  if (frame && mine && theirs && document.body.className === fresh.body.className) {
    const { old, next } = frame;
    const box = old.getBoundingClientRect();
    const marker = document.createComment("");
    next.replaceWith(marker);
    for (const node of [...mine.childNodes]) if (node !== old) node.remove();
    const before = [], after = [];
    let seen = false;
    for (const node of [...theirs.childNodes]) { if (node === marker) seen = true; else (seen ? after : before).push(node); }
    old.before(...before); old.after(...after);
    next.style.cssText = `position:fixed;visibility:hidden;left:${box.left}px;top:${box.top}px;width:${box.width}px;height:${box.height}px;margin:0`;
    old.after(next);
    for (const name of ["nav.side", "aside.why"]) { const part = $(name), other = $(name, fresh); if (part && other) part.replaceWith(other); }
  } else {
    document.body.className = fresh.body.className;
    document.body.replaceChildren(...fresh.body.childNodes);
    document.documentElement.dataset.shown = shown;
  }
  restore(place);
  document.documentElement.dataset.version = shown;
  fillCards();
}

// On a narrow screen rows of tabs scroll; what is open must be in sight.
function showCurrent() {
  for (const link of all(".tabs [aria-current], .side li [aria-current]")) {
    const row = link.closest(".tabs, ul");
    if (row.scrollWidth > row.clientWidth) row.scrollLeft = link.offsetLeft - row.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
  }
}

async function look() {
  const turn = ++current;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  const text = await answer.text();
  if (turn === current) adopt(text);
}

const isWriting = () => {
  const field = document.activeElement;
  return field?.matches?.("input:not([type=search]), textarea") && field.value !== field.defaultValue;
};
let waiting = false;

function changed() {
  // A text half written is not thrown away; the change shows when the field is left.
  if (isWriting()) { waiting = true; return; }
  waiting = false;
  look().catch(() => { waiting = true; });
}

document.addEventListener("focusout", () => { if (waiting) setTimeout(() => waiting && changed(), 0); });
new EventSource("/preview/-/events").onmessage = (event) => { if (event.data !== shown) changed(); };

// ---- edits --------------------------------------------------------------------------------------------------

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-live]")) return;
  event.preventDefault();
  const values = new FormData(form);
  if (event.submitter?.name) values.set(event.submitter.name, event.submitter.value);
  const turn = ++current;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(values) });
  const text = await answer.text();
  if (document.activeElement?.matches?.("input, textarea")) document.activeElement.blur();
  if (turn === current) adopt(text);
});

// ---- overview -----------------------------------------------------------------------------------------------

let filling = false;
async function fillCards() {
  if (filling) return;
  filling = true;
  for (let card; (card = $("[data-wanted]:not([hidden])"));) {
    const answer = await fetch(`/preview/-/card/${card.dataset.card}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-card]");
    if (fresh) { fresh.hidden = card.hidden; card.replaceWith(fresh); } else card.removeAttribute("data-wanted");
  }
  filling = false;
}
fillCards();
showCurrent();

function search() {
  const wanted = ($("#search")?.value ?? "").trim().toLowerCase();
  for (const item of all("[data-name]")) item.hidden = !item.dataset.name.includes(wanted);
  fillCards();
}
document.addEventListener("input", (event) => { if (event.target.id === "search") search(); });

// ---- keyboard -----------------------------------------------------------------------------------------------

function step(by) {
  const links = all("[data-step]").filter((link) => !link.closest("[hidden]"));
  if (!links.length) return;
  let here = links.findIndex((link) => link === document.activeElement);
  const isList = here < 0 ? $("[data-step][aria-current]") : null;
  if (isList) here = links.indexOf(isList);
  const next = links[here < 0 ? (by > 0 ? 0 : links.length - 1) : (here + by + links.length) % links.length];
  if ($("main.cards")) { next.focus(); next.scrollIntoView({ block: "nearest" }); } else location.assign(next.href);
}

function stepStory(by) {
  const rows = all("[data-story]");
  const here = rows.indexOf(document.activeElement?.closest?.("[data-story]"));
  const next = rows[here < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function act(name) {
  const row = document.activeElement?.closest?.("[data-story]");
  (row ? $(`[data-act="${name}"]`, row) : null)?.click();
}

const keys = {
  j: () => step(1), k: () => step(-1), n: () => stepStory(1), N: () => stepStory(-1),
  p: () => act("pin"), x: () => act("drop"), r: () => act("release"), "+": () => act("up"), "-": () => act("down"),
  e: () => { const words = $("details", document.activeElement?.closest?.("[data-story]") ?? document.createElement("i")); if (words) words.open = !words.open; },
  u: () => $('[data-act="undo"]')?.click(), s: () => $('[data-act="save"]')?.click(),
  "[": () => $('[data-slot="before"]')?.click(), "]": () => $('[data-slot="after"]')?.click(),
  o: () => location.assign("/preview/"), m: () => location.assign("/preview/-/mail"),
  "/": () => $("#search")?.focus(), "?": () => $("#keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.id === "search") { event.target.value = ""; search(); event.target.blur(); return; }
  if (event.target.matches?.("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  const tab = /^[0-9]$/.test(event.key) ? $(`[data-tab="${event.key}"]`) : null;
  const does = tab ? () => tab.click() : keys[event.key];
  if (does) { event.preventDefault(); does(); }
});
document.addEventListener("click", (event) => { if (event.target.closest?.("[data-keys]")) $("#keys").showModal(); });
