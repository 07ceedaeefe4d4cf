import { readFileSync } from "node:fs";

/**
 * How many bytes a server on loopback has been sent and has not read, by the port of the client that sent them. Empty
 * where the system does not tell (any but Linux).
 */
export function unreadBy(serverPort: number): ReadonlyMap<number, number> {
  const unread = new Map<number, number>();
  for (const line of connections()) {
    const [, local = "", remote = "", , queues = ""] = line.trim().split(/\s+/);
    if (portOf(local) !== serverPort) continue;
    unread.set(portOf(remote), Number.parseInt(queues.split(":")[1] ?? "0", 16));
  }
  return unread;
}

/** The kernel's table of connections, a line each. */
function connections(): string[] {
  try {
    return readFileSync("/proc/net/tcp", "latin1").split("\n").slice(1);
  } catch {
    return [];
  }
}

function portOf(address: string): number {
  return Number.parseInt(address.split(":")[1] ?? "", 16);
}
