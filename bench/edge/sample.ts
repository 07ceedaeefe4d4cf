import { quantileOf } from "./statistics";

/** What one contestant did under one load for a while. */
export interface Sample {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly answers: number;
  /** Requests without an answer of success. */
  readonly failed: number;
}

/** Times the answers of one measurement. */
export class Stopwatch {
  private readonly start = performance.now();
  private readonly durations: number[] = [];
  private last = this.start;
  private failed = 0;

  answered(milliseconds: number, isGood: boolean): void {
    if (!isGood) this.failed++;
    this.durations.push(milliseconds);
    this.last = performance.now();
  }

  failedWithoutAnswer(): void {
    this.failed++;
  }

  sample(): Sample {
    const answers = this.durations.length;
    return {
      perSecond: (answers / (this.last - this.start)) * 1000,
      p50: quantileOf(this.durations, 0.5),
      p99: quantileOf(this.durations, 0.99),
      answers,
      failed: this.failed,
    };
  }
}
