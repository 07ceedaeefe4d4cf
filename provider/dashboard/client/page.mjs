// @ts-check
import { Idiomorph } from "./idiomorph.mjs";

// Without this script every page can be read and every order be given. With it pages show what is new by themselves,
// questions are asked in a dialog, and forms answer while somebody types.

const everyMs = 2000;
const typingMs = 400;

const main = found("main", HTMLElement);
const connection = found("#connection", HTMLElement);
const dialog = found("#dialog", HTMLDialogElement);

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
function found(selector, kind) {
  const element = document.querySelector(selector);
  if (element instanceof kind) return element;
  throw new Error(`the page has no ${selector}`);
}

/** How many pages were shown: an answer that was asked for before the last of them is old. */
let shown = 0;

/** Shows a page in the place of this one. What is the same stays, and with it focus, caret and selection.
 * @param {string} html */
function show(html) {
  shown += 1;
  const page = new DOMParser().parseFromString(html, "text/html");
  const content = page.querySelector("main");
  if (content === null) return;
  document.title = page.title;
  Idiomorph.morph(main, content.innerHTML, {
    morphStyle: "innerHTML",
    ignoreActiveValue: true,
    callbacks: {
      // What somebody has opened stays open, and what they have chosen stays chosen.
      beforeAttributeUpdated: (name, element) => !(name === "open" && element instanceof HTMLDetailsElement),
      beforeNodeMorphed: (element) => !(element instanceof Element && element.hasAttribute("data-keep")),
    },
  });
}

/** @param {string} text Why the page is not up to date; empty when it is. */
function tellConnection(text) {
  if (connection.textContent !== text) connection.textContent = text;
  document.documentElement.classList.toggle("is-lost", text !== "");
}

const isOver =
  "This page is no longer let in: the dashboard was started anew. Open the address that it has printed now.";
const isLost =
  "No connection to the dashboard: it has ended, or is unreachable. What is shown is old. Trying again…";

/**
 * Asks the dashboard. Undefined where it gives no page to show.
 * @param {string} url
 * @param {RequestInit} [init]
 */
async function ask(url, init) {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
    tellConnection(response.status === 401 ? isOver : "");
    return response.status === 401
      ? undefined
      : { url: response.url, isOk: response.ok, html: await response.text() };
  } catch {
    tellConnection(isLost);
    return undefined;
  }
}

let isAsking = false;

async function refresh() {
  if (isAsking || document.hidden || !main.hasAttribute("data-live")) return;
  isAsking = true;
  const before = shown;
  const page = await ask(location.href);
  isAsking = false;
  // A page that cannot be read now says so, and stays: the next look may be luckier.
  if (page !== undefined && shown === before && main.hasAttribute("data-live")) show(page.html);
}

setInterval(() => void refresh(), everyMs);
document.addEventListener("visibilitychange", () => void refresh());

/** Asks in a dialog what a page of its own would ask.
 * @param {string} url */
async function askInDialog(url) {
  const page = await ask(url);
  if (page === undefined) return;
  const question = new DOMParser().parseFromString(page.html, "text/html").querySelector("[data-ask]");
  if (question === null) return location.assign(url);
  dialog.replaceChildren(document.adoptNode(question));
  dialog.showModal();
}

/** Where a form leads. Its `action` may be a field of that name. @param {HTMLFormElement} form */
function addressOf(form) {
  return new URL(form.getAttribute("action") ?? "", location.href).href;
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} [button] */
function fieldsOf(form, button) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
  if (button instanceof HTMLButtonElement && button.name !== "") fields.append(button.name, button.value);
  return fields;
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} button */
async function order(form, button) {
  if (button instanceof HTMLButtonElement) button.disabled = true;
  const page = await ask(addressOf(form), { method: "POST", body: fieldsOf(form, button) });
  if (page === undefined) {
    const text = document.createElement("p");
    text.setAttribute("role", "alert");
    text.className = "note bad";
    text.textContent =
      "The dashboard did not answer. It is not known whether this was done: look at the release before you try again.";
    form.before(text);
    return;
  }
  dialog.close();
  const there = new URL(page.url);
  if (there.pathname !== location.pathname) return location.assign(there);
  history.replaceState(null, "", there);
  show(page.html);
}

/** The last answer that was asked for: one that comes late shows nothing. */
let latest = 0;

/** @param {HTMLFormElement} form @param {HTMLElement | null} [button] */
async function update(form, button) {
  const mine = ++latest;
  const fields = fieldsOf(form, button);
  const isPost = form.method === "post";
  const url = isPost ? addressOf(form) : `${addressOf(form).replace(/\?.*$/, "")}?${fields}`;
  const page = await ask(url, isPost ? { method: "POST", body: fields } : undefined);
  if (page === undefined || mine !== latest) return;
  const there = new URL(page.url);
  if (there.pathname !== location.pathname) return location.assign(there);
  if (!isPost || there.search !== location.search) history.replaceState(null, "", there);
  show(page.html);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const isQuestion = form.hasAttribute("data-dialog");
  const isAnswer = dialog.contains(form);
  const isLive = form.hasAttribute("data-live");
  if (!isQuestion && !isAnswer && !isLive) return;
  event.preventDefault();
  // The button sends what was typed as well; an answer to that alone would come in its way.
  clearTimeout(typing);
  if (isQuestion) void askInDialog(`${addressOf(form)}?${fieldsOf(form)}`);
  else if (isAnswer) void order(form, event.submitter);
  else void update(form, event.submitter);
});

// What was typed and not saved is not lost by a wrong click.
addEventListener("beforeunload", (event) => {
  if (main.querySelector("form[data-changed]") !== null) event.preventDefault();
});

dialog.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || event.target.closest("[data-close]") === null) return;
  event.preventDefault();
  dialog.close();
});

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const { target } = event;
    if (!(target instanceof HTMLElement)) return;
    const form = target.closest("form[data-live]");
    if (!(form instanceof HTMLFormElement)) return;
    clearTimeout(typing);
    typing = setTimeout(() => void update(form), kind === "change" ? 0 : typingMs);
  });
}
