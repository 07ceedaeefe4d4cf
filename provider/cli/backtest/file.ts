import { readFileSync } from "node:fs";

/** The text of a file. Throws an error that says what it was to be, and why it cannot be read. */
export function textIn(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : message;
    throw new Error(`The ${what} ${file} cannot be read: ${why}.`, { cause: error });
  }
}
