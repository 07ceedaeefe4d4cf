import assert from "node:assert/strict";
import { Pasts } from "../../provider/cli/dashboard/pasts";
import { remembering } from "../../provider/cli/dashboard/remembering";
import type { Past } from "../../provider/dashboard/ports";
import type { Deployment, PastDeployments } from "../../provider/rollout/ports";
import { all, newVersion } from "../rollout/simulate";
import { began, deployment, recorded } from "../rollout/situations";

/** Releases of one deployment each, newest first; ten are listed, and an older one is found when `gate` lets it. */
function releases(count: number, gate: () => Promise<void> = () => Promise.resolve()) {
  const made = Array.from({ length: count }, (_, index): Deployment => {
    const id = count - index;
    const record = { id: `r${id}`, phase: "completed", ...(id > 1 && { previous: `d${id - 1}` }) } as const;
    return deployment({
      id: `d${id}`,
      createdAt: began + id * 60_000,
      split: all(newVersion),
      ...recorded(record),
    });
  });
  const asked: string[] = [];
  const past: PastDeployments = {
    recent: () => Promise.resolve(made.slice(0, 10)),
    named: async (id) => {
      asked.push(id);
      await gate();
      return made.find((each) => each.id === id);
    },
  };
  return { past: remembering(past), asked };
}

const clock = { now: () => began };
const lengthOf = ({ history }: Past): number | undefined => history?.entries.length;

describe("what was deployed, on a page", () => {
  it("is a hundred releases where a hundred are asked for, each read once", async () => {
    const { past, asked } = releases(130);
    const pasts = new Pasts("checkout", past, clock);
    const few = (await pasts.of(20)).value;
    assert.deepEqual(few && [lengthOf(few), few.isReading], [20, false]);
    const many = (await pasts.of(100)).value;
    assert.deepEqual(many && [lengthOf(many), many.isReading], [100, false]);
    pasts.forget();
    await pasts.of(100);
    assert.equal(asked.length, 90, "what was deployed never changes");
    assert.equal(new Set(asked).size, 90);
  });

  it("is shown as far as it is known while older releases are being read", async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { past } = releases(130, () => opened);
    const pasts = new Pasts("checkout", past, clock, 1);
    const nothing = (await pasts.of(20)).value;
    assert.deepEqual(nothing, { history: undefined, isReading: true });
    const few = (await pasts.of(10)).value;
    assert.deepEqual(few && [lengthOf(few), few.isReading], [10, false]);
    const many = (await pasts.of(100)).value;
    assert.deepEqual(many && [lengthOf(many), many.isReading], [10, true]);
    open();
  });

  it("says why it cannot be read", async () => {
    const past: PastDeployments = {
      recent: () => Promise.reject(new Error("The list got no answer.")),
      named: () => Promise.resolve(undefined),
    };
    const { value, trouble } = await new Pasts("checkout", past, clock).of(20);
    assert.deepEqual([value, trouble], [undefined, "The list got no answer."]);
  });
});
