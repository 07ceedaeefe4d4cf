import { z } from "zod";
import { PortError } from "../../rollout/ports";
import { NotThere } from "../ports";
import { markup, type Markup } from "../../markup";
import { frame } from "./frame";

const troubles = {
  noKey: (): readonly [string, string] => [
    "This page needs its key",
    "Open the address that `workers-release dashboard` has printed: it ends with ?key=… and lets this browser in as long as the command runs. A command that was started anew has another key.",
  ],
  wrongHost: (hosts: readonly string[]): readonly [string, string] => [
    "Not this address",
    `The dashboard answers at ${hosts.join(", ")} only.`,
  ],
  otherSite: (): readonly [string, string] => [
    "Nothing was done",
    "The order did not come from a page of this dashboard. Go back to the dashboard, load the page anew, and try again.",
  ],
};

/** Why a request is not answered, and what to do. */
export function troublePage(kind: keyof typeof troubles, hosts: readonly string[] = []): Markup {
  const [title, text] = troubles[kind](hosts);
  return messagePage(title, text);
}

/** A page with one thing to say. */
export function messagePage(title: string, text: string): Markup {
  return frame({ title, content: markup`<section class="alone"><h1>${title}</h1><p>${text}</p></section>` });
}

/** The way in: it leaves the key out of the address, and so out of what is seen and copied. */
export function enterPage(): Markup {
  return markup`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>workers-release</title><link rel="icon" href="/files/icon.svg" type="image/svg+xml"><meta http-equiv="refresh" content="0;url=/"></head><body><p><a href="/">Open the dashboard</a></p></body></html>`;
}

/** Why a page cannot be shown. */
export function failurePage(error: unknown): {
  readonly status: 400 | 404 | 500 | 502;
  readonly page: Markup;
} {
  if (error instanceof NotThere) return { status: 404, page: messagePage("Not found", error.message) };
  if (error instanceof z.ZodError) {
    const text = "The form is not one of this dashboard. Load the page anew, and try again.";
    return { status: 400, page: messagePage("Nothing was done", text) };
  }
  if (error instanceof PortError) {
    return error.failure === "missing"
      ? { status: 404, page: messagePage("Not found", error.message) }
      : { status: 502, page: messagePage("Cloudflare did not answer as hoped", error.message) };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { status: 500, page: messagePage("This page cannot be shown", text) };
}
