import type { Extension } from "miniflare";
import type { RawBinding } from "../raw";
import { external } from "../external";

const STUB = "workers-release:stub";
const DATASET = "workers-release:dataset";
const LIMITER = "workers-release:rate-limit";

/** What a program looks at in any object, whatever it is. A stub that threw at that could not even be logged. */
const STUB_MODULE = `
const LOOKED_AT = ["then", "toJSON", "constructor", "valueOf", "toString", "inspect", "nodeType"];

export default ({ name, missing }) =>
  new Proxy({}, {
    get(own, key) {
      if (typeof key === "symbol" || LOOKED_AT.includes(key)) return Reflect.get(own, key);
      throw new Error(
        "env." + name + " is a stub: the local edge does not emulate " + missing + ", and has accepted the binding " +
          "because of --allow-stubs. It was asked for '" + key + "'.",
      );
    },
  });
`;

const DATASET_MODULE = "export default () => ({ writeDataPoint() {} });";

const LIMITER_MODULE = `
export default ({ counter, limit, period }) => ({
  async limit({ key } = {}) {
    if (typeof key !== "string") throw new TypeError("limit() takes an object with a key, which is a text.");
    const body = JSON.stringify({ key, limit, period });
    return (await counter.fetch("http://counter/", { method: "POST", body })).json();
  },
});
`;

/** The modules that make the values of wrapped bindings, for workerd. */
export const EXTENSION: Extension = {
  modules: [
    { name: STUB, esModule: STUB_MODULE, internal: true },
    { name: DATASET, esModule: DATASET_MODULE, internal: true },
    { name: LIMITER, esModule: LIMITER_MODULE, internal: true },
  ],
};

/** Stands for what is not emulated, and throws when it is used. */
export function stubBinding(name: string, missing: string): RawBinding {
  const innerBindings = [
    { name: "name", text: name },
    { name: "missing", text: missing },
  ];
  return { name, binding: { wrapped: { moduleName: STUB, innerBindings } }, services: [] };
}

/** A dataset of Analytics Engine that keeps nothing. */
export function datasetBinding(name: string): RawBinding {
  return { name, binding: { wrapped: { moduleName: DATASET, innerBindings: [] } }, services: [] };
}

/** A limit of so many calls in a period of so many seconds, counted in a namespace. */
export interface RateLimited {
  readonly namespaceId: string;
  readonly limit: number;
  readonly period: number;
}

/** The header by which a request says in which namespace it counts. */
export const LIMIT_HEADER = "x-edge-rate-limit-namespace";

/** A rate limit, counted behind a socket for all Workers that share its namespace. */
export function rateLimitBinding(
  name: string,
  socket: string,
  { namespaceId, limit, period }: RateLimited,
): RawBinding {
  const service = `rate-limit:${namespaceId}`;
  return {
    name,
    binding: {
      wrapped: {
        moduleName: LIMITER,
        innerBindings: [
          { name: "counter", service: { name: service } },
          { name: "limit", json: JSON.stringify(limit) },
          { name: "period", json: JSON.stringify(period) },
        ],
      },
    },
    services: [external(service, socket, { headers: { [LIMIT_HEADER]: namespaceId } })],
  };
}
