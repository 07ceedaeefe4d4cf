import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What a process and all that it has started listen at. */
export interface Listeners {
  /** Addresses and ports, of TCP and UDP. */
  readonly ports: readonly string[];
  /** The paths of Unix sockets. One that begins with `@` is in no folder, and open to everybody. */
  readonly paths: readonly string[];
}

/** Reads what the kernel knows; on Linux only. */
export function listenersOf(root: number): Listeners {
  const inodes = new Set(treeOf(root).flatMap(socketsOf));
  const ports = ["tcp", "tcp6", "udp", "udp6"].flatMap((protocol) =>
    linesOf(protocol)
      .filter((fields) => inodes.has(fields[9] ?? "") && isWaiting(protocol, fields[3]))
      .map((fields) => `${protocol} ${addressOf(fields[1] ?? "")}`),
  );
  const paths = linesOf("unix")
    .filter(
      (fields) => inodes.has(fields[6] ?? "") && (Number.parseInt(fields[3] ?? "0", 16) & ACCEPTS) !== 0,
    )
    .map((fields) => fields[7] ?? "@");
  return { ports, paths };
}

/** The kernel's flag of a Unix socket that takes connections. */
const ACCEPTS = 0x1_0000;

/** A TCP socket that takes connections has state 0A; a UDP socket takes what comes. */
function isWaiting(protocol: string, state: string | undefined): boolean {
  return protocol.startsWith("udp") || state === "0A";
}

function linesOf(table: string): string[][] {
  const lines = readFileSync(`/proc/net/${table}`, "latin1").trim().split("\n").slice(1);
  return lines.map((line) => line.trim().split(/\s+/));
}

/** The kernel writes an IPv4 address as one number, its bytes the wrong way round. */
function addressOf(text: string): string {
  const [host = "", port = ""] = text.split(":");
  const bytes = host.match(/../g) ?? [];
  const name =
    bytes.length === 4
      ? bytes
          .reverse()
          .map((byte) => Number.parseInt(byte, 16))
          .join(".")
      : host;
  return `${name}:${Number.parseInt(port, 16)}`;
}

function treeOf(root: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => [Number(pid), parentOf(pid)]);
  const children = (parent: number): number[] =>
    parents.flatMap(([pid = 0, its]) => (its === parent ? [pid, ...children(pid)] : []));
  return [root, ...children(root)];
}

function parentOf(pid: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ")[1]);
  } catch {
    return 0;
  }
}

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${name}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}
