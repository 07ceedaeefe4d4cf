import { PortError } from "../../../../provider/rollout/ports";
import type { Call } from "../log";
import { Random } from "../random";
import type { Scenario } from "../scenario/scenario";
import type { Port } from "../scenario/scenario";
import type { Scheduler } from "../scheduler";
import { Silence, type Faults } from "./faults";
import type { Moments } from "./moments";

/** Whoever calls: a run, or a person's command. */
export interface Caller {
  readonly name: string;
  readonly isRun: boolean;
  /** A killed process hears no answer. */
  isKilled(): boolean;
  /** Counts calls and sleeps that are under way. */
  pending(change: 1 | -1): void;
}

/** After these times the real client gives up, in milliseconds. */
const timeoutMs: Readonly<Record<Port, number>> = {
  active: 10_000,
  create: 30_000,
  deployable: 10_000,
  telemetry: 10_000,
  readiness: 10_000,
};

/**
 * Carries calls to the service and answers back. Both ways take time, in which anything may happen. Where the caller
 * was killed meanwhile no answer arrives; what it asked for is done all the same.
 */
export class Network {
  private readonly sent = new Map<string, number>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly scenario: Scenario,
    private readonly faults: Faults,
    private readonly moments: Moments,
  ) {}

  /**
   * @param serve what the service does when the call arrives; `nth` counts the calls of runs to this port from 1.
   *   Throws a PortError, or {@link Silence} for no answer
   */
  call<T>(caller: Caller, port: Port, log: Call, serve: (nth: number) => T): Promise<T> {
    const { scheduler, moments } = this;
    const nth = caller.isRun ? moments.next(port) : 0;
    const [out, back] = this.legs(caller, port);
    const givesUpAt = scheduler.now + timeoutMs[port];
    caller.pending(1);
    return new Promise((resolve, reject) => {
      const answer = (at: number, failure: string | undefined, settle: () => void): void => {
        scheduler.at(at, () => {
          moments.pass(port, nth, "answered");
          if (caller.isKilled()) return;
          caller.pending(-1);
          log.answeredAt = scheduler.now;
          log.failure = failure;
          settle();
        });
      };
      const answerInTime = (failure: string | undefined, settle: () => void): void => {
        const at = scheduler.now + back;
        if (at < givesUpAt) answer(at, failure, settle);
        else
          this.giveUp(port, (error) => {
            answer(givesUpAt, error.message, () => {
              reject(error);
            });
          });
      };
      moments.pass(port, nth, "sent");
      scheduler.after(out, () => {
        moments.pass(port, nth, "served");
        log.servedAt = scheduler.now;
        try {
          const value = serve(nth);
          answerInTime(undefined, () => {
            resolve(value);
          });
        } catch (thrown) {
          if (thrown instanceof Silence)
            this.giveUp(port, (error) => {
              answer(givesUpAt, error.message, () => {
                reject(error);
              });
            });
          else {
            const error = thrown instanceof Error ? thrown : new Error(String(thrown));
            answerInTime(error.message, () => {
              reject(error);
            });
          }
        }
      });
    });
  }

  private giveUp(port: Port, then: (error: PortError) => void): void {
    this.faults.hit(`${port} timed out`);
    then(new PortError("unavailable", `Got no complete answer within ${timeoutMs[port] / 1000} s.`));
  }

  /** How long a call and its answer are on their way. It depends on nothing but the seed and the caller's own calls. */
  private legs({ name }: Caller, port: Port): readonly [number, number] {
    const key = `${name} ${port}`;
    const nth = (this.sent.get(key) ?? 0) + 1;
    this.sent.set(key, nth);
    const random = new Random(`${this.scenario.seed} ${key} ${nth}`);
    const legs: [number, number] = [random.whole(20, 150), random.whole(20, 150)];
    const slowLeg = random.chance(0.5) ? 0 : 1;
    legs[slowLeg] += this.faults.slownessMs(port, this.scheduler.now) * random.between(0.5, 1.2);
    if (this.scenario.network === "rough") {
      legs[slowLeg] += random.weighted([
        [85, 0],
        [11, random.between(300, 3000)],
        [4, random.between(3000, 14_000)],
      ]);
    }
    return legs;
  }
}
