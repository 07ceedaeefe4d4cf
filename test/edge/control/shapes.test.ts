import assert from "node:assert/strict";
import { addVersion, call, useEdge, type Envelope } from "../support";

const UUID = "2bbbf05d-0000-4000-8000-7121f176550e";
const TIME = "2026-09-29T06:57:41.141552Z";

/** Answers as they were recorded of Cloudflare in September 2026, with other values. */
const RECORDED = {
  upload: {
    result: {
      created_on: TIME,
      modified_on: TIME,
      id: "shapes",
      tag: "f96f372e1ac34f71af8a7a12573f0d01",
      entry_point: "worker.mjs",
      tags: null,
      deployment_id: "2bbbf05d000040008000" + "7121f176550e",
      tail_consumers: null,
      logpush: false,
      observability: { enabled: true },
      has_assets: false,
      has_modules: true,
      etag: "727ab41b8d35355cb536ad52aa97452357ea4ba3196b3ff3c91a2e1d8b8f7f4c",
      last_deployed_from: "api",
      compatibility_date: "2026-07-01",
      usage_model: "standard",
      startup_time_ms: 1,
    },
    success: true,
    errors: [],
    messages: [],
  },
  versions: {
    result: {
      items: [
        {
          id: UUID,
          number: 1,
          metadata: {
            created_on: TIME,
            source: "api",
            author_id: "user",
            author_email: "user@example.com",
            has_preview: false,
          },
          annotations: { "workers/triggered_by": "upload" },
        },
      ],
    },
    success: true,
    errors: null,
    messages: null,
    result_info: { page: 1, per_page: 10, count: 1, total_count: 1 },
  },
  deployments: {
    result: {
      deployments: [
        {
          id: UUID,
          source: "api",
          strategy: "percentage",
          author_email: "user@example.com",
          annotations: {
            "workers/message": "Automatic deployment on upload.",
            "workers/triggered_by": "upload",
          },
          versions: [{ version_id: UUID, percentage: 100 }],
          created_on: TIME,
        },
      ],
    },
    success: true,
    errors: [],
    messages: [],
    result_info: { page: 1, per_page: 10, count: 1, total_count: 1, total_pages: 1 },
  },
};

describe("the shape of an answer is the one recorded of Cloudflare", () => {
  const started = useEdge();
  let upload: Envelope;

  const ask = async (path: string, init?: RequestInit): Promise<Envelope> =>
    (await call(started.edge, `/accounts/${started.edge.accountId}/workers/scripts/${path}`, init)).json;

  before(async () => {
    const body = new FormData();
    const metadata = {
      main_module: "worker.mjs",
      compatibility_date: "2026-07-01",
      observability: { enabled: true },
    };
    body.append("metadata", JSON.stringify(metadata));
    const source = "export default { fetch() { return new Response(); } };";
    body.append("worker.mjs", new File([source], "worker.mjs", { type: "application/javascript+module" }));
    upload = await ask("shapes", { method: "PUT", body });
  });

  it("after an upload, but for the order of the fields", () => {
    assert.deepEqual(shapeOf(upload).sort(), shapeOf(RECORDED.upload).sort());
  });

  it("in the list of versions", async () => {
    assert.deepEqual(shapeOf(await ask("shapes/versions")), shapeOf(RECORDED.versions));
  });

  it("in the list of deployments", async () => {
    assert.deepEqual(shapeOf(await ask("shapes/deployments")), shapeOf(RECORDED.deployments));
  });

  it("and says of a version that was uploaded alone that this made it", async () => {
    const id = await addVersion(started.edge, "shapes", "export default {}");
    const { result } = await ask(`shapes/versions/${id}`);
    const { annotations } = result as { annotations: Record<string, string> };
    assert.equal(annotations["workers/triggered_by"], "version_upload");
  });
});

/** Text of one of the forms that Cloudflare's answers have. */
const FORMS: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/,
  id: /^[0-9a-f]{32}$/,
  hash: /^[0-9a-f]{64}$/,
};

/** The lines of a value's shape: the places in it, in order, and what kind of thing is there. */
function shapeOf(value: unknown, place = ""): string[] {
  if (Array.isArray(value)) {
    return value.length === 0 ? [`${place}[]`] : value.flatMap((item) => shapeOf(item, `${place}[]`));
  }
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([name, item]) => shapeOf(item, `${place}.${name}`));
  }
  return [`${place}: ${kindOf(value)}`];
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "string") return typeof value;
  return Object.entries(FORMS).find(([, form]) => form.test(value))?.[0] ?? "text";
}
