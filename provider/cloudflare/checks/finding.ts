import { harmless } from "../../shown";

/**
 * What a check has found, beside what this package assumes:
 * - `holds`: it is as assumed, or different in a way that does no harm;
 * - `fails`: it is not, and a release would suffer from it;
 * - `open`: it could not be told, or whether it does harm depends on the Worker.
 */
export type Verdict = "holds" | "fails" | "open";

/** The outcome of one check. */
export type Finding = Holds | NeedsAdvice;

interface Holds extends Found {
  readonly verdict: "holds";
}

interface NeedsAdvice extends Found {
  readonly verdict: "fails" | "open";
  /** What to do. */
  readonly advice: string;
}

interface Found {
  /** What was found. It names nothing private: no Worker, version, address or account. */
  readonly found: string;
  /** Which of the possible behaviours was seen, in one or two words, for programs. */
  readonly reading?: string;
}

/** It is as assumed. */
export function holds(found: string, reading?: string): Finding {
  return { verdict: "holds", found: harmless(found), ...(reading !== undefined && { reading }) };
}

/** It is not as assumed, which does harm. */
export function fails(found: string, advice: string, reading?: string): Finding {
  return { verdict: "fails", found: harmless(found), advice, ...(reading !== undefined && { reading }) };
}

/** It could not be told. */
export function open(found: string, advice: string, reading?: string): Finding {
  return { verdict: "open", found: harmless(found), advice, ...(reading !== undefined && { reading }) };
}

/** The advice where Cloudflare does not do what this package counts on. */
export const reportIt =
  "Do not release with this version of the package. Report it with the output of `doctor --json`.";
