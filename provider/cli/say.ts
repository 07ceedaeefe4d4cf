import { harmlessLines } from "../shown";

/** Prints what a command has to say. */
export function say(text: string): void {
  console.log(harmlessLines(text));
}

/** Prints what went wrong, or what is only for the person at the terminal. */
export function remark(text: string): void {
  console.error(harmlessLines(text));
}
