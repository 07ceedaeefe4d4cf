import Table from "cli-table3";
import colors from "picocolors";
import type { Verdict } from "../../cloudflare/checks/finding";
import type { Entry } from "./run";

const marks: Readonly<Record<Verdict, string>> = {
  holds: colors.green("✓"),
  fails: colors.red("✗"),
  open: colors.yellow("?"),
};

/** Between these a table is readable. */
const narrowest = 80;
const widest = 100;
/** The mark, and the space before and after what a cell says. */
const markWidth = 3;
const padding = 1;

/** A table of what was found, a group after the other, `columns` wide. */
export function tableOf(entries: readonly Entry[], columns: number): string {
  const width = Math.min(widest, Math.max(narrowest, columns));
  return [...new Set(entries.map(({ group }) => group))]
    .map((group) => {
      const rows = entries.filter((entry) => entry.group === group);
      return `${colors.bold(group)}\n${rowsOf(rows, width)}`;
    })
    .join("\n\n");
}

function rowsOf(entries: readonly Entry[], width: number): string {
  const question = Math.floor((width - markWidth) / 2);
  const table = new Table({
    // Its own colours would also go into a log file.
    style: { head: [], border: [], "padding-left": padding, "padding-right": padding },
    colWidths: [markWidth, question, width - markWidth - question],
    wordWrap: true,
    chars: withoutLines,
  });
  for (const { check, finding } of entries) {
    table.push([marks[finding.verdict], check.question, finding.found]);
  }
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

const withoutLines = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid"]
    .flatMap((place) => [
      place,
      `${place}-mid`,
      `${place}-left`,
      `${place}-right`,
      `left-${place}`,
      `right-${place}`,
    ])
    .concat("middle")
    .map((place) => [place, ""]),
);

/** What is not as assumed, and what to do about it. */
export function adviceOf(entries: readonly Entry[]): string {
  return entries
    .flatMap(({ check, finding }) =>
      finding.verdict === "holds"
        ? []
        : [
            `${marks[finding.verdict]} ${colors.bold(check.id)}\n` +
              `    assumed  ${check.assumes}\n` +
              `    found    ${finding.found}\n` +
              `    do       ${finding.advice}\n`,
          ],
    )
    .join("\n");
}
