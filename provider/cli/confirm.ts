import { createInterface } from "node:readline";
import { harmlessLines } from "../shown";

/**
 * Asks a person whether to go on.
 * @throws {Error} when there is nobody to ask
 */
export async function confirm(question: string): Promise<boolean> {
  const what = harmlessLines(question);
  if (!process.stdin.isTTY) {
    throw new Error(`${what}\nNobody is there to be asked whether to go on: add --yes to allow it.`);
  }
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await new Promise<string>((resolve) => {
      // The end of the input, and Ctrl-C, are a no.
      dialogue.on("close", () => {
        resolve("");
      });
      dialogue.question(`${what}\nGo on? [y/N] `, resolve);
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    dialogue.close();
  }
}
