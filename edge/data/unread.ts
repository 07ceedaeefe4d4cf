import { execFileSync } from "node:child_process";
import { readlinkSync } from "node:fs";
import type { Socket } from "node:net";

/** The kernel's tool that lists Unix sockets with their queues, and how long it may take. */
const LIST = ["ss", ["--unix", "--all", "--numeric", "--no-header"]] as const;
const LIST_MS = 2_000;

/**
 * How many bytes the process at the other end of each Unix socket has been sent and has not read. None is known where
 * the system has no `ss` (any but Linux, and some small images of it).
 */
export function unreadOf(sockets: readonly Socket[]): ReadonlyMap<Socket, number> {
  const unread = new Map<Socket, number>();
  if (sockets.length === 0) return unread;
  const queues = queuesIn(list());
  for (const socket of sockets) {
    const own = queues.get(inodeOf(socket));
    if (own === undefined) continue;
    // The kernel knows no other end before the process has accepted: what lies there then, it has not read any of.
    const theirs = queues.get(own.peer)?.received ?? (own.sent > 0 ? Infinity : 0);
    unread.set(socket, theirs);
  }
  return unread;
}

interface Queues {
  /** Bytes that this end can read. */
  readonly received: number;
  /** What the bytes take up that the other end can read. */
  readonly sent: number;
  readonly peer: string;
}

/** By the number of the socket, from lines of kind, state, two queues, two addresses, and a number after each address. */
export function queuesIn(list: string): ReadonlyMap<string, Queues> {
  const queues = new Map<string, Queues>();
  for (const line of list.split("\n")) {
    const [, received, sent, own, peer] = /^\S+ +ESTAB +(\d+) +(\d+) .* (\d+) +\S+ (\d+) *$/.exec(line) ?? [];
    if (own === undefined || peer === undefined) continue;
    queues.set(own, { received: Number(received), sent: Number(sent), peer });
  }
  return queues;
}

function list(): string {
  try {
    return execFileSync(...LIST, {
      encoding: "latin1",
      timeout: LIST_MS,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return "";
  }
}

/** Node shows the number of a socket's file to nobody, but has it. */
function inodeOf(socket: Socket): string {
  const { _handle: handle } = socket as { _handle?: { readonly fd?: number } | null };
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${handle?.fd ?? -1}`))?.[1] ?? "";
  } catch {
    return "";
  }
}
