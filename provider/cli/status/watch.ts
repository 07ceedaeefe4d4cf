import { formatPercent } from "../../plan/percent";
import { PortError, type Clock } from "../../rollout/ports";
import type { WorkerView } from "../../view/schema";
import { viewOf } from "../../view/view";
import type { Sight } from "../../view/sight";
import { doingText } from "../../view/waiting";

/** What a watch shows its sights on. */
export interface Output {
  /**
   * What was seen last, as of now.
   *
   * @param trouble why the deployments could not be read since; undefined where they could
   */
  show(view: WorkerView, trouble: string | undefined): void;
  /** That this was all. */
  end(): void;
}

/** How a watch looks. */
export interface Watch {
  /** Looks once. Throws a `PortError` when the deployments cannot be read. */
  readonly look: (before: Sight | undefined) => Promise<Sight>;
  readonly everyMs: number;
  /** How often what was seen is shown anew: what is left of a soak goes on between two looks. */
  readonly showEveryMs: number;
  readonly clock: Clock;
  /** Aborted when a person has seen enough. */
  readonly stop: AbortSignal;
}

/**
 * Watches a release until it has ended, or a person has seen enough.
 *
 * @returns what was seen last
 * @throws PortError when the first look fails
 */
export async function watch(
  { look, everyMs, showEveryMs, clock, stop }: Watch,
  output: Output,
): Promise<WorkerView> {
  let sight = await look(undefined);
  let lookedAt = clock.now();
  let trouble: string | undefined;
  const isStopped = (): boolean => stop.aborted;
  for (;;) {
    const view = viewOf({ ...sight, at: Math.max(sight.at, clock.now()) });
    output.show(view, trouble);
    if (view.health === null || isStopped()) return view;
    await clock.sleep(showEveryMs, stop);
    if (isStopped() || clock.now() < lookedAt + everyMs) continue;
    try {
      sight = await look(sight);
      trouble = undefined;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      trouble = error.message;
    }
    lookedAt = clock.now();
  }
}

/** What is worth a line in a log where there is no terminal: it is the same as long as nothing has changed. */
export function changeText({ release, deployment, health, scriptName }: WorkerView): string {
  if (release === null || release.endedAt !== null) return deployment?.message ?? "";
  const { stage } = release;
  const slos = health?.slos.filter(({ verdict }) => verdict !== null && verdict !== "unseen") ?? [];
  const verdicts = slos.map(({ name, verdict }) => `${name} ${verdict ?? ""}`);
  const blind = health?.telemetry.isAnswering === false ? ["the telemetry does not answer"] : [];
  return [
    `${scriptName}: stage ${stage.number} of ${stage.of} (${formatPercent(stage.percent)}), ${doingText(release)}`,
    ...verdicts,
    ...blind,
  ].join(" · ");
}
