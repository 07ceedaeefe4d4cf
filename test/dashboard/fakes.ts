import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dashboard } from "../../provider/dashboard/app";
import {
  NotThere,
  type Order,
  type PageFile,
  type PlanPorts,
  type Ports,
  type Seen,
} from "../../provider/dashboard/ports";
import { loadPlanFile } from "../../provider/plan/file/load";
import { now, versions, someHistory, view } from "./views";

/** A plan in order, with comments. */
export const goodPlan = `# What every web Worker wants.
slos:
  - { name: 5xx, sli: serverErrors, max: 1% } # was 2 %
  - sli: wallTime
    percentile: 99
    limit: 500ms
stages:
  - percent: 0
    soakTime: 1m
  - percent: 25 # canary
    soakTime: 5m
  - percent: 50
    soakTime: 10m
    progression: manual
  - percent: 100
    soakTime: 15m
`;

/** Plan files in memory. */
export function fakePlans(files: Map<string, string>): PlanPorts {
  const check = (name: string, text: string, args: Readonly<Record<string, string>> = {}) =>
    loadPlanFile(
      name,
      {
        locate: (path) => ({ id: path, name: path }),
        read: ({ id }) => (id === name ? text : (files.get(id) ?? "")),
      },
      { args, asText: true, missing: "leave open" },
    );
  return {
    folder: "plans",
    load: (name, args) => {
      const text = files.get(name);
      return text === undefined
        ? Promise.reject(new NotThere(`There is no plan file ${name}.`))
        : Promise.resolve(check(name, text, args));
    },
    list: () =>
      Promise.resolve(
        [...files].map(([name, text]) => ({
          name,
          problems: check(name, text).problems.length,
          stages: "0, 25, 50, 100 %",
        })),
      ),
    read: (name) => {
      const text = files.get(name);
      return text === undefined
        ? Promise.reject(new NotThere(`There is no plan file ${name}.`))
        : Promise.resolve(text);
    },
    check: (name, text) => Promise.resolve(check(name, text)),
    save: (name, text, before) => {
      if (files.get(name) !== before) return Promise.reject(new Error(`${name} was changed on disk.`));
      files.set(name, text);
      return Promise.resolve(name);
    },
  };
}

/** Ports that answer from memory, and tell what was asked of them. */
export function fakePorts(
  workers: readonly Seen[] = [{ scriptName: "checkout", view: view(), plan: "plans/web.yaml" }],
  changes: Partial<Ports> = {},
): Ports & { readonly orders: Order[] } {
  const orders: Order[] = [];
  return {
    orders,
    clock: { now: () => now },
    account: () => Promise.resolve({ name: "0123456789abcdef0123456789abcdef", workers }),
    worker: (scriptName) => {
      const seen = workers.find((each) => each.scriptName === scriptName);
      return seen
        ? Promise.resolve(seen)
        : Promise.reject(new NotThere(`There is no Worker "${scriptName}".`));
    },
    history: () => Promise.resolve({ history: someHistory, isReading: false }),
    links: (name) => [{ name: "Deployments", href: `https://dash.cloudflare.com/account/${name}` }],
    report: (scriptName, releaseId) =>
      Promise.resolve(`<!doctype html><title>${releaseId}</title><p>${scriptName}`),
    propose: (scriptName, kind) =>
      Promise.resolve({
        kind: "possible",
        lines: [
          `Release r1 of ${scriptName} is in stage 3 of 5 (50 %).`,
          "  old       50 % → 100 % to version 5e08bee6",
        ],
        shown: `${kind} as shown`,
      }),
    versions: () => Promise.resolve(versions),
    start: ({ scriptName, versionId, plan }) =>
      Promise.resolve(`Begun: ${versionId} of ${scriptName} by ${plan}.`),
    plans: fakePlans(new Map([["plans/web.yaml", goodPlan]])),
    order: (order) => {
      orders.push(order);
      return Promise.resolve(`Done: ${order.kind} of ${order.scriptName}.`);
    },
    ...changes,
  };
}

const folder = join(__dirname, "../../provider/dashboard/client");

function file(type: PageFile["type"], path: string): PageFile {
  return { type, text: readFileSync(path, "utf8") };
}

/** The dashboard with the key `secret`, and a browser's way to ask it: with its cookie, and its own origin. */
export function opened(ports: Ports, origin = "http://127.0.0.1:8788") {
  const handle = dashboard({
    ports,
    access: { key: "secret", origins: [origin] },
    files: new Map([["page.css", file("text/css", join(folder, "page.css"))]]),
  });
  const { port } = new URL(origin);
  const cookie = `workers-release-${port}=secret`;
  return {
    handle,
    get: (path: string, headers: Record<string, string> = {}) =>
      handle(new Request(`${origin}${path}`, { headers: { cookie, ...headers } })),
    post: (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
      handle(
        new Request(`${origin}${path}`, {
          ...{ method: "POST", body: new URLSearchParams(fields) },
          headers: { cookie, origin, ...headers },
        }),
      ),
  };
}
