import assert from "node:assert/strict";
import { asShown } from "../../provider/cli/order";
import { abort, approve, type Order } from "../../provider/rollout/operator";
import type { Deployment } from "../../provider/rollout/ports";
import { newVersion, oldVersion } from "../rollout/simulate";
import { between, deployment, recorded } from "../rollout/situations";

const waitsAt = (percent: number, next: number, id = "r1"): Deployment =>
  deployment({
    split: between(oldVersion, newVersion, percent),
    ...recorded({ id, stage: percent / 25 - 1, stages: 4, phase: "wait", next }),
  });

function shown(order: (active: Deployment | undefined) => Order, active: Deployment) {
  const ordered = order(active);
  assert.ok(ordered.kind === "deploy");
  return asShown(ordered.request, order);
}

describe("what a person has agreed to", () => {
  const approval = (active: Deployment | undefined) => approve("checkout", active, "jo", 0);
  const abortion = (active: Deployment | undefined) => abort("checkout", active, "jo", undefined);

  it("is carried out as long as it is the same", () => {
    assert.equal(shown(approval, waitsAt(25, 50))(waitsAt(25, 50)).kind, "deploy");
  });

  it("is no approval of a later stage", () => {
    const order = shown(approval, waitsAt(25, 50))(waitsAt(50, 75));
    assert.match(order.kind === "refuse" ? order.reason : "", /^The release has gone on since/);
  });

  it("aborts the same release in a later stage as well, and no other release", () => {
    assert.equal(shown(abortion, waitsAt(25, 50))(waitsAt(50, 75)).kind, "deploy");
    assert.equal(shown(abortion, waitsAt(25, 50))(waitsAt(25, 50, "r2")).kind, "refuse");
  });
});
