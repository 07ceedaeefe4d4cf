import { formatDuration, formatElapsed } from "../../plan/duration";
import type { Cause } from "../cause";
import type { Release } from "../release";

// The first version of a Worker has no older one to be compared with or to go back to. After a Durable Object migration an
// older one cannot be deployed. So the version serves whatever is found, and nothing here speaks of a revert.

type Watched = Pick<Release, "scriptName" | "newVersionId">;

/** What is told when the watch of a version begins, also the message of its deployment. */
export function watchStageSentence({ scriptName, newVersionId }: Watched, soakMs: number): string {
  return (
    `Watch of ${scriptName}: version ${newVersionId} gets all traffic at once, and there is no older version that can be ` +
    `put back. It is watched for ${formatDuration(soakMs)}.`
  );
}

/**
 * What is told when the watch is over and nothing was found wrong, also the message of the deployment that records it.
 *
 * @param served the requests that it has served meanwhile
 */
export function watchCompletedSentence(
  { scriptName, newVersionId, plan, startedAt }: Release,
  served: number,
  now: number,
): string {
  const few =
    served < plan.minRequests
      ? `, fewer than the plan wants of a stage (minRequests: ${plan.minRequests}), so little is proven`
      : "";
  return (
    `Watch of ${scriptName} complete: nothing was found wrong in ${formatElapsed(now - startedAt)}. Version ` +
    `${newVersionId} served ${Math.round(served)} requests meanwhile${few}. It serves all traffic.`
  );
}

/** What is told when the watch ends before its time; why is told with the ending. */
export function watchEndingSentence({ scriptName }: Watched): string {
  return `Watch of ${scriptName}: ends before its time. The version goes on serving.`;
}

/** Where the traffic is after the watch. */
export function watchedServesSentence({ newVersionId }: Pick<Release, "newVersionId">): string {
  return `There is no older version that can be put back: version ${newVersionId} serves all traffic.`;
}

/** What to do after a watch that did not end well. */
export function watchTodo({ kind }: Cause): string {
  const watchedAgain = "The next `pulumi up` watches an unchanged version again, through the last soak.";
  return kind === "violated"
    ? `Roll forward: fix the Worker and release another version. ${watchedAgain}`
    : watchedAgain;
}
