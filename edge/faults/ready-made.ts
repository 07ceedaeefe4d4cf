import type { FaultInput } from "./schema";

const SCRIPT = "/accounts/*/workers/scripts/*";
const DEPLOY = { method: "POST", path: `${SCRIPT}/deployments` } as const;
const QUERY = { method: "POST", path: "/accounts/*/workers/observability/telemetry/query" } as const;
const NOT_READY = {
  kind: "refusal",
  status: 404,
  code: 100146,
  message: "The version is not ready yet.",
} as const;

/**
 * What users report of the live API, by a name. Each happens once unless told otherwise. The statuses of 10013 and
 * 10035 are guesses: reports have the codes alone.
 */
export const READY_MADE = {
  /** Two Workers are deployed at once: an unknown error, then a conflict. */
  concurrent: [
    { route: DEPLOY, answer: { kind: "refusal", status: 500, code: 10013 } },
    {
      route: DEPLOY,
      answer: {
        kind: "refusal",
        status: 409,
        code: 10035,
        message: "Multiple attempts to modify a resource at the same time.",
      },
    },
  ],
  /** The firewall takes the code of a version for an attack. */
  firewall: [
    { route: { method: "POST", path: `${SCRIPT}/versions` }, answer: { kind: "page", status: 403 } },
  ],
  /** A gateway finds nobody behind it. */
  "bad-gateway": [{ route: { path: "/**" }, answer: { kind: "page", status: 502 } }],
  /** A telemetry query takes longer than a gateway waits, which says so in two ways. */
  "slow-query": [
    { route: QUERY, answer: { kind: "page", status: 504 } },
    { route: QUERY, answer: { kind: "text", status: 504 } },
  ],
  /** A deployment is made, and nobody is told. */
  "lost-answer": [{ route: DEPLOY, answer: { kind: "nothing", when: "after" } }],
  /** A new version is neither read nor deployed yet. */
  "not-ready": [
    { route: { method: "GET", path: `${SCRIPT}/versions/*` }, answer: NOT_READY },
    { route: DEPLOY, answer: NOT_READY },
  ],
  /** Somebody has used up the rate limit. */
  "rate-limited": [{ route: { path: "/**" }, answer: { kind: "block", seconds: 300 } }],
  /** Telemetry does not arrive any more. */
  "ingestion-stopped": [{ ingestion: "stopped" }],
} as const satisfies Readonly<Record<string, readonly FaultInput[]>>;

/** The name of a ready-made fault. */
export type FaultName = keyof typeof READY_MADE;
