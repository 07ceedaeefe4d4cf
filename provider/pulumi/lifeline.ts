import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

// On the first Ctrl-C the engine waits, without limit, for the release to return, and tells the provider nothing. But
// it ends the program. So the program holds a socket open, and the provider, which is started by the same engine, takes
// its sudden end as the wish to stop. A program that ends by itself removes the socket's file first; one that is ended
// by a signal cannot.

/** In the program: holds the lifeline until the program ends. Without an engine, or without sockets, there is none. */
export function holdLifeline(): void {
  const port = portOf(process.env["PULUMI_NODEJS_ENGINE"]);
  const folder = meetingPlace();
  if (port === undefined || folder === undefined || held) return;
  held = true;
  clearAway(folder);
  const path = join(folder, `${port}-${process.pid}.sock`);
  const server = createServer((connection) => {
    connection.unref();
    connection.on("error", () => undefined);
  });
  // A release is not refused because it cannot be stopped gently.
  server.on("error", () => undefined);
  server.listen(path).unref();
  process.on("exit", () => {
    rmSync(path, { force: true });
  });
}

let held = false;

/**
 * In the provider: calls `cut` when the program is ended by a signal.
 *
 * @returns how to let go of the lifeline
 */
export function watchLifeline(cut: () => void): () => void {
  // The engine starts the provider process with its own address as the only argument.
  const port = portOf(process.argv[2]);
  const folder = meetingPlace();
  if (port === undefined || folder === undefined) return () => undefined;
  const name = readdirSync(folder).find((file) => file.startsWith(`${port}-`));
  if (name === undefined) return () => undefined;
  const path = join(folder, name);
  const connection = connect(path).unref();
  connection.on("error", () => undefined);
  connection.on("close", (failed) => {
    if (failed || !existsSync(path)) return;
    rmSync(path, { force: true });
    cut();
  });
  return () => connection.removeAllListeners("close").destroy();
}

function portOf(engineAddress: string | undefined): string | undefined {
  return /:(\d+)$/.exec(engineAddress ?? "")?.[1];
}

/** The folder where programs and providers meet: this user's alone. */
function meetingPlace(): string | undefined {
  if (process.platform === "win32") return undefined;
  const { uid } = userInfo();
  const folder = join(tmpdir(), `workers-release-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return lstatSync(folder).uid === uid ? folder : undefined;
}

/** Removes what programs left that were ended while no release was running. */
function clearAway(folder: string): void {
  for (const file of readdirSync(folder)) {
    const pid = Number(/-(\d+)\.sock$/.exec(file)?.[1]);
    if (!isAlive(pid)) rmSync(join(folder, file), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
