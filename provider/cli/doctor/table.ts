import colors from "picocolors";
import type { Verdict } from "../../cloudflare/checks/finding";
import { plainTable } from "../plainTable";
import type { Entry } from "./course";

const marks: Readonly<Record<Verdict, string>> = {
  holds: colors.green("✓"),
  fails: colors.red("✗"),
  open: colors.yellow("?"),
};

/** Between these a table is readable. */
const narrowest = 80;
const widest = 100;
/** The mark, with the space around it. */
const markWidth = 3;

/** How wide to write on a terminal of so many columns. Anything else has none, whatever its type says. */
export function widthFor(columns: number | undefined): number {
  return Math.min(widest, Math.max(narrowest, columns ?? widest));
}

/** A table of what was found, a group after the other. */
export function tableOf(entries: readonly Entry[], width: number): string {
  const question = Math.floor((width - markWidth) / 2);
  const widths = [markWidth, question, width - markWidth - question];
  return [...new Set(entries.map(({ group }) => group))]
    .map((group) => {
      const rows = entries
        .filter((entry) => entry.group === group)
        .map(({ check, finding }) => [marks[finding.verdict], check.question, finding.found]);
      return `${colors.bold(group)}\n${columnsOf(rows, widths)}`;
    })
    .join("\n\n");
}

/** What is not as assumed, and what to do about it. Empty when all is. */
export function adviceOf(entries: readonly Entry[], width: number): string {
  const label = 10;
  return entries
    .flatMap(({ check, finding }) => {
      if (finding.verdict === "holds") return [];
      const rows = [
        ["", "assumed", check.assumes],
        ["", "found", finding.found],
        ["", "do", finding.advice],
      ];
      const lines = columnsOf(rows, [markWidth, label, width - markWidth - label]);
      return [` ${marks[finding.verdict]}  ${colors.bold(check.id)}\n${lines}`];
    })
    .join("\n\n");
}

/** Columns of these widths, without lines between them. */
function columnsOf(rows: readonly (readonly string[])[], colWidths: number[]): string {
  return plainTable(rows, { colWidths, wordWrap: true });
}
