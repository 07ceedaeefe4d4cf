import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { interruption } from "../interruption.mjs";
import { say } from "../say.mjs";

/** Does `work` while no other process does under the same lock file: two `npm ci` at once would break each other. */
export async function alone(lock, work) {
  mkdirSync(dirname(lock), { recursive: true });
  let told = false;
  while (!take(lock)) {
    if (!told) say(`Waiting for the set-up of process ${holderOf(lock)} (it holds ${lock}) …`);
    told = true;
    await wait(300, undefined, { signal: interruption });
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** A link appears with its content, so nobody ever reads a lock without its holder. */
function take(lock) {
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    if (!isAlive(holderOf(lock))) rmSync(lock, { force: true });
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(mine);
  }
}

function holderOf(lock) {
  try {
    return Number(readFileSync(lock, "utf8"));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    return pid === undefined || process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}
