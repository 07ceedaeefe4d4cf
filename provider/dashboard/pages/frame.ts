import { html } from "hono/html";
import { markup, type Markup, type Piece } from "../../markup";

/** A page of the dashboard. */
export interface Page {
  readonly title: string;
  /** Which part of the dashboard it is, for the navigation. */
  readonly part?: "releases" | "plans";
  readonly account?: string;
  readonly content: Piece;
  /** True where it is asked for again and again, and shows what is new. */
  readonly isLive?: boolean;
  /** What has just been done, or why not. */
  readonly said?: Said | undefined;
}

/** What an order has come to. */
export interface Said {
  readonly text: string;
  readonly isGood: boolean;
  /** In milliseconds since the epoch. */
  readonly at: number;
}

/** A whole page. Everything it loads is the dashboard's own. */
export function frame({ title, part, account, content, isLive = false, said }: Page): Markup {
  const live = isLive ? markup` data-live` : "";
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – workers-release</title>
<link rel="stylesheet" href="/files/page.css">
<link rel="stylesheet" href="/files/plots.css">
<link rel="icon" href="/files/icon.svg" type="image/svg+xml">
<script type="module" src="/files/page.mjs"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<a class="brand" href="/">workers-release</a>
<nav aria-label="Parts">${link("/", "Releases", part === "releases")}${link("/plans", "Plans", part === "plans")}</nav>
${account !== undefined && markup`<span class="account" title="Account ${account}">${account}</span>`}
</header>
<div id="connection" role="alert"></div>
<main id="main" tabindex="-1"${live}>
${said && sayingOf(said)}
${content}
</main>
<dialog id="dialog" aria-labelledby="dialog-title"></dialog>
</body>
</html>`;
}

function link(href: string, name: string, isHere: boolean): Markup {
  return markup`<a href="${href}"${isHere && markup` aria-current="page"`}>${name}</a>`;
}

function sayingOf({ text, isGood }: Said): Markup {
  return markup`<p class="said ${isGood ? "good" : "bad"}" role="${isGood ? "status" : "alert"}">${text}</p>`;
}

/** What is wrong, in a box that nobody overlooks. */
export function troubleBox(text: string | undefined): Markup | undefined {
  return text === undefined
    ? undefined
    : markup`<p class="note wait"><strong>Not up to date.</strong> ${text}</p>`;
}

/** A text as it was written, its lines and spaces included. */
export function asWritten(text: string): Markup {
  return html`${text}` as Markup;
}
