import type Cloudflare from "cloudflare";
import { unlimited } from "./budget/budget";
import type { StartFindings } from "./checks/atStart";
import { budgetOf } from "./client";
import { Remembered } from "./remembered";
import { KnownGroups } from "./telemetryGroups";
import { TelemetryPool } from "./telemetryPool";

/** What the releases of one account share that share a budget. */
export interface Shared {
  readonly pool: TelemetryPool;
  /** How many groups answers hold. */
  readonly groups: KnownGroups;
  /** What the checks at the start of a release have found about the API. */
  readonly findings: Remembered<StartFindings>;
  /** That the token may query the telemetry. */
  readonly permission: Remembered<unknown>;
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
  const groups = new KnownGroups();
  const shared: Shared = {
    pool: new TelemetryPool(accountId, budget, groups),
    groups,
    findings: new Remembered(),
    permission: new Remembered(),
  };
  accounts.set(accountId, shared);
  return shared;
}
