interface Wake {
  readonly at: number;
  /** Decides between wakes of the same moment. */
  readonly order: number;
  readonly run: () => void;
}

/**
 * Virtual time. Time stands still while any code can run, and jumps to the earliest wake once all of it waits. Wakes of
 * the same moment come in an order that the seed decides.
 */
export class Scheduler {
  /** Milliseconds since the epoch. */
  now: number;
  private readonly heap: Wake[] = [];

  constructor(
    start: number,
    private readonly random: () => number,
  ) {
    this.now = start;
  }

  at(time: number, run: () => void): void {
    this.push({ at: Math.max(time, this.now), order: this.random(), run });
  }

  after(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  /** Runs until `isOver`, until nothing waits any more, or until `maxWakes` have run; tells whether it is over. */
  async run(isOver: () => boolean, maxWakes: number): Promise<boolean> {
    await settled();
    for (let wakes = 0; wakes < maxWakes && !isOver(); wakes += 1) {
      const next = this.pop();
      if (next === undefined) break;
      this.now = next.at;
      next.run();
      await settled();
    }
    return isOver();
  }

  private push(wake: Wake): void {
    const { heap } = this;
    let at = heap.push(wake) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(wake, heap[parent])) break;
      swap(heap, at, parent);
      at = parent;
    }
  }

  private pop(): Wake | undefined {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const least = isBefore(heap[left + 1], heap[left]) ? left + 1 : left;
      if (!isBefore(heap[least], last)) return first;
      swap(heap, at, least);
      at = least;
    }
  }
}

/** Resolves when everything that can run without time passing has run: promise jobs come before the next macrotask. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: Wake | undefined, b: Wake | undefined): boolean {
  if (a === undefined) return false;
  if (b === undefined) return true;
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function swap(heap: Wake[], a: number, b: number): void {
  const [first, second] = [heap[a], heap[b]];
  if (first === undefined || second === undefined) return;
  heap[a] = second;
  heap[b] = first;
}
