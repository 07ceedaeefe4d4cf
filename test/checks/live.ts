import { row as rowShape, type Row } from "../../provider/cloudflare/checks/answer";
import type { Reply } from "../../provider/cloudflare/checks/api";

/** Answers as live ones of September 2026 were; all values are invented. */

const workers = {
  truncated: false,
  event: {
    request: { method: "GET", url: "https://shop.example.workers.dev/cart" },
    path: "/cart",
    response: { status: 200 },
  },
  scriptName: "shop",
  scriptVersion: { id: "2bbbf05d-0000-4000-8000-7121f176550e" },
  eventType: "fetch",
  executionModel: "stateless",
  outcome: "ok",
  wallTimeMs: 1,
  cpuTimeMs: 0,
};

const metadata = {
  id: "01M3NZARJ00000000000000004",
  requestId: "76656c60722046fe25880aba793fa001",
  rayId: "a42919d6cd448b3c",
  trigger: "GET /cart",
  service: "shop",
  level: "info",
  type: "cf-worker-event",
  origin: "fetch",
};

export const row: Row = rowShape.parse({ timestamp: 1790665122368, $workers: workers, $metadata: metadata });

export function rowWithout(part: keyof typeof workers): Row {
  return rowShape.parse({ ...row, $workers: { ...workers, [part]: undefined } });
}

/** As it was until May 2026. */
export const rowOfMay: Row = rowShape.parse({
  ...row,
  $workers: { ...workers, requestId: metadata.rayId },
  $metadata: { ...metadata, requestId: metadata.rayId, rayId: undefined },
});

export const tooManyFilters: Reply = {
  status: 400,
  body: {
    success: false,
    errors: [
      { message: "Bad Request", detail: "Filter expression is too complex; maximum is 16 filter nodes" },
    ],
  },
};

export const limitTooHigh: Reply = {
  status: 400,
  body: {
    success: false,
    _e: null,
    _i: { queryId: "the whole request" },
    _c: {
      issues: [
        { origin: "number", code: "too_big", maximum: 2000, path: ["limit"], message: "Invalid input" },
      ],
      name: "ZodError",
    },
  },
};

export const refusedWithCode: Reply = {
  status: 403,
  body: { success: false, errors: [{ code: 10000, message: "Authentication error" }] },
};

export function counted(value: number): unknown {
  const aggregates = value === 0 ? [] : [{ value, count: value, interval: 1, sampleInterval: 1, groups: [] }];
  return { success: true, result: { calculations: [{ calculation: "count", aggregates, series: [] }] } };
}

export const keyList = {
  result: [
    "$metadata.type",
    "$metadata.service",
    "$workers.scriptVersion.id",
    "$workers.outcome",
    "$workers.event.response.status",
    "$workers.eventType",
    "$workers.executionModel",
    "$workers.wallTimeMs",
    "$workers.cpuTimeMs",
  ].map((key) => ({ key, type: "string", lastSeenAt: 1790665122368 })),
};

export const metrics = {
  data: {
    viewer: {
      accounts: [
        {
          workersInvocationsAdaptive: [
            {
              sum: { requests: 3, errors: 0 },
              dimensions: {
                scriptVersion: "2bbbf05d-0000-4000-8000-7121f176550e",
                status: "success",
                datetimeMinute: "2026-09-29T07:01:00Z",
              },
            },
          ],
        },
      ],
    },
  },
  errors: null,
};

export const metricsRefused = {
  data: null,
  errors: [{ message: "not authorized for that account", extensions: { code: "authz" } }],
};

/** The newest of `listed` deployments has the message `number 9`. */
export function deployments(listed: number, total?: number): Reply {
  const result_info = { page: 1, per_page: 10, count: listed, total_count: total, total_pages: 2 };
  return {
    status: 200,
    body: {
      success: true,
      result: {
        deployments: Array.from({ length: listed }, (_, i) => ({
          id: `deployment ${i}`,
          created_on: `2026-09-29T06:57:${String(41 - i).padStart(2, "0")}.141552Z`,
          annotations: { "workers/message": `number ${9 - i}`, "workers/triggered_by": "deployment" },
          versions: [{ version_id: "2bbbf05d-0000-4000-8000-7121f176550e", percentage: 100 }],
        })),
      },
      ...(total !== undefined && { result_info }),
    },
  };
}
