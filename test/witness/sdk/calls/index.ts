import { ACCOUNT_CALLS } from "./account";
import { ASSET_CALLS } from "./assets";
import { BETA_CALLS } from "./beta";
import { DEPLOYMENT_CALLS } from "./deployments";
import { SCRIPT_CALLS } from "./scripts";
import { TELEMETRY_CALLS } from "./telemetry";
import type { Calls } from "./types";
import { ZONE_CALLS } from "./zones";

export type { Calls } from "./types";

/** What the edge is asked with the official client, in this order. */
export const CALLS: Calls = {
  ...ACCOUNT_CALLS,
  ...TELEMETRY_CALLS,
  ...SCRIPT_CALLS,
  ...ASSET_CALLS,
  ...DEPLOYMENT_CALLS,
  ...BETA_CALLS,
  ...ZONE_CALLS,
};
