import { markup, type Markup } from "../../markup";
import { shortId } from "../../rollout/text/versionText";
import type { DeploymentView, ShareView } from "../../view/schema";

/** A version's id, short; all of it shows where somebody points at it. */
export function version(versionId: string): Markup {
  return markup`<code title="${versionId}">${shortId(versionId)}</code>`;
}

const roleNames = { old: "old version", new: "new version" } as const;

function nameOf({ role }: ShareView): string {
  return role === null ? "version" : roleNames[role];
}

/** Which versions serve how much: a bar, and the same in words. */
export function splitBar({ split }: DeploymentView): Markup {
  // The old one first, as in the record: what is new grows from the right.
  let x = 0;
  const parts = split.map((share) => {
    const part = markup`<rect class="part ${share.role ?? "other"}" x="${x}" y="0" width="${share.percent}" height="10"/>`;
    x += share.percent;
    return part;
  });
  const words = split.map(
    (share) =>
      markup`<li class="${share.role ?? "other"}"><i></i><strong>${share.percent} %</strong> ${nameOf(share)} ${version(share.versionId)}</li>`,
  );
  return markup`<div class="split"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">${parts}</svg><ul>${words}</ul></div>`;
}
