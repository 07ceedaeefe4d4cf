import type { Api } from "../api";
import type { Check } from "../check";
import { holds } from "../finding";
import { countQuery, isInvocation } from "../query";

/** Whether the token may query the telemetry. */
export const telemetryPermission: Check<Api> = {
  id: "telemetry-permission",
  question: "May this token query the telemetry?",
  assumes: "Workers Observability Read is enough",
  find: async ({ ask }) => {
    const now = Date.now();
    // What it finds does not matter.
    await ask(countQuery({ timeframe: { from: now - 60_000, to: now }, filters: [isInvocation] }));
    return holds("it may");
  },
};
