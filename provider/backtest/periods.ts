import type { Deployment } from "../rollout/ports";

/** A time in which one version had all traffic. From and until when, in milliseconds since the epoch. */
export interface Period {
  readonly versionId: string;
  readonly from: number;
  readonly to: number;
}

/** A deployment takes up to a minute to be everywhere. */
const spreadingMs = 60_000;

/**
 * When one version had all traffic, oldest first. Before the oldest deployment nobody knows; where the traffic was split,
 * what the old version served was not all.
 *
 * @param deployments the newest first
 */
export function periodsOf(
  deployments: readonly Pick<Deployment, "createdAt" | "split">[],
  from: number,
  to: number,
): readonly Period[] {
  return deployments
    .map(({ createdAt, split }, index) => {
      const serving = split.filter(({ percent }) => percent > 0);
      const [only] = serving;
      return {
        versionId: serving.length === 1 ? only?.versionId : undefined,
        from: Math.max(from, createdAt + spreadingMs),
        to: Math.min(to, deployments[index - 1]?.createdAt ?? Infinity),
      };
    })
    .flatMap(({ versionId, ...span }) =>
      versionId === undefined || span.from >= span.to ? [] : [{ versionId, ...span }],
    )
    .reverse();
}
