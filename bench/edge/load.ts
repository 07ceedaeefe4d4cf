/** What is asked of every contestant. */
export interface Load {
  readonly name: string;
  readonly connections: number;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: Buffer;
}

const MEGABYTE = 1024 * 1024;

/** Nobody's first requests count. */
export const WARM_UP: Load = { name: "warm-up", connections: 32, method: "GET", path: "/" };

export const LOADS: readonly Load[] = [
  { name: "trivial, 1 connection", connections: 1, method: "GET", path: "/" },
  { name: "trivial, 32 connections", connections: 32, method: "GET", path: "/" },
  { name: "1 MB answer, 4 connections", connections: 4, method: "GET", path: "/megabyte" },
  {
    name: "1 MB upload, 4 connections",
    connections: 4,
    method: "POST",
    path: "/upload",
    body: Buffer.alloc(MEGABYTE, "x"),
  },
];

/** The Worker that every contestant runs. */
export const WORKER = `
const megabyte = new Uint8Array(${MEGABYTE}).fill(120);
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/megabyte") return new Response(megabyte);
    if (pathname !== "/upload") return new Response("hello");
    let bytes = 0;
    for await (const chunk of request.body) bytes += chunk.byteLength;
    return new Response(String(bytes));
  },
};
`;

export const COMPATIBILITY_DATE = "2026-07-01";
