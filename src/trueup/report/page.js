"use strict";
const story = JSON.parse(document.getElementById("story").textContent);
const night = window.matchMedia("(prefers-color-scheme: dark)");

function reveal(event, item) {
  const place = item && item.datum && item.datum.anchor && document.getElementById(item.datum.anchor);
  if (!place) return;
  for (let at = place; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  const more = place.querySelector("details");
  if (more) more.open = true;
  location.hash = place.id;
  place.scrollIntoView({ block: "center" });
}

// Only what is known is told; `clean` escapes.
function told(value, clean) {
  const lines = Object.entries(value).filter(([key, text]) => key !== "title" && text !== "-");
  const rows = lines.map(([key, text]) => `<tr><td class="key">${clean(key)}</td><td>${clean(text)}</td></tr>`);
  return `<h2>${clean(value.title)}</h2><table>${rows.join("")}</table>`;
}

async function draw() {
  const spec = { ...(night.matches ? story.dark : story.light), datasets: story.datasets };
  const tooltip = { disableDefaultStyle: true, formatTooltip: told };
  const options = { renderer: "svg", actions: false, ast: true, tooltip };
  const box = document.getElementById("picture");
  try {
    const drawn = await vegaEmbed(box, spec, options);
    drawn.view.addEventListener("click", reveal);
    box.dataset.drawn = night.matches ? "dark" : "light";
  } catch (error) {
    box.textContent = "The picture could not be drawn (" + error.message + "); the tables below say the same.";
    throw error;
  }
}

night.addEventListener("change", draw);
draw();
