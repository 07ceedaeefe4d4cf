import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * The environment variable that marks each workerd we start. A workerd outlives a parent that is killed, so the next
 * edge must know ours from anybody else's.
 */
const MARK = "PULUMI_WORKERS_RELEASE_EDGE";

interface MarkedProcess {
  readonly pid: number;
  /** The edge that started it is gone, or is going. */
  readonly isOrphan: boolean;
}

/** The environment to start a process with. */
export function mark(): Record<string, string> {
  return { [MARK]: String(process.pid) };
}

/** How long an orphan may take to end, in looks. One that does not is the system's affair. */
const LOOKS = 100;
const LOOK_EVERY_MS = 20;

/**
 * Ends the workerd processes of edges that were killed, and waits until they are gone: they may have files open that
 * the next edge is about to open. An orphan has been handed to another parent than the edge which marked it, or will be
 * in a moment, since that edge is just ending; the workerd of an edge that lives is left alone.
 */
export async function reapOrphans(): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const orphans = (await markedProcesses()).filter(({ isOrphan }) => isOrphan);
    if (orphans.length === 0) return;
    for (const { pid } of orphans) end(pid);
    await sleep(LOOK_EVERY_MS);
  }
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
    const { parent } = await statOf(pid);
    const isOrphan = parent !== Number(edge) || (await statOf(edge)).isEnding;
    return { pid: Number(pid), isOrphan };
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

/** The kernel's flag of a process that is ending. It is set before its files are closed, and so before its locks go. */
const PF_EXITING = 0x4;

async function statOf(pid: string): Promise<{ parent: number; isEnding: boolean }> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1");
  // The second field is the command in parentheses, which may hold anything; the parent is the fourth, flags the ninth.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { parent: Number(fields[1]), isEnding: (Number(fields[6]) & PF_EXITING) !== 0 };
}
