// Pages can be read and operated without this file. It keeps pages current, and copies URLs.
"use strict";

const content = () => document.getElementById("content");

// Replaces the content of a page that has `data-live`, the interval in seconds, until the server's page has none. A page that
// cannot be shown now is loaded again too. The content stays while the focus is in it, which it would otherwise lose.
async function refresh() {
  if (content().contains(document.activeElement?.closest("a, button, input, select, summary, [tabindex='0']"))) {
    prepare();
    return;
  }
  const interval = content().dataset.live;
  const response = await fetch(location.href, { headers: { accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = page.getElementById("content");
  if (!next) {
    // The session has ended: the page of the rejection says what to do.
    location.reload();
    return;
  }
  if (next.querySelector("#error") && !next.dataset.live) {
    next.dataset.live = interval;
  }
  content().replaceWith(document.adoptNode(next));
  prepare();
}

function prepare() {
  const seconds = Number(content()?.dataset.live);
  if (seconds) {
    setTimeout(() => refresh().catch(prepare), seconds * 1000);
  }
  if (!navigator.clipboard) {
    return;
  }
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    });
  }
}

prepare();
