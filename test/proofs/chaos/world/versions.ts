import type { Split } from "../../../../provider/rollout/ports";

/** The versions that a simulation knows by name. */
export const versions = {
  old: "00000000-0000-4000-8000-000000000001",
  new: "00000000-0000-4000-8000-000000000002",
  /** What is released where another version is asked for meanwhile. */
  another: "00000000-0000-4000-8000-000000000003",
  hotfix: "00000000-0000-4000-8000-000000000004",
} as const;

export function whole(versionId: string): Split {
  return [{ versionId, percent: 100 }];
}

/** `percent` of the traffic on `second`, the rest on `first`; Cloudflare takes two decimals. */
export function splitOf(first: string, second: string, percent: number): Split {
  return [
    { versionId: first, percent: Number((100 - percent).toFixed(2)) },
    { versionId: second, percent },
  ];
}

/** For people: `75 % old, 25 % new`. */
export function splitText(split: Split): string {
  const names = new Map<string, string>(Object.entries(versions).map(([name, id]) => [id, name]));
  return split
    .map(({ versionId, percent }) => `${percent} % ${names.get(versionId) ?? versionId}`)
    .join(", ");
}
