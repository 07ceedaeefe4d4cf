import { formatDuration, formatElapsed } from "../../plan/duration";
import type { Cause } from "../cause";
import type { Release } from "../release";

// A first version has no older one to be compared with or to go back to. It serves whatever is found, so nothing here
// speaks of a revert.

type FirstVersion = Pick<Release, "scriptName" | "newVersionId">;

/** What is told when the first version of a Worker is deployed, also the message of its deployment. */
export function firstStageSentence({ scriptName }: FirstVersion, soakMs: number): string {
  return (
    `First version of ${scriptName}: it gets all traffic at once, and there is nothing to revert to. ` +
    `It is watched for ${formatDuration(soakMs)}.`
  );
}

/**
 * What is told when the watch is over and nothing was found wrong, also the message of the deployment that records it.
 *
 * @param served the requests that it has served meanwhile
 */
export function firstCompletedSentence(
  { scriptName, newVersionId, plan, startedAt }: Release,
  served: number,
  now: number,
): string {
  const few =
    served < plan.minRequests
      ? `, fewer than the plan wants of a stage (minRequests: ${plan.minRequests}), so little is proven`
      : "";
  return (
    `First version of ${scriptName}: watched for ${formatElapsed(now - startedAt)}, nothing was found wrong. It served ` +
    `${Math.round(served)} requests meanwhile${few}. Version ${newVersionId} serves all traffic.`
  );
}

/** What is told when the watch ends before its time; why is told with the ending. */
export function firstEndingSentence({ scriptName }: FirstVersion): string {
  return `First version of ${scriptName}: the watch ends, and the version goes on serving.`;
}

/** Where the traffic is after the watch. */
export function firstServesSentence({ newVersionId }: Pick<Release, "newVersionId">): string {
  return `There is no older version to go back to: version ${newVersionId} serves all traffic.`;
}

/** What to do after a watch that did not end well. */
export function firstTodo({ kind }: Cause): string {
  const watchedAgain = "The next `pulumi up` watches an unchanged version again, through the last soak.";
  return kind === "violated" ? `Fix the Worker and release another version. ${watchedAgain}` : watchedAgain;
}
