import { relative, resolve, sep } from "node:path";
import { inOrder, problemText, type PlanProblem } from "../../plan/file/problem";
import { harmless } from "../../shown";
import type { CheckedFile } from "./check";

export type Format = "text" | "github" | "json";

/** What was found, in each of the formats. */
export const formats: Readonly<Record<Format, (files: readonly CheckedFile[]) => string>> = {
  text: (files) => [...allProblems(files).map(problemText), ...files.map(summaryOf)].join("\n"),
  github: (files) => [...allProblems(files).map(annotation), ...files.map(summaryOf)].join("\n"),
  json: (files) =>
    JSON.stringify(
      files.map(({ file, problems, missing }) => ({
        file: harmless(file),
        problems: problems.map(({ place, path, reason }) => ({
          ...place,
          file: harmless(place.file),
          path,
          reason,
        })),
        argsWithoutValue: missing,
      })),
      undefined,
      2,
    ),
};

/** What is wrong with a plan that several extend is told once. */
function allProblems(files: readonly CheckedFile[]): PlanProblem[] {
  const told = new Map(files.flatMap(({ problems }) => problems).map((each) => [problemText(each), each]));
  return inOrder([...told.values()]);
}

function summaryOf({ file, problems, missing }: CheckedFile): string {
  const name = harmless(file);
  if (problems.length > 0)
    return `${name}: ${problems.length === 1 ? "1 problem" : `${problems.length} problems`}`;
  if (missing.length === 0) return `${name}: fine`;
  const options = missing.map((arg) => `--args ${arg}=…`).join(" ");
  return `${name}: fine as far as it was checked; what depends on ${missing.join(", ")} was not. Give ${options}`;
}

/**
 * A command to GitHub's runner, which shows the problem beside its line in a pull request
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
 */
function annotation({ place, path, reason }: PlanProblem): string {
  const properties = {
    file: inRepository(place.file),
    line: String(place.line),
    col: String(place.column),
    title: path === "" ? "plan" : path,
  };
  const listed = Object.entries(properties).map(
    ([key, value]) => `${key}=${escapedProperty(harmless(value))}`,
  );
  return `::error ${listed.join(",")}::${escapedData(reason)}`;
}

/** Annotations name files from the root of the repository, wherever the command runs. */
function inRepository(file: string): string {
  const root = process.env["GITHUB_WORKSPACE"];
  if (root === undefined) return file;
  return relative(root, resolve(file)).split(sep).join("/");
}

function escapedData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
