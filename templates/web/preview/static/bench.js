// Reloads when something changed, keeps the scroll position of the edition, and listens to the keyboard.
"use strict";
const script = document.currentScript;
const shown = script.dataset.version;

new EventSource("/preview/events").onmessage = (event) => {
  if (event.data !== shown) location.reload();
};

const search = document.getElementById("search");
search?.addEventListener("input", () => {
  const wanted = search.value.trim().toLowerCase();
  for (const card of document.querySelectorAll(".card")) card.hidden = !card.dataset.name.includes(wanted);
});

function step(by) {
  const links = [...document.querySelectorAll("[data-newsletter], .card:not([hidden]) > a")];
  if (!links.length) return;
  const here = links.findIndex((link) => link.getAttribute("aria-current") || link === document.activeElement);
  const next = links[(here + by + links.length) % links.length];
  if (next.dataset.newsletter !== undefined) location.assign(next.href);
  else next.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "/" && search) { event.preventDefault(); search.focus(); }
  else if (event.key === "?") alert("j, k: next and previous newsletter\n1 to 7: tabs\n/: search");
  else document.querySelector(`[data-tab="${CSS.escape(event.key)}"]`)?.click();
});
