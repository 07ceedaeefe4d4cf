import { formatElapsed } from "../../plan/duration";
import { formatPercent } from "../../plan/percent";
import { dateText } from "../../rollout/text/words";
import type { HistoryView, OtherDeploymentView, PastReleaseView } from "../../view/schema";

/** What was deployed to a Worker, newest first: two lines for each, of at most 80 characters but for what people wrote. */
export function historyText({ scriptName, entries, isCutOff }: HistoryView): string {
  if (entries.length === 0) return `${scriptName} has never been deployed.`;
  const lines = entries.flatMap((entry) =>
    entry.kind === "release" ? releaseLines(entry) : otherLines(entry),
  );
  const more =
    "Cloudflare lists no older deployments. Older releases are found where a later one names them.";
  return [...lines, ...(isCutOff ? ["", more] : [])].join("\n");
}

const words: Readonly<Record<PastReleaseView["status"], string>> = {
  underWay: "under way",
  completed: "completed",
  aborted: "aborted",
  inconclusive: "inconclusive",
  superseded: "superseded",
};

function releaseLines(release: PastReleaseView): string[] {
  const { startedAt, endedAt, status, newVersionId, stage, stages, message } = release;
  const took =
    endedAt === null
      ? ""
      : `, after ${formatElapsed(Math.max(1000, Date.parse(endedAt) - Date.parse(startedAt)))}`;
  const place = status === "completed" ? "" : ` in stage ${stage} of ${stages}`;
  return [
    `${dateText(Date.parse(startedAt))}  release ${release.id}: ${words[status]}${place}${took}`,
    `  version ${newVersionId}${message === "" ? "" : `: ${message}`}`,
  ];
}

function otherLines({ createdAt, author, split, message, isUnproven }: OtherDeploymentView): string[] {
  const shares = split
    .map(({ percent, versionId }) => `${formatPercent(percent)} to ${versionId}`)
    .join(", ");
  const said = isUnproven ? ", which looks like a release's and is not proven to be" : "";
  return [
    `${dateText(Date.parse(createdAt))}  deployed by ${author}${said}`,
    `  ${shares}${message === "" ? "" : `: ${message}`}`,
  ];
}
