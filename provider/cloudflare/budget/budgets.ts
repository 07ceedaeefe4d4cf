import { createHash } from "node:crypto";
import type { Clock } from "../../rollout/ports";
import type { Connection } from "../client";
import { SharedBudget } from "./budget";

/** One budget for each token and address, by a digest of both: what is kept here is no secret. */
const budgets = new Map<string, SharedBudget>();

/** The budget of this process for a token. The first call decides about the clock. */
export function budgetFor({ apiToken, baseUrl = "" }: Connection, clock: Clock): SharedBudget {
  const digest = createHash("sha256").update(`${baseUrl}\n${apiToken}`).digest("hex");
  const known = budgets.get(digest);
  if (known !== undefined) return known;
  const budget = new SharedBudget(clock, Math.random);
  budgets.set(digest, budget);
  return budget;
}
