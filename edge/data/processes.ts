import { readdir, readFile, readlink } from "node:fs/promises";

/**
 * The environment variable that marks each workerd we start. A workerd outlives a parent that is killed, so the next
 * edge must know ours from anybody else's.
 */
const MARK = "PULUMI_WORKERS_RELEASE_EDGE";

interface MarkedProcess {
  readonly pid: number;
  readonly parent: number;
  /** The edge that started it. */
  readonly edge: number;
}

/** The environment to start a process with. */
export function mark(): Record<string, string> {
  return { [MARK]: String(process.pid) };
}

/**
 * Ends the workerd processes of edges that were killed. An orphan has been handed to another parent than the edge
 * which marked it; the workerd of an edge that lives has not, and is left alone.
 */
export async function reapOrphans(): Promise<number> {
  const orphans = (await markedProcesses()).filter(({ parent, edge }) => parent !== edge);
  for (const { pid } of orphans) end(pid);
  return orphans.length;
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself, or another edge that is starting was faster.
  }
}

async function markedProcesses(): Promise<MarkedProcess[]> {
  const entries = await readdir("/proc").catch(() => []);
  const found = await Promise.all(entries.filter((entry) => /^\d+$/.test(entry)).map(inspect));
  return found.filter((marked) => marked !== undefined);
}

/** Reads what is known of a process; undefined when it is none of ours, or not ours to read. */
async function inspect(pid: string): Promise<MarkedProcess | undefined> {
  try {
    const edge = markIn(await readFile(`/proc/${pid}/environ`, "latin1"));
    if (edge === undefined || !(await isWorkerdHere(pid))) return undefined;
    return { pid: Number(pid), parent: await parentOf(pid), edge: Number(edge) };
  } catch {
    return undefined;
  }
}

function markIn(environment: string): string | undefined {
  const variable = environment.split("\0").find((entry) => entry.startsWith(`${MARK}=`));
  return variable?.slice(MARK.length + 1);
}

/** A workerd, and in our own PID namespace: elsewhere the mark's process id means another process. */
async function isWorkerdHere(pid: string): Promise<boolean> {
  const [command = ""] = (await readFile(`/proc/${pid}/cmdline`, "latin1")).split("\0");
  return command.endsWith("workerd") && (await namespaceOf(pid)) === (await namespaceOf("self"));
}

function namespaceOf(pid: string): Promise<string> {
  return readlink(`/proc/${pid}/ns/pid`);
}

async function parentOf(pid: string): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1");
  // The second field is the command in parentheses, which may hold anything; the parent is the fourth.
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}
