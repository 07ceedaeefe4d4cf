import { markup, type Markup } from "../../markup";
import { formatElapsed } from "../../plan/duration";
import { dateText } from "../../rollout/text/words";

/** A moment as far back as it is: `4m 10s ago`. Its date shows where somebody points at it. */
export function ago(time: string, now: number): Markup {
  const at = Date.parse(time);
  return markup`<time datetime="${time}" title="${dateText(at)}">${formatElapsed(Math.max(1000, now - at))} ago</time>`;
}

/** A moment: `2030-12-31 23:59:59Z`. */
export function moment(time: string): Markup {
  return markup`<time datetime="${time}">${dateText(Date.parse(time))}</time>`;
}

/** How long something has been so: `4m 10s`. The date since when shows where somebody points at it. */
export function lasting(since: string, now: number): Markup {
  const at = Date.parse(since);
  return markup`<time datetime="${since}" title="since ${dateText(at)}">${formatElapsed(Math.max(1000, now - at))}</time>`;
}

/** How long something took. */
export function between(from: string, to: string): string {
  return formatElapsed(Math.max(1000, Date.parse(to) - Date.parse(from)));
}
