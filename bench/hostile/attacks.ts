/** What a Worker is uploaded with that attacks the machine, the edge and its neighbours: an attack for each path. */
export const HOSTILE = `
import { DurableObject } from "cloudflare:workers";

const kept = [];
const line = "x".repeat(1_000_000);
const eat = async () => { for (;;) { kept.push(new Uint8Array(20_000_000).fill(1)); await scheduler.wait(1); } };
const fork = () => { kept.push(Promise.resolve().then(fork).then(fork)); };

export class Room extends DurableObject {
  eat() { return eat(); }
}

const attacks = {
  "/promises": () => { fork(); return new Promise(() => {}); },
  "/loop": () => { for (;;); },
  "/memory": eat,
  "/object": (request, { ROOM }) => ROOM.getByName("one").eat(),
  "/logs": async () => { for (;;) { console.log(line); await scheduler.wait(0); } },
  "/throws": () => { throw new Error(line.repeat(50)); },
  "/answer": () => new Response(new ReadableStream({ pull(to) { to.enqueue(new Uint8Array(1_000_000)); } })),
  "/sockets": async ({ url }) => {
    await Promise.allSettled(Array.from({ length: 2000 }, () => fetch(new URL("/waits", url))));
    return new Response();
  },
  "/waits": () => scheduler.wait(60_000).then(() => new Response()),
  "/itself": async ({ url }) => {
    await Promise.allSettled([1, 2, 3].map(async () => (await fetch(url)).text()));
    return new Response();
  },
  "/query": (request, { DB }) => DB.prepare(
    "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
  ).all(),
};

export default {
  fetch: (request, env) => attacks[new URL(request.url).pathname](request, env),
};`;

export const BINDINGS = {
  bindings: [
    { type: "d1", name: "DB", id: "hostile" },
    { type: "durable_object_namespace", name: "ROOM", class_name: "Room" },
  ],
  migrations: { new_tag: "v1", new_sqlite_classes: ["Room"] },
};

/** The paths, and what each does. */
export const ATTACKS: Readonly<Record<string, string>> = {
  "/loop": "an endless loop",
  "/promises": "promises that fork without end",
  "/memory": "20 MB more every millisecond",
  "/object": "the same in a Durable Object",
  "/logs": "lines of 1 MB without end",
  "/throws": "an error with a message of 50 MB",
  "/answer": "an answer without end",
  "/sockets": "2,000 requests at once that wait",
  "/itself": "calls of itself, three each time",
  "/query": "a D1 query without end",
};

/** Uses its own store each time it is asked. */
export const NEIGHBOUR = `
export default {
  async fetch(request, { KV }) {
    await KV.put("key", "kept");
    return new Response(await KV.get("key"));
  },
};`;

export const NEIGHBOURS = { bindings: [{ type: "kv_namespace", name: "KV", namespace_id: "neighbour" }] };
