import colors from "picocolors";

/** Says what happens next, and why, before it does. */
export function announce(what: string): void {
  console.log(`\n${colors.bold(colors.cyan("==>"))} ${colors.bold(what)}`);
}
