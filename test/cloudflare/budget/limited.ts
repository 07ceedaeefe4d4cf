import { SharedBudget } from "../../../provider/cloudflare/budget/budget";
import type { Urgency } from "../../../provider/rollout/ports";
import { countRequest, type RateLimit, type Window } from "../../../edge/api/rate-limit";
import type { VirtualTime } from "../../fakes/time";

/** Cloudflare's limit for one token, over which any number of processes may send. */
export class LimitedService {
  refused = 0;
  readonly sentAt: number[] = [];
  private window: Window | undefined;

  constructor(
    private readonly time: VirtualTime,
    private readonly limit: RateLimit = { requests: 1200, seconds: 300 },
  ) {}

  /** A request arrives; what the answer says of the limit. */
  answer(): { readonly status: number; readonly headers: Headers } {
    const { window, isAllowed, seconds } = countRequest(this.limit, this.window, this.time.now());
    this.window = window;
    if (isAllowed) this.sentAt.push(this.time.now());
    else this.refused += 1;
    const { requests } = this.limit;
    // Neither counts down, as live.
    const headers = new Headers({
      "ratelimit-policy": `"default";q=${requests};w=${this.limit.seconds}`,
      ratelimit: `"default";r=${requests - 1};t=1`,
    });
    if (!isAllowed) headers.set("retry-after", String(seconds));
    return { status: isAllowed ? 200 : 429, headers };
  }
}

/** A process that sends as many requests of a kind as it may. */
export function greedy(
  time: VirtualTime,
  service: LimitedService,
  urgency: Urgency,
  random: () => number,
): SharedBudget {
  const budget = new SharedBudget(time, random);
  const send = async (): Promise<void> => {
    for (;;) {
      try {
        await budget.turn(urgency, "A request");
        const { status, headers } = service.answer();
        budget.answered(status, headers, time.now());
        await time.sleep(50);
      } catch {
        // It is told to wait, and asks again.
        await time.sleep(10_000);
      }
    }
  };
  void send();
  return budget;
}
