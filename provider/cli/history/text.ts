import { formatElapsed } from "../../plan/duration";
import { dateText, sharesText } from "../../rollout/text/words";
import { indented, wrapped } from "../backtest/columns";
import type { HistoryView, OtherDeploymentView, PastReleaseView } from "../../view/schema";

/** What happened, and below it what was deployed and what was said. */
type Told = readonly [what: string, more: string];

/**
 * What was deployed to a Worker, newest first: two lines for each, of at most 80 characters but for what people wrote.
 *
 * @param columns how wide the terminal is: longer lines go on in the next one. Default: it is no terminal.
 */
export function historyText({ scriptName, entries, isCutOff }: HistoryView, columns = Infinity): string {
  if (entries.length === 0) return `${scriptName} has never been deployed.`;
  const lines = entries
    .map((entry) => (entry.kind === "release" ? releaseTold(entry) : otherTold(entry)))
    .flatMap(([what, more]) => [wrapped(what, columns, "  "), indented(wrapped(more, columns - 2))]);
  const older =
    "Cloudflare lists no older deployments. Older releases are found where a later one names them.";
  return [...lines, ...(isCutOff ? ["", wrapped(older, columns)] : [])].join("\n");
}

const words: Readonly<Record<PastReleaseView["status"], string>> = {
  underWay: "under way",
  completed: "completed",
  aborted: "aborted",
  inconclusive: "inconclusive",
  superseded: "superseded",
};

function releaseTold(release: PastReleaseView): Told {
  const { startedAt, endedAt, status, newVersionId, stage, stages, message } = release;
  const took =
    endedAt === null
      ? ""
      : `, after ${formatElapsed(Math.max(1000, Date.parse(endedAt) - Date.parse(startedAt)))}`;
  const place = status === "completed" ? "" : ` in stage ${stage} of ${stages}`;
  return [
    `${dateText(Date.parse(startedAt))}  release ${release.id}: ${words[status]}${place}${took}`,
    `version ${newVersionId}${message === "" ? "" : `: ${message}`}`,
  ];
}

function otherTold({ createdAt, author, split, message, isUnproven }: OtherDeploymentView): Told {
  const said = isUnproven ? ", which looks like a release's and is not proven to be" : "";
  return [
    `${dateText(Date.parse(createdAt))}  deployed by ${author}${said}`,
    `${sharesText(split, ", ")}${message === "" ? "" : `: ${message}`}`,
  ];
}
