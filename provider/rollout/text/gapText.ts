import { formatElapsed } from "../../plan/duration";
import type { Gap } from "../look/gap";
import type { Source } from "../look/source";
import type { Testimony, Witnessed } from "../look/testimony";

const remedy = "Look at its settings (observability) and at what the account may still log today.";

/** Why telemetry that answers tells nothing. */
export function blindText(gap: Gap, testimony: Testimony | undefined, metrics: Source): string {
  if (testimony?.finding === "unrecorded" && testimony.witnessed) {
    return (
      `Workers Observability answers, but shows no request of ${whomText(gap)}, though Cloudflare's metrics have counted ` +
      `${countedText(testimony.witnessed)}: the Worker is used and not recorded. ${remedy}`
    );
  }
  const perMinute = Number((gap.perMs * 60_000).toPrecision(2));
  return [
    `Workers Observability answers, but shows no request of either version, where about ${perMinute} a minute were usual.`,
    `Either nobody uses the Worker any more, or its requests are no longer recorded. ${remedy}`,
    ...(metrics.failures > 0 ? [`Cloudflare's metrics could not be asked which: ${metrics.trouble}`] : []),
  ].join(" ");
}

/** That nothing is missing, though the telemetry shows nothing; empty where that is not known. */
export function unservedText(testimony: Testimony | undefined): string {
  if (testimony?.finding !== "unserved") return "";
  const { of, since, askedAt, witnessed } = testimony;
  const forText = formatElapsed(Math.max(1000, Math.floor((askedAt - since) / 1000) * 1000));
  const by = witnessed
    ? `Cloudflare's metrics agree (${countedText(witnessed)})`
    : "the telemetry shows that it works";
  if (of === "both") return `no request for ${forText}: nobody uses the Worker, ${by}`;
  return `no request of ${whomText(testimony)} for ${forText} in spite of its share, ${by}`;
}

function whomText({ of }: Pick<Gap, "of">): string {
  return of === "both" ? "either version" : `the ${of} version`;
}

/** `450 of the new version and 4050 of the old one in 1m 30s` */
function countedText({ from, to, new: fresh, old }: Witnessed): string {
  const [ofNew, ofOld] = [Math.round(fresh.valid), Math.round(old.valid)];
  return `${ofNew} of the new version and ${ofOld} of the old one in ${formatElapsed(to - from)}`;
}
