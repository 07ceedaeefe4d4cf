import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isAlive } from "../alive";
import { databaseFile } from "./database";
import { writePrivateFile } from "./private-file";

/** SQLite's code for "somebody else has it". */
const SQLITE_BUSY = 5;

/**
 * Keeps a second edge off a state folder. It is a lock of the operating system, taken by SQLite on a file of its own:
 * it ends with the process that holds it, however that ends, so none is ever left over.
 */
export class FolderLock {
  private constructor(private readonly database: DatabaseSync) {}

  /** Takes the folder. Throws when another edge has it. */
  static take(folder: string): FolderLock {
    const database = new DatabaseSync(databaseFile(folder, "lock.sqlite"));
    try {
      // Of two that ask at the same moment exactly one is given this, and the other is told at once.
      database.exec("BEGIN IMMEDIATE");
    } catch (error) {
      database.close();
      throw (error as { errcode?: number }).errcode === SQLITE_BUSY ? inUse(folder) : error;
    }
    try {
      writePrivateFile(holderFile(folder), `${process.pid}\n`);
    } catch (error) {
      database.close();
      throw error;
    }
    return new FolderLock(database);
  }

  release(): void {
    this.database.close();
  }
}

/** Beside the lock, since who does not hold the lock cannot see who does. */
function holderFile(folder: string): string {
  return join(folder, "edge.pid");
}

function inUse(folder: string): Error {
  return new Error(
    `The state folder ${folder} is in use by ${holderOf(folder)}. Stop that one first, or use another folder.`,
  );
}

/** In the moment after the lock was taken the file may still name the holder before, which is gone. */
function holderOf(folder: string): string {
  const pid = readPid(folder);
  if (pid === process.pid) return "another local edge of this process";
  return pid !== undefined && isAlive(pid)
    ? `the local edge with process id ${pid}`
    : "another local edge, which has just started";
}

function readPid(folder: string): number | undefined {
  try {
    return Number(readFileSync(holderFile(folder), "utf8")) || undefined;
  } catch {
    return undefined;
  }
}
