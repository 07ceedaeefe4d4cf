import type { Answer, Fault, RequestFault } from "./schema";

/** A request, as far as faults go by it. The path is the one below `/client/v4`. */
export interface Asked {
  readonly method: string;
  readonly path: string;
}

/** How often a fault might have struck, and how often it has. */
export interface Count {
  readonly seen: number;
  readonly struck: number;
}

/** What becomes of a request: the answer of the fault that it meets, if it meets one; and the counts after it. */
export interface Match {
  readonly answer: Answer | undefined;
  readonly counts: readonly Count[];
}

/** The count of a fault that has just been set. */
export const NO_COUNT: Count = { seen: 0, struck: 0 };

/**
 * Finds the first fault that a request meets. A fault counts the requests that those before it let pass: of two for the
 * same route, each happening once, the first request meets the first and the second request the second.
 *
 * @param draw Draws a number from 0 to below 1 for the fault with this index.
 */
export function match(
  faults: readonly Fault[],
  counts: readonly Count[],
  asked: Asked,
  draw: (index: number) => number,
): Match {
  const after = [...counts];
  for (const [index, fault] of faults.entries()) {
    const count = counts[index] ?? NO_COUNT;
    if (!isOpen(fault, count) || !isOn(fault.route, asked)) continue;
    const strikes = count.seen >= fault.after && isDrawn(fault, () => draw(index));
    after[index] = { seen: count.seen + 1, struck: count.struck + Number(strikes) };
    if (strikes) return { answer: fault.answer, counts: after };
  }
  return { answer: undefined, counts: after };
}

function isOpen(fault: Fault, { struck }: Count): fault is RequestFault {
  return "route" in fault && (fault.times === "always" || struck < fault.times);
}

function isDrawn({ share }: RequestFault, draw: () => number): boolean {
  return share === 1 || draw() < share;
}

/** Whether a request is one of those that a route stands for. */
export function isOn({ method, path }: RequestFault["route"], asked: Asked): boolean {
  if (method !== "*" && method !== asked.method) return false;
  const wanted = path.split("/");
  const parts = asked.path.split("/");
  const hasOpenEnd = wanted.at(-1) === "**";
  if (hasOpenEnd) wanted.pop();
  if (hasOpenEnd ? parts.length < wanted.length : parts.length !== wanted.length) return false;
  return wanted.every((part, index) => part === "*" || part === parts[index]);
}
