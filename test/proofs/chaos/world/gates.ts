import type { Gates } from "../../../../provider/rollout/ports";
import type { Process } from "./process";
import type { World } from "./world";

/** The time from a question to its answer, in milliseconds. */
const answersAfterMs = 300;

/** The gates of a plan, as one process knows them: open but for the times in which the scenario shuts them. */
export function simulatedGates({ log }: Process, { scenario, scheduler, start }: World): Gates {
  const askedAt = new Map<number, number>();
  return {
    ask: ({ stage }) => {
      const { now } = scheduler;
      const since = askedAt.get(stage) ?? now;
      askedAt.set(stage, since);
      const isShut = scenario.gates?.shut.some(({ from, to }) => start + from <= now && now < start + to);
      const kind =
        now < since + answersAfterMs ? "asked" : isShut ? (scenario.gates?.says ?? "later") : "open";
      // That it is open is told once.
      if (kind === "open") askedAt.delete(stage);
      log.gates.push({ at: now, stage, kind });
      return { kind, text: `https://gates.example.com said ${kind}` };
    },
  };
}
