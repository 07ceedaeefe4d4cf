import type { Api } from "../api";
import type { Check } from "../check";
import { account, leftOver } from "./account";
import { address } from "./address";
import { clock } from "./clock";
import { telemetryPermission } from "./permission";
import { rateLimit } from "./rateLimit";
import { token } from "./token";

/** What everything else needs. The last two judge the answers to those before. */
export const setupChecks: readonly Check<Api>[] = [
  address,
  token,
  account,
  leftOver,
  telemetryPermission,
  clock,
  rateLimit,
];
