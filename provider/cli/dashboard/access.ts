import type Cloudflare from "cloudflare";
import { budgetFor } from "../../cloudflare/budget/budgets";
import type { SharedBudget } from "../../cloudflare/budget/budget";
import { cloudflareClient, type Connection } from "../../cloudflare/client";
import { serviceClock } from "../../cloudflare/serviceClock";
import { systemClock } from "../../pulumi/clock";
import type { Clock } from "../../rollout/ports";

/** The account that a dashboard shows, and what it is reached with. Everything the dashboard asks goes through it. */
export interface AccountAccess {
  readonly accountId: string;
  readonly connection: Connection;
  readonly client: Cloudflare;
  readonly budget: SharedBudget;
  /** The time of Cloudflare. */
  readonly clock: Clock;
}

/** Reaches an account, with the budget that all releases of this process share. */
export function reach(connection: Connection, accountId: string): AccountAccess {
  const clock = serviceClock(systemClock);
  const budget = budgetFor(connection, systemClock);
  const client = cloudflareClient(connection, { dates: clock, budget });
  return { accountId, connection, client, budget, clock };
}
