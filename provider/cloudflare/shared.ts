import type Cloudflare from "cloudflare";
import { unlimited } from "./budget/budget";
import { RememberedFindings } from "./checks/remembered";
import { budgetOf } from "./client";
import { TelemetryPool } from "./telemetryPool";

/** What the releases of one account share that share a budget. */
export interface Shared {
  readonly pool: TelemetryPool;
  readonly findings: RememberedFindings;
}

const all = new WeakMap<object, Map<string, Shared>>();

/** What a client's releases of an account share: with all that have its budget, or with nobody where it has none. */
export function sharedBy(client: Cloudflare, accountId: string): Shared {
  const budget = budgetOf(client);
  const owner = budget === unlimited ? client : budget;
  const accounts = all.get(owner) ?? new Map<string, Shared>();
  all.set(owner, accounts);
  const known = accounts.get(accountId);
  if (known !== undefined) return known;
  const shared = { pool: new TelemetryPool(accountId, budget), findings: new RememberedFindings() };
  accounts.set(accountId, shared);
  return shared;
}
